"""The house: who may import whom, what stands in which file, and that the checker of all this sees a violation.

The checker is a function from sources (path under src/ -> text) to complaints; it never imports what it reads.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

SRC = Path(__file__).parents[1] / "src"

PARTS = {"data", "nets", "tasks", "engine", "diagnosis", "report"}
EXPERIMENT = {"experiment", "core", *PARTS}
MAY_IMPORT = {
    "core": set(),
    **{part: {"core"} for part in PARTS},
    "experiment": EXPERIMENT,
    "tuning": EXPERIMENT,
    "checks": EXPERIMENT,
    "recipe": EXPERIMENT | {"tuning", "checks"},
    "ui": {"report", "core"},
    "testing": EXPERIMENT | {"tuning", "checks", "recipe"},
    "cli": EXPERIMENT | {"tuning", "checks", "recipe", "ui"},
}
TOP = {"__init__", "__main__"}  # these two may import everything but testing, and belong to no folder

WITHIN_FUNCTIONS = ("scipy.stats", "sklearn", "plotly", "pandas", "pyarrow")  # slow to load, or not ours to demand
CORE_WITHIN_FUNCTIONS = ("scipy", "polars", "safetensors")
WITHOUT_TORCH = {"core", "diagnosis", "report", "ui"}
UNSAFE_MODULES = ("pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal")
UNSAFE_CALLS = ("torch.load", "torch.save", "eval", "exec")
DRAWERS = {"utils", "util", "helpers", "helper", "misc", "common"}
LONGEST = 400


class Import(NamedTuple):
    """One import: the module, the name taken from it or "", its line, and whether it runs as the file is loaded."""

    module: str
    name: str
    line: int
    at_load: bool
    for_types: bool
    level: int


def violations(sources: Mapping[str, str]) -> list[str]:
    """Everything in `sources` that breaks a rule of the house, one line each."""
    trees = {module_of(path): ast.parse(text) for path, text in sources.items()}
    paths = {module_of(path): path for path in sources}
    found = [complaint for path, text in sources.items() for complaint in about_file(path, text)]
    edges: dict[str, set[str]] = {}
    for module, tree in trees.items():
        imports = list(imports_of(tree))
        edges[module] = {target(i, trees) for i in imports if inside(i.module)} - {module}
        found += [f"{paths[module]}:{i.line}: {complaint}" for i in imports for complaint in about_import(module, i, trees)]
        found += [f"{paths[module]}:{line}: {complaint}" for line, complaint in about_calls(module, tree)]
    return found + [f"import cycle: {' -> '.join(cycle)}" for cycle in cycles(edges)]


def module_of(path: str) -> str:
    """'fathom/core/__init__.py' is fathom.core."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def inside(module: str) -> bool:
    return module == "fathom" or module.startswith("fathom.")


def folder(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] not in TOP else ""


def target(found: Import, trees: Mapping[str, ast.Module]) -> str:
    """The module that an import loads: in `from fathom.core import roles` it is fathom.core.roles."""
    whole = f"{found.module}.{found.name}"
    return whole if whole in trees else found.module


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """All imports of a file, those in functions, under TYPE_CHECKING and by import_module("...") too."""

    def walk(node: ast.AST, at_load: bool, for_types: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(a.name, "", node.lineno, at_load, for_types, 0) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(node.module or "", a.name, node.lineno, at_load, for_types, node.level) for a in node.names)
        elif isinstance(node, ast.Call) and dotted(node.func) in ("importlib.import_module", "import_module", "__import__"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(first.value, "", node.lineno, at_load, for_types, 0)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types = isinstance(node, ast.If) and dotted(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for child in ast.iter_child_nodes(node):
            yield from walk(child, at_load and not later, for_types or types)

    return walk(tree, True, False)


def dotted(node: ast.AST) -> str:
    """'torch.load' for the expression torch.load; '' for anything that is not names and dots."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def about_file(path: str, text: str) -> Iterator[str]:
    lines, stem = len(text.splitlines()), Path(path).stem
    if lines > LONGEST:
        yield f"{path}: {lines} lines, at most {LONGEST}: it holds two ideas"
    for name in {stem, *Path(path).parent.parts} & DRAWERS:
        yield f"{path}: a drawer called '{name}': name it after its idea"
    if folder(module_of(path)) not in {"", *MAY_IMPORT}:
        yield f"{path}: a folder that the house does not know"


def about_import(module: str, found: Import, trees: Mapping[str, ast.Module]) -> Iterator[str]:
    if found.level:
        yield "a relative import: write it absolute"
    elif inside(found.module):
        yield from about_inner(module, found, trees)
    else:
        yield from about_outer(folder(module), found)


def about_inner(module: str, found: Import, trees: Mapping[str, ast.Module]) -> Iterator[str]:
    goal = target(found, trees)
    here, there = folder(module), folder(goal)
    if goal == "fathom":
        yield "imports the package's own __init__"
        return
    if there == "testing" and here != "testing":
        yield "imports fathom.testing, which nothing may"
    elif here and there != here and there not in MAY_IMPORT.get(here, set()):
        yield f"{here} imports {there} ({goal})"
    if goal not in trees:
        yield f"no such module: {goal}"
    elif found.name and goal == found.module and found.name not in defined_in(trees[goal]):
        yield f"'{found.name}' is not defined in {goal}: import it from the file that defines it"


def about_outer(here: str, found: Import) -> Iterator[str]:
    whole = f"{found.module}.{found.name}" if found.name else found.module
    root = whole.split(".")[0]
    if starts(whole, UNSAFE_MODULES):
        yield f"{root}: files hold JSON, safetensors and Parquet only"
    if root == "torch" and here in WITHOUT_TORCH:
        yield f"{here} imports torch"
    if starts(whole, WITHIN_FUNCTIONS) and found.at_load and not found.for_types:
        yield f"{whole} at the top of a file: import it in the function that uses it"
    if here == "core" and root not in sys.stdlib_module_names | {"numpy", "torch"}:
        if root not in CORE_WITHIN_FUNCTIONS:
            yield f"core imports {root}"
        elif found.at_load and not found.for_types:
            yield f"core imports {root} at the top of a file: import it in the function that uses it"


def starts(whole: str, prefixes: tuple[str, ...]) -> bool:
    return any(whole == p or whole.startswith(p + ".") for p in prefixes)


def defined_in(tree: ast.Module) -> set[str]:
    """Names that a file defines at its top level; names that it imported do not count."""
    names: set[str] = set()
    for node in ast.walk(ast.Module([n for n in tree.body if not isinstance(n, ast.ClassDef | ast.FunctionDef)], [])):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names | {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}


def about_calls(module: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) in UNSAFE_CALLS:
            yield node.lineno, f"calls {dotted(node.func)}"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and not is_false(node.value):
            yield node.value.lineno, "allow_pickle: files hold JSON, safetensors and Parquet only"
        if isinstance(node, ast.Attribute) and dotted(node) == "torch.optim" and folder(module) != "testing":
            yield node.lineno, "torch.optim: the engine has its own updates"


def is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def cycles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Each import cycle once, as the modules along it; a package's own name is no edge to its modules."""
    done: set[str] = set()
    found: list[list[str]] = []

    def visit(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append([*trail[trail.index(module) :], module])
        elif module not in done:
            for after in sorted(edges.get(module, ())):
                visit(after, [*trail, module])
            done.add(module)

    for module in sorted(edges):
        visit(module, [])
    return found


def sources() -> dict[str, str]:
    return {p.relative_to(SRC).as_posix(): p.read_text(encoding="utf-8") for p in sorted(SRC.rglob("*.py"))}


def test_the_house_stands():
    found = violations(sources())
    assert not found, "\n" + "\n".join(found)


SOUND = {
    "fathom/__init__.py": "",
    "fathom/core/__init__.py": "",
    "fathom/core/roles.py": "import json\nimport numpy as np\nROLES: tuple[str, ...] = ()\ndef role_of(): import polars",
    "fathom/data/split.py": "from fathom.core.roles import ROLES, role_of\nfrom fathom.core import roles\ndef f(): import sklearn",
    "fathom/nets/mlp.py": "import torch",
    "fathom/experiment/fit.py": "from fathom.data import split\nfrom fathom.nets import mlp",
    "fathom/testing/oracle.py": "import fathom.experiment.fit",
    "fathom/cli/fit.py": "import fathom.experiment.fit",
    "fathom/checks/b.py": "",
}

PLANTED = [
    ("fathom/core/a.py", "from fathom.data import split", "core imports data"),
    ("fathom/core/a.py", "def f():\n    import fathom.data.split", "core imports data"),
    ("fathom/data/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from fathom.nets import mlp", "data imports nets"),
    ("fathom/data/a.py", "import importlib\nimportlib.import_module('fathom.nets.mlp')", "data imports nets"),
    ("fathom/report/a.py", "from fathom.data import split", "report imports data"),
    ("fathom/engine/a.py", "from fathom.experiment import fit", "engine imports experiment"),
    ("fathom/ui/a.py", "from fathom.experiment import fit", "ui imports experiment"),
    ("fathom/tuning/a.py", "from fathom.checks import b", "tuning imports checks"),
    ("fathom/experiment/a.py", "import fathom.cli.fit", "experiment imports cli"),
    ("fathom/testing/a.py", "import fathom.cli.fit", "testing imports cli"),
    ("fathom/cli/a.py", "from fathom.testing import oracle", "which nothing may"),
    ("fathom/__main__.py", "from fathom.testing import oracle", "which nothing may"),
    ("fathom/data/a.py", "from fathom import core", None),
    ("fathom/data/a.py", "from fathom import load", "own __init__"),
    ("fathom/data/a.py", "import fathom", "own __init__"),
    ("fathom/data/a.py", "from fathom.core import ROLES", "not defined in fathom.core:"),
    ("fathom/data/a.py", "from fathom.data.split import ROLES", "not defined in fathom.data.split"),
    ("fathom/data/a.py", "from . import split", "relative"),
    ("fathom/data/a.py", "from fathom.core.nothing import x", "no such module"),
    ("fathom/core/a.py", "import torch", "core imports torch"),
    ("fathom/diagnosis/a.py", "def f():\n    from torch import nn", "diagnosis imports torch"),
    ("fathom/core/a.py", "import rich", "core imports rich"),
    ("fathom/core/a.py", "import scipy", "core imports scipy at the top"),
    ("fathom/core/a.py", "class A:\n    import polars as pl", "core imports polars at the top"),
    ("fathom/core/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import polars", None),
    ("fathom/data/a.py", "from sklearn.datasets import load_wine", "sklearn.datasets.load_wine at the top"),
    ("fathom/data/a.py", "from scipy import stats", "scipy.stats at the top"),
    ("fathom/data/a.py", "from scipy import special", None),
    ("fathom/report/a.py", "import plotly.graph_objects as go", "plotly.graph_objects at the top"),
    ("fathom/data/a.py", "def f():\n    import pickle", "pickle"),
    ("fathom/data/a.py", "from joblib import dump", "joblib"),
    ("fathom/nets/a.py", "import torch\ntorch.load('a', weights_only=True)", "calls torch.load"),
    ("fathom/data/a.py", "import numpy as np\nnp.load('a', allow_pickle=True)", "allow_pickle"),
    ("fathom/data/a.py", "import numpy as np\nnp.load('a', allow_pickle=False)", None),
    ("fathom/engine/a.py", "import torch\ntorch.optim.Adam([])", "torch.optim"),
    ("fathom/data/a.py", "x = 1\n" * 401, "401 lines"),
    ("fathom/data/a.py", "x = 1\n" * 400, None),
    ("fathom/data/utils.py", "", "a drawer called 'utils'"),
    ("fathom/data/common/a.py", "", "a drawer called 'common'"),
    ("fathom/stuff/a.py", "", "does not know"),
]


def test_a_sound_house_has_no_violation():
    assert violations(SOUND) == []


@pytest.mark.parametrize(("path", "text", "complaint"), PLANTED, ids=[f"{p[7:-3]}: {(c or 'sound')[:40]}" for p, _, c in PLANTED])
def test_a_planted_violation_is_seen(path, text, complaint):
    found = violations(SOUND | {path: text})
    if complaint is None:
        assert found == []
    else:
        assert len(found) == 1
        assert complaint in found[0]


@pytest.mark.parametrize("later", ["from fathom.data import b", "def f():\n    from fathom.data import b"], ids=["load", "function"])
def test_a_planted_cycle_is_seen(later):
    knot = {"fathom/data/a.py": later, "fathom/data/b.py": "from fathom.data import c", "fathom/data/c.py": "import fathom.data.a"}
    assert violations(SOUND | knot) == ["import cycle: fathom.data.a -> fathom.data.b -> fathom.data.c -> fathom.data.a"]

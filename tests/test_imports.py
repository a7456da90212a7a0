"""What a fresh process has loaded: people wait for imports, so nothing is loaded before it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
FOR_DIAGNOSE = {"fathom", "numpy", "typer", "rich", "typing_extensions", "shellingham", "annotated_doc", "pygments", "markdown_it", "mdurl"}
"""typer's and rich's own needs included; typer carries its click inside."""

REPORT = """
import json, sys
sys.path.insert(0, {src!r})
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


def loaded_by(code: str) -> set[str]:
    """The modules that `code` loads in a fresh process; what it prints on stdout is left aside."""
    script = REPORT.format(src=str(SRC), code=code)
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def foreign(modules: set[str]) -> set[str]:
    """Top-level packages that are not of the standard library."""
    roots = {m.split(".")[0] for m in modules}
    return {r for r in roots if r not in sys.stdlib_module_names and not r.startswith(("__editable__", "_"))}


def test_import_fathom_loads_nothing_heavy():
    assert foreign(loaded_by("import fathom")) == {"fathom"}


def test_a_public_name_loads_only_its_own():
    assert foreign(loaded_by("import fathom; fathom.Estimate, fathom.UnusableInput")) <= {"fathom", "numpy"}


@pytest.mark.parametrize(
    "arguments", [["--train", "1%", "--dev", "11%"], ["--train", "1%", "--dev", "11%", "--json"]], ids=["screen", "json"]
)
def test_diagnose_from_rates_loads_only_what_it_shows(arguments):
    code = f"from fathom.cli.main import main; assert main({['diagnose', *arguments]!r}) == 0"
    assert foreign(loaded_by(code)) <= FOR_DIAGNOSE


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], ["diagnose", "--help"]], ids=" ".join)
def test_help_loads_no_more(arguments):
    assert foreign(loaded_by(f"from fathom.cli.main import main; assert main({arguments!r}) == 0")) <= FOR_DIAGNOSE


def test_diagnosis_of_rates_starts_without_torch():
    seen = loaded_by('import fathom; fathom.diagnose({"train": (70, 7000), "dev": (110, 1000)}, human=0.0)')
    assert foreign(seen) <= {"fathom", "numpy"}


FIT = """
import torch
def refuse(self, *arguments, **named): raise AssertionError("fit builds a torch.optim optimizer")
torch.optim.Optimizer.__init__ = refuse
import numpy as np, fathom
X = np.random.default_rng(0).normal(size=(60, 2))
run = fathom.fit(fathom.split(fathom.load((X, (X[:, 0] > 0).astype(int))), seed=0), epochs=2, hidden=(3,))
assert len(run.errors["dev"]) == 12
"""


def test_fit_builds_no_torch_optimizer_and_draws_nothing():
    seen = loaded_by(FIT)
    assert not {m for m in ("sklearn", "plotly", "scipy.stats", "pandas") if m in seen}

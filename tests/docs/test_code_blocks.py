"""Every block of code in README and docs runs as it stands, page by page, in an empty folder with a few real files in it.

`python` blocks of a page share one namespace; lines of `sh` blocks that begin with `fathom` run in this process, others are
commands of the project or of the machine and are named in `ELSEWHERE`. A `text` block after a block is what it prints.
"""

from __future__ import annotations

import doctest
import re
import shlex
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ELSEWHERE = ("make ", "pip install", "python benchmarks/", "python examples/", "apt-get ", "#", "open ")
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

MODEL = """
import torch
from torch import nn


def setup():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 3))
    return net, nn.CrossEntropyLoss(), torch.randn(64, 10), torch.randint(0, 3, (64,))
"""


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(m[1], m[2], text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of, made from real sets."""
    import numpy as np
    import polars as pl
    from sklearn.datasets import load_breast_cancer

    folder = tmp_path_factory.mktemp("pages")
    X, y = load_breast_cancer(return_X_y=True)
    names = [str(n).replace(" ", "_") for n in load_breast_cancer().feature_names]
    table = pl.DataFrame(dict(zip(names, X.T, strict=True))).with_columns(churned=pl.Series(np.where(y == 1, "no", "yes")))
    table.write_csv(folder / "churn.csv")
    table.drop("churned").head(20).write_csv(folder / "new.csv")
    (folder / "model.py").write_text(MODEL)
    wrong = np.arange(400) % 10 == 0
    pl.DataFrame(
        {
            "role": ["train"] * 200 + ["dev"] * 200,
            "truth": y[:400],
            "prediction": np.where(wrong, 1 - y[:400], y[:400]),
        }
    ).write_csv(folder / "predictions.csv")
    return folder


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda p: p.stem)
def test_a_page_runs(page: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in files.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    space: dict[str, object] = {"__name__": "page"}
    printed = ""
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.language == "text":
            assert same(block.code, printed), f"{where} says\n{block.code}\nbut the block before it printed\n{printed}"
        elif block.language == "python":
            printed = run_python(block, space, page)
        elif block.language == "sh":
            printed = run_shell(block, where)


def same(wanted: str, got: str) -> bool:
    """Equal but for the space at the ends of lines; `...` stands for anything."""
    tidy = ["\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n" for text in (wanted, got)]
    return doctest.OutputChecker().check_output(tidy[0], tidy[1], doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)


def run_python(block: Block, space: dict[str, object], page: Path) -> str:
    out = StringIO()
    with redirect_stdout(out):
        exec(compile("\n" * block.line + block.code, str(page), "exec"), space)
    return out.getvalue()


def run_shell(block: Block, where: str) -> str:
    from fathom.cli.main import main

    out = StringIO()
    for line in block.code.replace("\\\n", " ").splitlines():
        command = shlex.split(line, comments=True)
        if not command:
            continue
        if command[0] != "fathom":
            assert line.startswith(ELSEWHERE), f"{where}: nobody runs {line!r}"
            continue
        with redirect_stdout(out):
            code = main(command[1:])
        assert code in (0, 1), f"{where}: exit code {code} of {line!r}"
    return out.getvalue()


def test_a_block_without_a_language_is_noticed() -> None:
    """So that no code escapes the test above."""
    for page in PAGES:
        fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert all(opening.split()[0] in ("python", "sh", "text", "json") for opening in fences[::2]), page.name

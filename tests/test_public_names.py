"""The public face, frozen: a name that comes or goes is a decision, and changes this list."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import fathom

PUBLIC = {
    # data
    "load", "sample", "split", "augment", "audit", "Dataset", "Splits", "Prepare",
    # training
    "fit", "fit_many", "measure", "open_run", "FoldedRun", "Run", "Settings",
    # diagnosis
    "diagnose", "compare", "metrics", "choose", "disagree", "ensemble", "rows_to_tell", "tells", "Diagnosis", "Errors", "Estimate",
    "Finding", "learning_curve", "LearningCurve",
    # the recipe
    "improve", "mistakes",
    # checks
    "check_gradient", "check_model", "check_signal",
    # errors raised
    "FathomError", "TestSealed", "TrainingDiverged", "UnusableInput",
}  # fmt: skip

ROOT = Path(fathom.__file__).parent


def test_public_names_are_the_frozen_ones():
    assert set(fathom.__all__) == PUBLIC
    assert len(fathom.__all__) == len(PUBLIC)


def test_dir_shows_the_public_names_in_order():
    assert dir(fathom) == sorted(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_name_loads(name):
    found = getattr(fathom, name)
    assert found.__name__ == name
    assert found.__doc__, f"{name} has no docstring"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = fathom.no_such_name


def test_no_public_name_is_a_folder():
    """`import fathom.checks` would put the folder where a function `fathom.checks` was."""
    folders = {p.name for p in ROOT.iterdir() if p.is_dir()} | {p.stem for p in ROOT.glob("*.py")}
    assert not PUBLIC & folders


def test_type_checkers_see_the_same_names():
    """The imports under TYPE_CHECKING are written by hand, `X as X`, and must not fall behind."""
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If) and getattr(n.test, "id", "") == "TYPE_CHECKING")
    assert {a.asname for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names} == PUBLIC

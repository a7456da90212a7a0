"""The screen of a model check: what stands there, and nothing wider than the screen."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from fathom.core.records.finding import Finding
from fathom.core.records.model_check import ModelCheck
from fathom.core.records.not_checked import NotChecked
from fathom.report.check_screen import show

FINDING = Finding(
    id="check.loss.initial",
    severity="warning",
    what="The first loss is 9.1; guessing gives 2.30.",
    evidence={"loss": 9.1, "expected": 2.302585, "classes": 10, "by_class": {"a": 1.0}, "rows": list(range(9)), "nothing": None},
    cause="large weights in the last layer.",
    fix="Standardize the inputs:\n    x = (x - x.mean(0)) / x.std(0)",
)


def drawn(width: int, **changes) -> str:
    about = {"net": "Net", "parameters": 12345, "examples": 64, "findings": (FINDING,), "budget": 60.0, "seconds": {"in all": 41.7}}
    screen = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    show(ModelCheck(**{**about, **changes}), screen)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def test_all_parts_of_a_finding():
    text = drawn(100)
    assert "net        Net, 12,345 parameters; a batch of 64" in text
    assert "warning    The first loss is 9.1; guessing gives 2.30. [check.loss.initial]" in text
    assert "  evidence loss 9.1, expected 2.3, classes 10, by class (a: 1), rows 0, 1, 2, 3 and 5 more" in text
    assert "     cause likely: large weights in the last layer." in text
    assert "       fix Standardize the inputs:\n               x = (x" in text
    assert "verdict    1 warning, in 42 s of 60 s" in text


def test_what_was_not_run_and_why():
    left = (
        NotChecked(id="check.rate", name="many learning rates", reason="no time left in the budget", seconds=700.0),
        NotChecked(id="check.norm", name="biases before norms", reason="the net has no norm layer"),
        NotChecked(id="check.mode", name="train and eval mode", reason="the net has no norm layer"),
    )
    text = drawn(100, not_checked=left, passed={"check.a": "one thing", "check.b": "another"}, shortened={"check.a": 16})
    assert "not run    many learning rates: no time left in the budget; it wants about 12 min" in text
    assert "biases before norms; train and eval mode: the net has no norm layer" in text
    assert "passed     2 checks: one thing; another" in text
    assert "1 check saw fewer examples, to keep the budget (the fewest: 16 of 64)" in text


def test_verdicts():
    assert "no error and no warning, in 1.5 s of 60 s" in drawn(100, findings=(), seconds={"in all": 1.5})
    assert "interrupted: nothing found so far" in drawn(100, findings=(), interrupted=True)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_nothing_is_wider_than_the_screen(width):
    assert max(map(len, drawn(width).splitlines())) <= width

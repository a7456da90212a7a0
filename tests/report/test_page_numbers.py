"""Figures of the page."""

from __future__ import annotations

import math

import pytest

from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference
from fathom.core.records.rung import Rung
from fathom.diagnosis.diagnose import diagnose
from fathom.report.page_numbers import figure, gap_value, interval, own_unit, rows_text, standing, sureness

LADDER = Ladder(rungs=(Rung(name="dev", estimate=Estimate(value=0.046)),), unit="mmHg", scale=60.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.0, "12"), (0.123456, "0.1235"), (-3.5, "\u22123.5"), (123456.7, "123,457"), (1e-9, "1e-09"), (7, "7"), (None, "None"), ("x", "x")],
)
def test_figures(value, text):
    assert figure(value) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.5, "50%"), (0.994, "99.4%"), (0.9995, ">99.9%"), (1.0, ">99.9%"), (0.004, "0.4%"), (0.0, "<0.1%"), (math.nan, "")],
)
def test_nobody_is_sure_by_rounding(p, text):
    assert sureness(p) == text


def test_gaps_are_differences_of_printed_rungs():
    found = diagnose({"train": 0.0046, "dev": 0.0454}, human=0.02)
    printed = {rung.name: round(100 * rung.estimate.value, 2) for rung in found.ladder}
    variance = gap_value(found.gaps["variance"], found)
    assert float(variance) == pytest.approx(printed["dev"] - printed["train"])
    assert gap_value(found.gaps["avoidable_bias"], found).startswith("\u2212")


def test_a_bounded_bias_has_no_single_value():
    found = diagnose({"train": (3, 341), "dev": (6, 114)}, references={"linear": 0.02})
    assert gap_value(found.gaps["avoidable_bias"], found) == ""


def test_intervals_and_units():
    assert interval(-0.01, 0.02, LADDER) == "\u22121.0 to 2.0"
    assert interval(None, 0.02, LADDER) == ""
    assert own_unit(Estimate(value=0.5), LADDER) == "30.00 mmHg"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (Estimate(value=-0.1, low=-0.15, high=-0.05), "ahead of linear: dev differs by \u221210.0 points (\u221215.0 to \u22125.0)"),
        (Estimate(value=0.1), "behind linear: dev differs by 10.0 points"),
    ],
)
def test_standing(ahead, words):
    assert standing(Reference(name="linear", estimate=Estimate(value=0.2), ahead=ahead), LADDER) == words


def test_rows():
    assert rows_text({"train": 1_000, "train_dev": 10, "dev": 20}) == "train 1,000, train-dev 10, dev (validation) 20"

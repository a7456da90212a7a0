"""The training drawn: which charts there are, what they mark, and what is said of it."""

from __future__ import annotations

import dataclasses
import math

import pytest

from fathom.core.records.history import History
from fathom.report.page_training import charts_of, summary, training
from tests.report.page_records import history


def charts(made):
    return {chart.title: chart for chart in charts_of(made)}


def test_j_is_drawn_with_and_without_its_penalty():
    curves = charts(history())["J, the objective"].curves
    assert [curve.name for curve in curves] == ["J", "without the penalty"]
    assert curves[0].points[0][1] - curves[1].points[0][1] == pytest.approx(0.1)


def test_without_a_penalty_there_is_one_curve():
    chart = charts(history(penalty=0.0))["J, the objective"]
    assert [curve.name for curve in chart.curves] == ["J"]
    assert chart.about == "No penalty: J is the mean loss."


def test_errors_are_drawn_where_they_were_measured():
    curves = charts(history(40, every=10))["Error by role"].curves
    assert {curve.name: [x for x, _ in curve.points] for curve in curves} == {
        "train": [1, 10, 20, 30, 40],
        "dev (validation)": [1, 10, 20, 30, 40],
    }


def test_a_learning_rate_that_never_changes_is_told_and_not_drawn():
    made = history()
    constant = History([dataclasses.replace(e, learning_rate=0.001) for e in made], seconds=1.0)
    assert "Learning rate" in charts(made)
    assert "Learning rate" not in charts(constant)
    assert summary(constant).endswith("The learning rate was 0.001 throughout.")


def test_the_epoch_that_was_kept_is_marked_with_what_it_costs():
    made = history(best=20)
    assert charts(made)["Error by role"].mark == (20, "kept: epoch 20")
    assert summary(made).endswith("stopped early.")
    assert "The weights of epoch 20 of 40 are kept. There J was" in training(made)
    assert "two jobs with one knob" in training(made)
    assert "two jobs" not in training(history())
    assert charts(history())["Error by role"].mark is None


def test_first_epochs_far_above_the_rest_leave_the_drawing():
    made = history()
    high = History([dataclasses.replace(e, errors={"dev": 0.9 if e.epoch == 1 else 0.05}) if e.errors else e for e in made])
    chart = charts(high)["Error by role"]
    assert chart.ceiling == pytest.approx(0.2)
    assert chart.about == "The first epochs lie above the drawing, at up to 90.0%."
    level = History([dataclasses.replace(e, errors={"dev": 0.05}) if e.errors else e for e in made])
    assert charts(level)["Error by role"].ceiling is None


@pytest.mark.parametrize("stopped", ["", "interrupted", "diverged"])
def test_nothing_finished(stopped):
    assert not charts(History([], stopped=stopped))
    assert "No epoch was finished" in training(History([], stopped=stopped))


def test_a_diverged_objective_is_drawn_as_far_as_it_is_a_number():
    made = history()
    made.epochs[-1] = dataclasses.replace(made.epochs[-1], J=math.nan, data_term=math.inf)
    diverged = History(made.epochs, stopped="diverged")
    assert len(charts(diverged)["J, the objective"].curves[0].points) == 39
    assert "diverged" in training(diverged)


def test_the_summary():
    assert summary(history()) == "40 epochs, 240 updates in 1.2 s; J from 1.7 to 0.1."

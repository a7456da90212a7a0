"""When the metric says A and the user wants B: which change makes the metric say B."""

from __future__ import annotations

import numpy as np
import polars as pl

from fathom.diagnosis.disagreement import Both, disagreement
from fathom.diagnosis.metrics.answers import answers_of
from fathom.diagnosis.metrics.measured import Scene, measure_metric
from fathom.diagnosis.metrics.spelling import read_metric


def course(n: int = 1000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """C3W1-15: A 3% wrong but lets porn through, B 5% and none of that: 10 in 1,000 pictures are porn."""
    kind = np.array(["porn"] * 10 + ["cat"] * (n - 10))
    a, b = np.zeros(n), np.zeros(n)
    a[:10], a[100:120] = 1, 1
    b[200:250] = 1
    return a, b, kind


def both(a: np.ndarray, b: np.ndarray, **columns: np.ndarray) -> Both:
    return Both(over=a, prefer=b, weight=np.ones(len(a)), ids=np.arange(len(a)), columns=columns)


def test_the_metric_is_changed_by_weights():
    """C3W1-15, C3W1-16: the proposed metric, measured, prefers B."""
    a, b, kind = course()
    rng = np.random.default_rng(0)
    made = disagreement("B", "A", both(a, b, kind=kind, hour=rng.integers(0, 10, len(a))))
    assert made.says.startswith("The metric says A, you say B: dev error of B 5.0%, A 3.0%.")
    (first,) = made.changes  # hours are noise, and left out where something is shown
    assert (first.kind, first.evidence["value"], first.evidence["n"]) == ("metric", "porn", 10)
    assert first.evidence["needed"] == 3.0
    assert first.metric == "error weighted by kind porn=5"
    assert first.evidence["p"] < 0.05
    values = []
    for wrong in (a, b):
        table = pl.DataFrame({"truth": ["x"] * 1000, "prediction": np.where(wrong > 0, "y", "x"), "error": wrong, "kind": kind})
        scene = Scene("dev", answers_of(table, classes=("x", "y")))
        values.append(measure_metric(read_metric(first.metric), scene).estimate.value)
    assert values[1] < values[0]
    assert (first.evidence["A"], first.evidence["B"]) == (values[0], values[1])


def test_dev_and_test_are_changed_where_other_examples_prefer_b():
    """C3W1-17: A 3%, B 5% on pictures from the web; on what users send B is better."""
    a, b, kind = course()
    rng = np.random.default_rng(1)
    users = (rng.random(400) < 0.12).astype(float), (rng.random(400) < 0.05).astype(float)
    made = disagreement("B", "A", both(a, b, kind=np.full(len(kind), "cat")), elsewhere=users)
    assert [c.kind for c in made.changes] == ["data"]
    assert "change dev and test: on your 400 examples B is better" in made.changes[0].what
    assert made.changes[0].source == "C3W1-17"


def test_without_a_column_that_tells_one_is_sent_to_look():
    a, b, _ = course()
    made = disagreement("B", "A", both(a, b))
    assert made.changes[0].kind == "look"
    assert "30 examples that A gets more wrong (id 0, 1, 2" in made.changes[0].what
    none = disagreement("B", "A", both(np.zeros(100), np.r_[np.ones(20), np.zeros(80)]))
    assert "what you prefer it for is not there" in none.changes[0].what


def test_where_the_metric_agrees_nothing_is_to_change():
    a, b, kind = course()
    made = disagreement("A", "B", both(b, a, kind=kind))
    assert made.agrees
    assert made.changes == ()


def test_a_difference_that_dev_cannot_show_is_no_verdict():
    a, b = np.zeros(100), np.zeros(100)
    a[:2], b[:3] = 1, 1
    assert "hardly says A" in disagreement("B", "A", both(a, b)).says


def test_slices_by_chance_are_said_to_be_unsure():
    """A column of noise: weights that would do it are proposed, but not as shown."""
    rng = np.random.default_rng(2)
    a, b = (rng.random(300) < 0.10).astype(float), (rng.random(300) < 0.16).astype(float)
    made = disagreement("B", "A", both(a, b, noise=rng.integers(0, 15, 300)))
    assert all(c.kind != "metric" or "do not show it for sure" in c.what for c in made.changes)

"""One net out of several by one metric to optimize and others to satisfy."""

from __future__ import annotations

import pytest

from fathom.core.exceptions import UnusableInput
from fathom.experiment.metrics import choose

THREE = {"A": {"accuracy": "90%", "time": "80ms"}, "B": {"accuracy": "92%", "time": "95ms"}, "C": {"accuracy": "95%", "time": "1.5s"}}


def test_b_is_picked():
    """C3W1-07: A 90%/80 ms, B 92%/95 ms, C 95%/1500 ms; the most accurate within 100 ms."""
    made = choose(THREE, "accuracy", require="time <= 100ms")
    assert made.best == "B"
    assert str(made) == "best: B, by accuracy (92.0%) among those with time <= 100 ms; C (95.0%) has time 1,500 ms"
    assert made.ranking == ("B", "A", "C")


def test_without_a_bound_the_most_accurate_is_picked():
    assert choose(THREE).best == "C"
    assert choose(THREE, "time").best == "A"


def test_a_count_per_time():
    """C3W1-08: the most accurate with at most one false positive in 24 hours."""
    known = {
        "A": {"accuracy": 0.99, "false positives per 24h": 2.0},
        "B": {"accuracy": 0.98, "false positives per 24h": 0.5},
        "C": {"accuracy": 0.97, "false positives per 24h": 0.1},
    }
    assert choose(known, require="false positives <= 1 per 24h").best == "B"


def test_a_single_metric_ranks_at_once():
    """C3W1-05, C3W1-06: by the mean over regions C is best of A to F."""
    means = {"A": 6, "B": 6.5, "C": 3.5, "D": 5.5, "E": 3.75, "F": 9.5}
    assert choose({name: {"error": f"{m}%"} for name, m in means.items()}, "error").ranking == ("C", "E", "D", "A", "B", "F")


def test_where_none_meets_what_is_required_it_is_said():
    made = choose(THREE, require=["time <= 10ms", "accuracy >= 91%"])
    assert made.best is None
    assert str(made).startswith("none meets time <= 10 ms and accuracy >= 91.0%; C comes nearest (time <= 10 ms is not met: 1,500 ms)")


@pytest.mark.parametrize(
    ("nets", "message"),
    [({}, "expected a mapping of name"), ({"A": {"accuracy": 0.9}}, "'A': expected a value of time, got values of accuracy")],
)
def test_what_cannot_be_chosen_is_refused(nets, message):
    with pytest.raises(UnusableInput, match=message):
        choose(nets, require="time <= 100ms")

"""Laws that every diagnosis keeps, over ladders of all shapes: sums, order, shift, size, symmetry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fathom.core.records.errors import Errors
from fathom.core.records.gap import GAPS
from fathom.diagnosis.diagnose import diagnose

ROLES = ("train", "train_dev", "dev", "test")
ORDER = {"high": 0, "unclear": 1, "low": 2}
COUNT = st.integers(5, 4_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
RATE = st.floats(0, 1).map(lambda x: round(x, 6))
SOME = settings(max_examples=30, deadline=None)


def ladders(rung):
    """Train, and any of the other roles above it, at least one."""
    others = st.lists(st.sampled_from(ROLES[1:]), min_size=1, unique=True)
    return others.flatmap(lambda roles: st.fixed_dictionaries(dict.fromkeys(("train", *roles), rung)))


def top(d):
    return list(d.ladder)[-1].estimate.value


def connected(d):
    """Do the gaps lead from the floor to the last rung without a hole?"""
    ends = ["human", *(gap.end for gap in d.gaps.values())]
    return [gap.start for gap in d.gaps.values()] == ends[:-1] and ends[-1] == [rung.name for rung in d.ladder][-1]


@given(ladder=ladders(st.one_of(COUNT, RATE)), human=RATE)
@SOME
def test_the_gaps_add_up_to_the_distance(ladder, human):
    """C3W2-10: human + bias + variance + mismatch + overfitting to dev is the last rung."""
    d = diagnose(ladder, human=human)
    assume(connected(d))
    assert human + sum(gap.value for gap in d.gaps.values()) == pytest.approx(top(d), abs=1e-12)


@given(ladder=ladders(COUNT), human=RATE, tolerances=st.lists(st.floats(1e-4, 0.9), min_size=2, max_size=6))
@SOME
def test_a_greater_tolerance_never_makes_a_gap_worse(ladder, human, tolerances):
    """From high over unclear to low; a bias below human stays unclear."""
    said = [diagnose(ladder, human=human, tolerance=t) for t in sorted(tolerances)]
    for name in said[0].gaps:
        places = [ORDER[d.gaps[name].verdict] for d in said]
        assert places == sorted(places), name
    assert [set(a.verdicts) >= set(b.verdicts) for a, b in itertools.pairwise(said)] == [True] * (len(said) - 1)


@given(ladder=ladders(COUNT), human=RATE, tolerance=st.floats(1e-4, 0.9))
@SOME
def test_the_verdict_is_read_from_the_interval(ladder, human, tolerance):
    d = diagnose(ladder, human=human, tolerance=tolerance)
    for gap in d.gaps.values():
        assert gap.low <= gap.value + 1e-12
        assert gap.value <= gap.high + 1e-12
        if gap.name == "avoidable_bias" and round(gap.high, 9) < 0:
            assert gap.verdict == "unclear"
        else:
            above, below = (round(end, 9) >= round(tolerance, 9) for end in (gap.low, gap.high))
            assert gap.verdict == ("high" if above else "unclear" if below else "low")


@given(ladder=ladders(COUNT), human=RATE, times=st.integers(2, 9))
@SOME
def test_intervals_shrink_as_sets_grow(ladder, human, times):
    small = diagnose(ladder, human=human)
    large = diagnose({role: (times * wrong, times * n) for role, (wrong, n) in ladder.items()}, human=human)
    for name, gap in small.gaps.items():
        again = large.gaps[name]
        assert again.value == pytest.approx(gap.value, abs=1e-12)
        assert again.low >= gap.low - 1e-12
        assert again.high <= gap.high + 1e-12
        if gap.verdict != "unclear":  # what was decided stays so, if the errors stay as they are
            assert again.verdict == gap.verdict or (name == "avoidable_bias" and round(again.high, 9) < 0)


@given(ladder=ladders(COUNT), human=RATE)
@SOME
def test_one_more_mistake_on_dev_never_shrinks_what_ends_there(ladder, human):
    assume("dev" in ladder and ladder["dev"][0] < ladder["dev"][1])
    wrong, n = ladder["dev"]
    before, after = diagnose(ladder, human=human), diagnose({**ladder, "dev": (wrong + 1, n)}, human=human)
    for name, gap in before.gaps.items():
        sign = {True: 1, False: -1}[gap.end == "dev"] if "dev" in (gap.start, gap.end) else 0
        for end in ("low", "value", "high"):
            change = getattr(after.gaps[name], end) - getattr(gap, end)
            assert sign * change >= -1e-12
            assert sign or change == 0


@given(ladder=ladders(COUNT), human=st.floats(0, 0.5), more=st.floats(0, 0.5))
@SOME
def test_the_human_level_moves_the_bias_and_nothing_else(ladder, human, more):
    a, b = diagnose(ladder, human=human), diagnose(ladder, human=human + more)
    for end in ("low", "value", "high"):
        assert getattr(a.gaps["avoidable_bias"], end) - getattr(b.gaps["avoidable_bias"], end) == pytest.approx(more, abs=1e-9)
    for name in set(a.gaps) - {"avoidable_bias"}:
        assert a.gaps[name] == b.gaps[name] or a.gaps[name].says != b.gaps[name].says


@given(dev=COUNT, test=COUNT)
@SOME
def test_dev_and_test_in_each_others_place_turn_the_gap_round(dev, test):
    a = diagnose({"train": 0.0, "dev": dev, "test": test}).gaps["dev_overfit"]
    b = diagnose({"train": 0.0, "dev": test, "test": dev}).gaps["dev_overfit"]
    assert (a.value, a.low, a.high) == pytest.approx((-b.value, -b.high, -b.low), abs=1e-12)


@given(ladder=ladders(COUNT), human=RATE, seed=st.integers(0, 99))
@SOME
def test_counts_errors_and_any_order_of_them_say_the_same(ladder, human, seed):
    rng = np.random.default_rng(seed)
    errors = {role: rng.permutation(np.arange(n) < wrong).astype(float) for role, (wrong, n) in reversed(ladder.items())}
    assert diagnose(errors, human=human).to_json() == diagnose(ladder, human=human).to_json()


@given(weight=st.floats(0.01, 100), seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_unit_of_the_weights_does_not_matter(weight, seed):
    rng = np.random.default_rng(seed)
    value, weights = rng.random((2, 60)) < 0.3, rng.uniform(0.5, 2, (2, 60))
    a, b = (
        diagnose({role: Errors.of(v, w * unit) for role, v, w in zip(("train", "dev"), value, weights, strict=True)}, human=0.1)
        for unit in (1.0, weight)
    )
    for name, gap in a.gaps.items():
        ends = [(g.low, g.value, g.high) for g in (gap, b.gaps[name])]
        assert ends[0] == pytest.approx(ends[1], rel=1e-6, abs=1e-9)


@given(ladder=ladders(st.one_of(COUNT, RATE)), human=st.one_of(st.none(), RATE), tolerance=st.floats(1e-3, 0.5))
@SOME
def test_the_verdicts_are_the_high_gaps_and_the_focus_is_one_of_them(ladder, human, tolerance):
    d = diagnose(ladder, human=human, tolerance=tolerance)
    high = [name for name in GAPS if name in d.gaps and d.gaps[name].verdict == "high"]
    assert len(d.verdicts) == len(high)
    assert list(d.gaps) == [name for name in GAPS if name in d.gaps]
    assert d.focus in (high or [None, *d.gaps])
    if d.focus is not None:
        assert d.gaps[d.focus].value > 0


@pytest.mark.parametrize("names", [("sick", "well"), ("a", "z"), ("z", "a")])
def test_the_names_of_classes_do_not_matter(names):
    rng = np.random.default_rng(0)
    rare = {role: rng.random(n) < 0.08 for role, n in (("train", 900), ("dev", 400))}
    errors = {role: (rng.random(len(r)) < np.where(r, 0.4, 0.03)).astype(float) for role, r in rare.items()}
    d, plain = (
        diagnose(errors, human=0.05, truth={role: np.where(r, *pair) for role, r in rare.items()}) for pair in (names, ("yes", "no"))
    )
    assert d.balance is not None
    for name, gap in d.gaps.items():
        assert (gap.low, gap.value, gap.high, gap.verdict) == pytest.approx(
            tuple(getattr(plain.gaps[name], field) for field in ("low", "value", "high", "verdict"))
        )

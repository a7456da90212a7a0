"""Runs held against the first one: matched by id, judged by interval and p, refused where the examples differ."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.core.holm import holm
from fathom.core.records.comparison import Comparison
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.rung import Rung
from fathom.diagnosis.comparison import Candidate, compare_candidates, verdict_of
from fathom.diagnosis.comparison_sayings import NONE, examples_for
from fathom.diagnosis.paired import mcnemar, tango


def candidate(name: str, errors, *, ids=None, truth=None, group=None, weight=None, scale=None) -> Candidate:
    errors = np.asarray(errors, dtype=float)
    n = len(errors)
    columns = {"id": np.arange(n) if ids is None else ids, "truth": np.full(n, "a") if truth is None else truth}
    columns |= {"error": errors, "weight": np.ones(n) if weight is None else np.asarray(weight, dtype=float)}
    if group is not None:
        columns["group"] = group
    rate = float((columns["weight"] * errors).sum() / columns["weight"].sum()) if n else 0.0
    ladder = Ladder(rungs=(Rung(name="dev", estimate=Estimate(value=rate, low=max(rate - 0.05, 0), high=rate + 0.05, n=n)),), scale=scale)
    return Candidate(name=name, label=name, ladder=ladder, dev=pl.DataFrame(columns), scale=scale)


def errors(n: int, wrong) -> np.ndarray:
    found = np.zeros(n)
    found[list(wrong)] = 1
    return found


def test_a_run_that_gets_fewer_wrong_is_better():
    a, b = candidate("a", errors(200, range(40))), candidate("b", errors(200, [*range(10), 50]))
    pair = compare_candidates([a, b]).pairs[0]
    assert (pair.only_run, pair.only_against) == (1, 30)
    assert pair.difference.value == pytest.approx(-29 / 200)
    assert (pair.difference.low, pair.difference.high) == tango(1, 30, 200)
    assert pair.p == mcnemar(1, 30)
    assert pair.verdict == "better"
    assert compare_candidates([b, a]).pairs[0].verdict == "worse"


def test_the_same_errors_show_no_difference():
    a, b = candidate("a", errors(100, range(9))), candidate("b", errors(100, range(9)))
    pair = compare_candidates([a, b]).pairs[0]
    assert pair.difference.value == 0
    assert pair.difference.low == pytest.approx(-pair.difference.high)
    assert (pair.p, pair.verdict) == (1.0, NONE)


def test_examples_are_matched_by_id_not_by_place():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, 80), rng.integers(0, 2, 80)
    order = rng.permutation(80)
    straight = compare_candidates([candidate("a", a), candidate("b", b)])
    mixed = compare_candidates([candidate("a", a), candidate("b", b[order], ids=np.arange(80)[order])])
    assert straight.pairs == mixed.pairs


def test_ids_may_be_text_and_may_repeat():
    ids = ["x", "y", "y", "z"]
    made = compare_candidates([candidate("a", [0, 0, 1, 0], ids=ids), candidate("b", [0, 0, 1, 1], ids=ids)])
    assert (made.pairs[0].only_run, made.pairs[0].only_against) == (1, 0)


def test_other_examples_are_refused_with_how_many_are_shared():
    a, b = candidate("a", np.zeros(20)), candidate("b", np.zeros(20), ids=np.arange(15, 35))
    with pytest.raises(UnusableInput, match="20 and 20 examples that share 5 ids"):
        compare_candidates([a, b])


def test_fewer_examples_are_refused():
    with pytest.raises(UnusableInput, match="20 and 10 examples that share 10 ids"):
        compare_candidates([candidate("a", np.zeros(20)), candidate("b", np.zeros(10))])


def test_the_same_ids_of_other_data_are_refused():
    a, b = candidate("a", np.zeros(4), truth=list("aabb")), candidate("b", np.zeros(4), truth=list("abab"))
    with pytest.raises(UnusableInput, match="another truth in 2 of 4"):
        compare_candidates([a, b])


def test_a_table_without_ids_is_refused():
    a = candidate("a", np.zeros(4))
    bare = Candidate(name="b", label="b", ladder=a.ladder, dev=a.dev.drop("id"))
    with pytest.raises(UnusableInput, match="ids in its dev errors"):
        compare_candidates([a, bare])


def test_one_run_is_refused():
    with pytest.raises(UnusableInput, match="at least two"):
        compare_candidates([candidate("a", np.zeros(4))])


def test_numbers_have_the_bootstrap_and_sign_flips():
    rng = np.random.default_rng(5)
    a = rng.exponential(1.0, 120)
    b = a * 0.7 + rng.normal(0, 0.05, 120) ** 2
    pair = compare_candidates([candidate("a", a, truth=np.arange(120.0)), candidate("b", b, truth=np.arange(120.0))]).pairs[0]
    assert pair.test == "sign flips"
    assert pair.difference.value == pytest.approx((b - a).mean())
    assert pair.difference.low < (b - a).mean() < pair.difference.high < 0
    assert pair.verdict == "better"


def test_errors_of_another_baseline_are_brought_to_the_first_ones():
    """The same distances in the target's unit, written as shares of 10 and of 20."""
    distances = np.random.default_rng(6).exponential(5.0, 50)
    a, b = (
        candidate("a", distances / 10, truth=np.arange(50.0), scale=10.0),
        candidate("b", distances / 20, truth=np.arange(50.0), scale=20.0),
    )
    pair = compare_candidates([a, b]).pairs[0]
    assert pair.difference.value == pytest.approx(0.0, abs=1e-12)
    assert pair.verdict == NONE


def test_groups_weigh_as_one_example_each():
    """Ten copies of each of eight patients say no more than the eight do."""
    a, b = np.repeat([1, 1, 1, 1, 0, 0, 0, 0], 10), np.repeat([0, 0, 0, 1, 0, 0, 0, 0], 10)
    patients = np.repeat(np.arange(8), 10)
    single = compare_candidates([candidate("a", a), candidate("b", b)]).pairs[0]
    grouped = compare_candidates([candidate("a", a, group=patients), candidate("b", b, group=patients)]).pairs[0]
    assert (single.verdict, grouped.verdict) == ("better", NONE)
    assert grouped.p == pytest.approx(0.25)  # three patients that differ, all to one side: 2 / 2^3


def test_a_rare_class_counts_as_much_as_a_common_one():
    """b is wrong on 10 common examples more, a on 10 of the 20 rare ones: balanced, b is better."""
    truth = np.array(["no"] * 480 + ["yes"] * 20)
    a, b = errors(500, range(480, 490)), errors(500, range(10))
    plain = compare_candidates([candidate("a", a, truth=truth), candidate("b", b, truth=truth)])
    weighed = compare_candidates([candidate("a", a, truth=truth), candidate("b", b, truth=truth)], balance=True)
    assert plain.pairs[0].difference.value == 0
    assert weighed.pairs[0].difference.value == pytest.approx((10 / 480 - 10 / 20) / 2)
    assert weighed.pairs[0].verdict == "better"
    assert any("balanced" in note for note in weighed.notes)


def test_both_the_interval_and_p_have_to_say_so():
    """Five examples all to one side: the score interval is off 0, the exact test is not below 5%."""
    pair = compare_candidates([candidate("a", errors(100, range(5))), candidate("b", np.zeros(100))]).pairs[0]
    assert pair.difference.high < 0
    assert pair.p == 0.0625
    assert pair.verdict == NONE
    assert "too few examples" in pair.says


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [(-0.2, -0.1, 0.01, "better"), (0.1, 0.2, 0.01, "worse"), (-0.1, 0.1, 0.01, NONE), (0.1, 0.2, 0.05, NONE), (-0.1, 0.0, 0.01, NONE)],
)
def test_verdicts(low, high, p, expected):
    assert verdict_of(Estimate(value=(low + high) / 2, low=low, high=high, n=9), p) == expected


def holm_by_definition(p):
    """The largest, over all at most as large, of (number not smaller) times p."""
    order = np.argsort(p, kind="stable")
    scaled = [min(1.0, (len(p) - k) * p[i]) for k, i in enumerate(order)]
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(scaled)
    return adjusted


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_holm(p):
    assert holm(p) == pytest.approx(holm_by_definition(p))
    assert all(a >= b for a, b in zip(holm(p), p, strict=True))


def test_several_runs_share_the_level():
    first, other = errors(100, range(12)), errors(100, range(5))
    alone = compare_candidates([candidate("a", first), candidate("b", other)])
    many = compare_candidates([candidate("a", first), *(candidate(name, other) for name in "bcd")])
    assert alone["b"].p == pytest.approx(2 / 2**7)
    assert many["b"].p == pytest.approx(3 * 2 / 2**7)
    assert any("3 comparisons" in note for note in many.notes)


def test_how_many_examples_would_show_it():
    """Simulated: at that size four of five dev sets show a difference of 3 points with 5% and 2% in discord."""
    rng = np.random.default_rng(0)
    low, high = tango(20, 50, 1_000)
    n = examples_for(Estimate(value=-0.03, low=low, high=high, n=1_000))
    drawn = rng.multinomial(n, [0.02, 0.05, 0.93], size=1_000)
    seen = np.mean([tango(b, c, n)[1] < 0 for b, c, _ in drawn])
    assert seen == pytest.approx(0.8, abs=0.05)


def test_no_difference_needs_no_number_of_examples():
    assert examples_for(Estimate(value=0.0, low=-0.1, high=0.1, n=50)) is None


def three() -> Comparison:
    made = [candidate("a", errors(100, range(20))), candidate("b", errors(100, range(4))), candidate("c", errors(100, range(21)))]
    return compare_candidates(made, differing={"l2": ("0", "0.7", "3"), "hidden": ("64-32", "64-32", "8")})


def test_the_text_says_it_all():
    text = str(three())
    assert text.startswith("Better than a: b. No difference that this dev set can show: c.")
    for part in ("Settings that differ", "hidden", "64-32", "20.0% (15.0 to 25.0)", "-16.0 points", "p < 0.001", "better", "100 examples"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_long_names_and_many_runs_keep_within_the_width():
    runs = [candidate("a run with a name as long as this one " + str(i), errors(60, range(i))) for i in range(8)]
    made = compare_candidates(runs, differing={"hidden": ("64-32-16-8-4-2",) * 7 + ("1",), "schedule": ("cosine 0, warm-up 100",) * 8})
    assert max(map(len, str(made).splitlines())) <= 110
    assert "a run with a name as long a…" in str(made)


def test_json_has_the_pairs():
    found = three().to_json()
    assert found["pairs"][0]["verdict"] == "better"
    assert found["differing"]["l2"] == ["0", "0.7", "3"]


def test_an_unknown_run_is_a_key_error():
    with pytest.raises(KeyError):
        three()["z"]

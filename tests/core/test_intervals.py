"""Intervals against SciPy, hand cases, and their own coverage by exact sums and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.coverage import GRID, gap_coverage, gap_points, mean_coverage, rate_coverage, rate_points
from fathom.core.bootstrap import CLOSED_FORM_FROM, skewness, studentized
from fathom.core.exceptions import UnusableInput
from fathom.core.intervals import (
    contrast,
    difference,
    effective_size,
    interval_of,
    interval_of_difference,
    interval_of_paired,
    normal_quantile,
    rows_for,
    wilson,
)
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_normal_quantile_is_scipys():
    from scipy.stats import norm

    assert normal_quantile(0.95) == pytest.approx(norm.ppf(0.975), abs=1e-12)


@given(counts=COUNTS)
@settings(max_examples=30, deadline=None)
def test_wilson_is_scipys(counts):
    from scipy.stats import binomtest

    wrong, n = counts
    ours, theirs = wilson(wrong, n), binomtest(wrong, n).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1e-12), pytest.approx(theirs.high, abs=1e-12))
    assert 0 <= ours.low <= ours.value <= ours.high <= 1


@pytest.mark.parametrize("wrong", [0, 80])
def test_wilson_ends_at_its_estimate_where_all_or_none_are_wrong(wrong):
    found = wilson(wrong, 80)
    assert found.value in (found.low, found.high)


@pytest.mark.parametrize(("wrong", "n"), [(-1, 5), (6, 5), (0, 0), (float("nan"), 5)])
def test_wilson_refuses_counts_that_are_none(wrong, n):
    with pytest.raises(UnusableInput, match="wrong from 0 to n"):
        wilson(wrong, n)


def test_newcombe_1998_table_ii():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80 is 0.2 (0.0524 to 0.3339)."""
    found = difference(wilson(48, 80), wilson(56, 70))
    assert (found.value, found.low, found.high) == (pytest.approx(0.2), pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))
    assert found.method == "newcombe"


@given(a=COUNTS, b=COUNTS)
@settings(max_examples=30, deadline=None)
def test_difference_turns_round_with_its_sides(a, b):
    one, other = difference(wilson(*a), wilson(*b)), difference(wilson(*b), wilson(*a))
    assert one.low == pytest.approx(-other.high, abs=1e-12)
    assert -1 - 1e-12 <= one.low <= one.value <= one.high <= 1 + 1e-12


def test_an_estimate_without_interval_counts_as_exact():
    dev = wilson(110, 1000)
    found = difference(Estimate(value=0.01), dev)
    assert (found.low, found.high) == (pytest.approx(dev.low - 0.01), pytest.approx(dev.high - 0.01))
    assert difference(Estimate(value=0.01), Estimate(value=0.11)).low is None


def test_contrast_doubles_a_shared_rung():
    train, dev = wilson(30, 1000), wilson(50, 1000)
    found = contrast({"train": train, "dev": dev}, {"train": 2.0, "dev": -1.0})
    assert found.value == pytest.approx(0.01)
    assert found.low == pytest.approx(0.01 - np.hypot(2 * (0.03 - train.low), dev.high - 0.05))


def test_equal_weights_and_single_groups_are_a_rate():
    zeros = [0, 0, 1, 0]
    expected = wilson(1, 4)
    assert interval_of(Errors.of(zeros)) == expected
    assert interval_of(Errors.of(zeros, [2, 2, 2, 2], list("abcd"))) == expected


@pytest.mark.parametrize(("value", "weight"), [([], None), ([1.0], [0.0])], ids=["no example", "no weight"])
def test_nothing_has_no_interval(value, weight):
    with pytest.raises(UnusableInput, match="at least one example"):
        interval_of(Errors.of(value, weight))


def test_bootstrap_is_deterministic_and_follows_its_seed():
    errors = Errors.of(np.random.default_rng(0).beta(1, 3, 150))
    assert interval_of(errors, seed=3) == interval_of(errors, seed=3)
    assert interval_of(errors, seed=3) != interval_of(errors, seed=4)


def naive_bootstrap_t(value, weight, seed):
    """The studentized bootstrap in a plain loop, with its own random numbers."""
    rng, n = np.random.default_rng(seed), len(value)

    def mean_and_se(v, w):
        theta = (w * v).sum() / w.sum()
        return theta, np.sqrt(n / (n - 1) * ((w * (v - theta)) ** 2).sum()) / w.sum()

    theta, se = mean_and_se(value, weight)
    t = []
    for _ in range(1999):
        rows = rng.integers(0, n, n)
        again, spread = mean_and_se(value[rows], weight[rows])
        t.append((again - theta) / spread)
    low, high = np.quantile(t, [0.025, 0.975])
    return theta - high * se, theta - low * se


def test_bootstrap_agrees_with_a_plain_loop():
    rng = np.random.default_rng(1)
    value, weight = rng.gamma(1.0, 0.2, 200), rng.uniform(0.5, 3.0, 200)
    found, plain = interval_of(Errors.of(value, weight)), naive_bootstrap_t(value, weight, seed=2)
    width = plain[1] - plain[0]
    assert found.low == pytest.approx(plain[0], abs=0.08 * width)
    assert found.high == pytest.approx(plain[1], abs=0.08 * width)


def test_bootstrap_agrees_with_scipy_t_where_errors_are_symmetric():
    from scipy.stats import sem, t

    value = np.random.default_rng(3).uniform(0, 1, 400)
    low, high = t.interval(0.95, 399, value.mean(), sem(value))
    found = interval_of(Errors.of(value))
    assert (found.low, found.high) == (pytest.approx(low, abs=0.003), pytest.approx(high, abs=0.003))


def test_closed_form_continues_the_bootstrap():
    value = np.random.default_rng(4).exponential(0.3, CLOSED_FORM_FROM)
    resampled, closed = studentized(Errors.of(value[:-1])), studentized(Errors.of(value))
    assert (resampled.method, closed.method) == ("bootstrap", "edgeworth")
    width = closed.high - closed.low
    assert closed.low == pytest.approx(resampled.low, abs=0.1 * width)
    assert closed.high == pytest.approx(resampled.high, abs=0.1 * width)


def test_groups_widen_the_interval():
    value = np.repeat(np.random.default_rng(5).random(40), 10)
    alone, grouped = interval_of(Errors.of(value)), interval_of(Errors.of(value, group=np.repeat(np.arange(40), 10)))
    assert alone.value == pytest.approx(grouped.value)
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_values_that_agree_have_wilsons_interval():
    """40 times a share of 0 says no more than 0 of 40 wrong; sentences of 10 words are 4 groups, not 40 examples."""
    assert interval_of(Errors.of([0.0] * 40, range(1, 41))).high > wilson(0, 40).high
    assert interval_of(Errors.of([0.0] * 40, group=np.repeat(range(4), 10))).high == pytest.approx(wilson(0, 4).high)
    assert interval_of(Errors.of([1.5] * 40)).high == 1.5


def test_few_wrong_among_weighted_examples_have_a_finite_interval():
    found = interval_of(Errors.of([1.0] + [0.0] * 99, [2.0] + [1.0] * 99))
    assert 0 <= found.low < found.value < found.high < 1


def test_effective_size_of_equal_weights_is_their_number():
    assert effective_size(Errors.of([0, 1, 0], [3, 3, 3])) == pytest.approx(3)


def test_skewness_is_scipys():
    from scipy.stats import skew

    value = np.random.default_rng(6).exponential(size=300)
    assert skewness(Errors.of(value)) == pytest.approx(skew(value))


def test_paired_rates_follow_bonett_and_price():
    a, b = np.repeat([0, 1, 0, 1], [70, 10, 15, 5]), np.repeat([0, 0, 1, 1], [70, 10, 15, 5])
    found = interval_of_paired(Errors.of(a), Errors.of(b))
    half = 1.959964 * np.sqrt((16 / 102 + 11 / 102 - (5 / 102) ** 2) / 102)
    assert (found.value, found.low, found.high) == (pytest.approx(0.05), pytest.approx(5 / 102 - half), pytest.approx(5 / 102 + half))


def test_paired_is_narrower_than_apart_where_both_err_on_the_same():
    rng = np.random.default_rng(7)
    hard = rng.random(500) * rng.random(500)
    a, b = Errors.of(hard), Errors.of(np.clip(hard + rng.normal(0.02, 0.02, 500), 0, 1))
    paired, apart = interval_of_paired(a, b), interval_of_difference(a, b)
    assert paired.high - paired.low < 0.3 * (apart.high - apart.low)


def test_paired_of_equal_errors_is_zero():
    a = Errors.of([0.1, 0.2, 0.3])
    found = interval_of_paired(a, a)
    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_paired_refuses_other_examples():
    with pytest.raises(UnusableInput, match="3 and 2 examples"):
        interval_of_paired(Errors.of([0, 1, 0]), Errors.of([0, 1]))


def test_a_million_errors_take_a_moment():
    rng = np.random.default_rng(8)
    rates, means = Errors.of(rng.random(1_000_000) < 0.1), Errors.of(rng.exponential(size=1_000_000))
    assert interval_of(rates).method == "wilson"
    assert interval_of(means).method == "edgeworth"


def test_rows_for_a_half_width_gives_it():
    n = rows_for(0.1, 0.01)
    found = wilson(round(0.1 * n), n)
    assert (found.high - found.low) / 2 == pytest.approx(0.01, rel=0.01)


def test_coverage_on_a_moderate_grid():
    """The whole of the grid is `test_coverage_on_the_grid`."""
    n = (50, 200, 1_000, 10_000)
    rates = [rate_coverage(*point) for point in rate_points(n)]
    gaps = [gap_coverage(*point) for point in gap_points((50, 1_000, 10_000), per_size=5)]
    assert 0.93 <= np.mean(rates) <= 0.97
    assert 0.93 <= np.mean(gaps) <= 0.97
    assert min(rates) >= 0.89
    assert min(gaps) >= 0.89


def test_gap_coverage_of_the_course_example():
    """A train error of 50% beside a dev error of 11%, and the other way round."""
    assert 0.93 < gap_coverage(7000, 0.5, 1000, 0.11) < 0.97
    assert 0.93 < gap_coverage(100, 0.11, 5000, 0.5) < 0.97


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_coverage_on_the_grid():
    rates = [rate_coverage(*point) for point in rate_points(GRID, per_size=300)]
    gaps = [gap_coverage(*point) for point in gap_points(GRID, per_size=14)]
    assert 0.93 <= np.mean(rates) <= 0.97
    assert 0.93 <= np.mean(gaps) <= 0.97
    assert min(rates) >= 0.89
    assert min(gaps) >= 0.89


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("n", [100, 300])
@pytest.mark.parametrize("errors", ["exponential", "gamma 4", "folded normal", "uniform", "zero-inflated", "beta"])
def test_means_are_covered(errors, n):
    """2,000 samples: the standard error of a coverage of 95% is 0.5 points."""
    assert 0.925 <= mean_coverage(errors, n, samples=2000) <= 0.975


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_differences_of_means_are_covered():
    rng, hits = np.random.default_rng(0), 0
    for seed in range(1500):
        a, b = Errors.of(rng.exponential(0.3, 300)), Errors.of(rng.exponential(0.4, 120))
        found = interval_of_difference(a, b, seed)
        hits += found.low <= 0.1 <= found.high
    assert 0.93 <= hits / 1500 <= 0.97


@pytest.mark.parametrize("seed", range(8))
def test_a_paired_difference_over_few_groups_is_finite(seed):
    source = np.random.default_rng(seed)
    group = np.repeat(np.arange(3), 10)
    a, b = (Errors.of(source.random(30) < p, group=group) for p in (0.02, 0.1))
    found = interval_of_paired(a, b)
    assert -1 <= found.low <= found.value <= found.high <= 1

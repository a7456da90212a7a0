"""The spread over seeds: by hand, against a normal theory, and how often the interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.seeds import seed_spread


def drawn(rng, k: int, hard: np.ndarray, base: float, seed_sd: float) -> np.ndarray:
    """Errors (k, n): an example is wrong by its hardness, the settings' level and the seed's luck."""
    z = hard[None, :] + base + seed_sd * rng.normal(size=(k, 1))
    return (rng.random((k, len(hard))) < 1 / (1 + np.exp(-z))).astype(float)


def test_means_and_spreads_by_hand():
    a, b = np.array([[1, 0, 1, 0.0], [1, 0, 0, 1.0]]), np.array([[0, 0, 1, 0.0], [0, 0, 0, 0.0]])
    found = seed_spread(a, b, np.ones(4))
    assert (found.mean_against, found.mean_run) == (0.5, 0.125)
    assert found.spread_against == 0
    assert found.spread_run == pytest.approx(np.std([0.25, 0.0], ddof=1))
    assert found.noise == pytest.approx(1.96 * np.sqrt(2) * np.sqrt((found.spread_run**2) / 2))


def test_without_examples_to_draw_it_is_welchs_test():
    """Every example alike: only seeds vary, and the interval is that of two samples of seeds."""
    rng = np.random.default_rng(0)
    a, b = (np.repeat(rng.random((5, 1)), 50, axis=1) for _ in range(2))
    found = seed_spread(a, b, np.ones(50))
    known = stats.ttest_ind(b[:, 0], a[:, 0], equal_var=False)
    low, high = known.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(known.pvalue)


def test_without_a_spread_over_seeds_it_is_the_paired_t_test():
    rng = np.random.default_rng(1)
    a, b = (np.repeat(rng.random((1, 200)), 3, axis=0) for _ in range(2))
    found = seed_spread(a, b, np.ones(200))
    low, high = stats.ttest_rel(b[0], a[0]).confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize("seed_sd", [0.0, 0.5])
def test_the_interval_holds_the_difference_of_the_settings(seed_sd):
    """400 pairs of settings that do not differ: seeds and examples drawn anew; 95% hold 0, within what 400 trials can tell."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        hard = 2 * rng.normal(size=300)
        a, b = (drawn(rng, 5, hard, -2.0, seed_sd) for _ in range(2))
        e = seed_spread(a, b, np.ones(300)).difference
        held += e.low <= 0 <= e.high
    assert 0.92 <= held / 400 <= 0.99


def test_a_pair_of_nets_is_fooled_where_the_seed_matters():
    """The same settings: the paired test of two single nets calls them different far more often than one in twenty."""
    from fathom.diagnosis.paired import mcnemar

    rng = np.random.default_rng(3)
    fooled = 0
    for _ in range(200):
        hard = 2 * rng.normal(size=1000)
        a, b = (drawn(rng, 1, hard, -2.0, 0.5)[0] for _ in range(2))
        fooled += mcnemar(int((b > a).sum()), int((b < a).sum())) < 0.05
    assert fooled / 200 > 0.2


def test_a_single_net_borrows_the_spread_of_the_other():
    rng = np.random.default_rng(4)
    hard = rng.normal(size=200)
    one, five = drawn(rng, 1, hard, 0.0, 0.5), drawn(rng, 5, hard, 0.0, 0.5)
    found = seed_spread(one, five, np.ones(200))
    assert found.spread_against is None
    wide = found.difference.high - found.difference.low
    both = seed_spread(drawn(rng, 5, hard, 0.0, 0.5), five, np.ones(200)).difference
    assert wide > both.high - both.low


def test_groups_count_once():
    rng = np.random.default_rng(5)
    a, b = (drawn(rng, 3, rng.normal(size=40), 0.0, 0.1) for _ in range(2))
    alone = seed_spread(np.repeat(a, 5, axis=1), np.repeat(b, 5, axis=1), np.ones(200)).difference
    together = seed_spread(np.repeat(a, 5, axis=1), np.repeat(b, 5, axis=1), np.ones(200), np.repeat(np.arange(40), 5)).difference
    plain = seed_spread(a, b, np.ones(40)).difference
    assert together.low == pytest.approx(plain.low)
    assert together.high - together.low > alone.high - alone.low


def test_one_seed_each_is_refused():
    with pytest.raises(UnusableInput, match="expected at least two nets of one of the settings"):
        seed_spread(np.ones((1, 3)), np.ones((1, 3)), np.ones(3))

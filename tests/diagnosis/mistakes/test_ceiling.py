"""Shares and ceilings against the course's figures, SciPy, and the exact coverage over all draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.mistakes.ceiling import ceiling, share


@pytest.mark.parametrize(("dogs", "best"), [(5, 0.095), (50, 0.05)])
def test_the_figures_of_the_course(dogs, best):
    """C3W2-01: of 10% error, 5 of 100 are dogs: 9.5% at best; 50 of 100: 5%."""
    assert ceiling(0.10, share(dogs, 100)).value == pytest.approx(best)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (5, 100), (39, 100), (100, 100)])
def test_without_an_end_to_the_mistakes_it_is_wilsons_interval(k, n):
    made, oracle = share(k, n), stats.binomtest(k, n).proportion_ci(method="wilson")
    assert (made.low, made.high) == (pytest.approx(oracle.low), pytest.approx(oracle.high))


def test_the_ceiling_turns_the_interval_round():
    found = share(39, 100, of=400)
    made = ceiling(0.10, found)
    assert made.value == pytest.approx(0.061)
    assert (made.low, made.high) == (pytest.approx(0.1 * (1 - found.high)), pytest.approx(0.1 * (1 - found.low)))
    assert made.low < made.value < made.high


def test_where_all_mistakes_were_looked_at_the_share_is_exact():
    made = share(7, 30, of=30)
    assert made.low == made.value == made.high == pytest.approx(7 / 30)
    assert made.method == "counted"


def test_the_correction_narrows_and_stays_within_what_can_be():
    widths = [made.high - made.low for made in (share(20, 100), share(20, 100, of=1000), share(20, 100, of=150), share(20, 100, of=101))]
    assert widths == sorted(widths, reverse=True)
    last = share(20, 100, of=101)
    assert last.low >= 20 / 101 - 1e-12
    assert last.high <= 21 / 101 + 1e-12


def test_coverage_over_all_draws_is_the_nominal_one():
    """Of K mistakes T have the cause; the law of the count in n drawn is hypergeometric: the coverage is exact, not simulated."""
    found = []
    for K, n in ((60, 30), (150, 100), (400, 100), (1000, 100)):
        for T in np.unique(np.linspace(0.05, 0.95, 12) * K).astype(int):
            k = np.arange(max(0, n - (K - T)), min(n, T) + 1)
            inside = [share(int(each), n, of=K).low - 1e-12 <= T / K <= share(int(each), n, of=K).high + 1e-12 for each in k]
            found.append(float(stats.hypergeom(K, T, n).pmf(k) @ np.array(inside)))
    assert 0.945 <= np.mean(found) <= 0.965, np.mean(found)
    assert min(found) > 0.88, min(found)


@pytest.mark.parametrize("counts", [(5, 4, None), (-1, 4, None), (0, 0, None), (3, 10, 9)])
def test_counts_that_cannot_be(counts):
    with pytest.raises(UnusableInput, match="counts"):
        share(*counts)

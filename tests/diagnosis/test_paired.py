"""Tango's interval, McNemar's test and sign flips against scipy, enumeration and coverage counted exactly."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.intervals import interval_of_paired, normal_quantile, wilson
from fathom.core.records.errors import Errors
from fathom.diagnosis import paired
from fathom.diagnosis.paired import mcnemar, sign_flips, tango

Z = normal_quantile(0.95)


def score_by_likelihood(D: float, b: int, c: int, n: int) -> float:
    """Tango's statistic with the nuisance share found by maximizing the likelihood numerically."""
    from scipy.optimize import minimize_scalar

    def loss(q: float) -> float:
        shares = ((b, q + D), (c, q), (n - b - c, 1 - 2 * q - D))
        return -sum(k * math.log(max(p, 1e-300)) for k, p in shares if k)

    low, high = max(0.0, -D), (1 - D) / 2
    q = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (b - c - n * D) / math.sqrt(n * (2 * q + D * (1 - D)))


@pytest.mark.parametrize(("b", "c", "n"), [(10, 4, 100), (3, 12, 50), (1, 0, 30), (25, 20, 60), (7, 7, 200)])
def test_both_ends_have_the_score_z(b, c, n):
    low, high = tango(b, c, n)
    assert score_by_likelihood(low, b, c, n) == pytest.approx(Z, abs=2e-3)
    assert score_by_likelihood(high, b, c, n) == pytest.approx(-Z, abs=2e-3)


@pytest.mark.parametrize(("b", "n"), [(10, 100), (30, 50), (50, 1000)])
def test_where_only_one_of_the_two_errs_it_is_wilsons(b, n):
    """With c = 0 and the difference far from 0 the other's share of errors is estimated as none: one rate is left."""
    known = wilson(b, n)
    assert tango(b, 0, n) == pytest.approx((known.low, known.high), abs=1e-9)


@given(st.integers(1, 60), st.data())
def test_swapped_models_turn_the_interval(n, data):
    b = data.draw(st.integers(0, n))
    c = data.draw(st.integers(0, n - b))
    low, high = tango(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert tango(c, b, n) == pytest.approx((-high, -low), abs=1e-9)


@given(st.integers(0, 40), st.integers(0, 40))
def test_it_excludes_zero_where_mcnemars_statistic_does(b, c):
    """(b - c)^2 / (b + c) against z^2, the asymptotic test without correction."""
    low, high = tango(b, c, 100)
    statistic = (b - c) ** 2 / (b + c) if b + c else 0.0
    if abs(statistic - Z * Z) > 1e-6:
        assert (low > 0 or high < 0) == (statistic > Z * Z)


@pytest.mark.parametrize(("b", "c", "n"), [(-1, 0, 10), (6, 5, 10), (0, 0, 0)])
def test_counts_that_cannot_be_are_refused(b, c, n):
    with pytest.raises(ValueError, match="expected b and c of at least 0"):
        tango(b, c, n)


def coverage(ends, p10: float, p01: float, n: int) -> float:
    """How often the interval holds p10 - p01: the sum over all (b, c) of their probability, no simulation."""
    from scipy.stats import multinomial

    law = multinomial(n, [p10, p01, 1 - p10 - p01])
    pairs = [(b, c) for b in range(n + 1) for c in range(n + 1 - b) if law.pmf([b, c, n - b - c]) > 1e-10]
    return sum(law.pmf([b, c, n - b - c]) for b, c in pairs if ends(b, c, n)[0] <= p10 - p01 <= ends(b, c, n)[1])


def bonett_price(b: int, c: int, n: int) -> tuple[float, float]:
    first, second = np.zeros(n), np.zeros(n)
    second[:b], first[b : b + c] = 1, 1
    found = interval_of_paired(Errors.of(first), Errors.of(second))
    return found.low, found.high


@pytest.mark.parametrize(("p10", "p01"), [(0.05, 0.05), (0.1, 0.03), (0.2, 0.1), (0.15, 0.02)])
def test_coverage_counted_exactly(p10, p01):
    assert coverage(tango, p10, p01, 50) == pytest.approx(0.95, abs=0.03)


def newcombe(both: int, b: int, c: int, n: int) -> tuple[float, float]:
    """Method 10 of Newcombe 1998, Statistics in Medicine 17, 2635-2650."""
    second, first, neither = both + b, both + c, n - both - b - c
    (l1, u1), (l2, u2) = ((e.low, e.high) for e in (wilson(second, n), wilson(first, n)))
    product = second * (n - second) * first * (n - first)
    top = both * neither - b * c
    top = top - n / 2 if top > n / 2 else min(top, 0)
    phi = top / math.sqrt(product) if product else 0.0
    p1, p2 = second / n, first / n
    down = math.sqrt(max((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2, 0.0))
    up = math.sqrt(max((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2, 0.0))
    return p1 - p2 - down, p1 - p2 + up


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("n", [100, 300])
def test_of_three_intervals_tangos_covers_closest_to_95_percent(n):
    rng = np.random.default_rng(0)
    known: dict[str, dict[tuple[int, ...], tuple[float, float]]] = {"tango": {}, "bonett-price": {}, "newcombe": {}}
    made = {"tango": lambda a, b, c: tango(b, c, n), "bonett-price": lambda a, b, c: bonett_price(b, c, n)}
    made["newcombe"] = lambda a, b, c: newcombe(a, b, c, n)
    hits: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(60):
        both, discord, share = rng.uniform(0, 0.1), 10 ** rng.uniform(-2, -0.6), rng.uniform()
        p10, p01 = discord * share, discord * (1 - share)
        drawn = rng.multinomial(n, [both, p10, p01, 1 - both - discord], size=1_500)[:, :3].tolist()
        for name, ends in made.items():
            found = [known[name].setdefault(tuple(x), ends(*x)) if tuple(x) not in known[name] else known[name][tuple(x)] for x in drawn]
            hits[name].append(float(np.mean([low <= p10 - p01 <= high for low, high in found])))
    mean = {name: float(np.mean(rates)) for name, rates in hits.items()}
    print(n, {name: f"{rate:.3f} (least {min(hits[name]):.3f})" for name, rate in mean.items()})
    assert min(mean, key=lambda name: abs(mean[name] - 0.95)) == "tango"
    assert mean["tango"] == pytest.approx(0.95, abs=0.025)
    assert min(hits["tango"]) > 0.91


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_scipys_binomial_test(b, c):
    from scipy.stats import binomtest

    known = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(known, rel=1e-9, abs=1e-15)


def enumerated(parts: list[float]) -> float:
    sums = [abs(math.fsum(s * d for s, d in zip(signs, parts, strict=True))) for signs in itertools.product((1, -1), repeat=len(parts))]
    return float(np.mean([s >= abs(math.fsum(parts)) - 1e-9 for s in sums]))


@given(st.lists(st.integers(-20, 20).map(lambda v: v / 8), min_size=1, max_size=10))
def test_flips_are_those_of_a_full_enumeration(parts):
    assert sign_flips(np.array(parts)) == pytest.approx(enumerated(parts))


@given(st.integers(0, 14), st.integers(0, 14))
def test_of_equal_sizes_they_are_mcnemars_test(b, c):
    if b + c <= paired.ENUMERATED:
        assert sign_flips(np.array([1.0] * b + [-1.0] * c)) == pytest.approx(mcnemar(b, c))


def test_random_flips_come_close_to_all_of_them(monkeypatch):
    parts = np.random.default_rng(1).normal(0.5, 1.0, 12)
    exact = sign_flips(parts)
    monkeypatch.setattr(paired, "ENUMERATED", 0)
    assert sign_flips(parts) == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / paired.FLIPS))
    assert sign_flips(parts, seed=1) == sign_flips(parts, seed=1)


def test_of_many_the_normal_law_takes_over(monkeypatch):
    parts = np.random.default_rng(2).exponential(size=5_000) * np.random.default_rng(3).choice([-1, 1], 5_000)
    normal = sign_flips(parts)
    monkeypatch.setattr(paired, "CLOSED_FORM_FROM", 10_000)
    assert sign_flips(parts) == pytest.approx(normal, abs=0.02)


def test_no_difference_is_no_evidence():
    assert sign_flips(np.zeros(9)) == 1.0
    assert sign_flips(np.array([])) == 1.0

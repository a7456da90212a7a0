"""Which columns differ: against SciPy, by hand, and silent where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fathom.diagnosis.shifts import chi_squared, shifts_between, smirnov


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("shift", [0.0, 0.2])
def test_smirnov_is_scipys(ties: bool, shift: float):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=700), rng.normal(shift, 1, size=500)
    if ties:
        a, b = a.round(0), b.round(0)
    distance, p = smirnov(a, b)
    found = stats.ks_2samp(a, b, method="asymp")
    assert distance == pytest.approx(found.statistic, abs=1e-12)
    assert p == pytest.approx(found.pvalue, rel=0.15, abs=1e-4)


def test_chi_squared_is_scipys():
    counts = np.array([[30, 50, 20, 0], [60, 40, 20, 0]])
    assert chi_squared(counts) == pytest.approx(stats.chi2_contingency(counts[:, :3], correction=False).pvalue)
    assert chi_squared(np.array([[5], [7]])) == 1.0


def test_words_and_sizes_by_hand():
    a = {"light": np.full(100, 0.58), "camera": np.array(["web"] * 88 + ["phone"] * 12)}
    b = {"light": np.full(100, 0.31), "camera": np.array(["web"] * 29 + ["phone"] * 71)}
    found, tested = shifts_between(a, b)
    assert tested == 2
    assert [(s.column, s.effect) for s in found] == [("light", 1.0), ("camera", pytest.approx(0.59))]
    assert found[0].says == "light is lower in dev: median 0.31 vs 0.58 in train-dev"
    assert found[1].says == "camera is 'phone' more often in dev: 71% vs 12% in train-dev"


def test_spread_missing_values_and_means():
    rng = np.random.default_rng(0)
    wide, narrow = rng.normal(0, 3, 400), rng.normal(0, 1, 400)
    holes = narrow.copy()
    holes[:120] = np.nan
    rare = np.zeros(400)
    rare[:100] = 1.0
    a = {"x": narrow, "y": narrow, "z": np.zeros(400)}
    b = {"x": wide, "y": holes, "z": rare}
    said = {(s.column, s.kind): s.says for s in shifts_between(a, b)[0]}
    assert said["x", "number"].startswith("x is more spread out in dev")
    assert said["y", "missing"] == "y is missing more often in dev: 30% vs 0% in train-dev"
    assert said["z", "number"] == "z is higher in dev: mean 0.25 vs 0 in train-dev"
    assert ("y", "number") not in said


def test_nothing_differs_where_both_are_drawn_alike():
    """At 1% over all tests of a comparison: of 200 with 10 columns each, at most a handful may cry."""
    cries = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        a, b = (
            {**{f"x{i}": rng.normal(size=n) for i in range(8)}, "c": rng.choice(list("abc"), n), "d": rng.choice(list("ab"), n)}
            for n in (300, 200)
        )
        cries += bool(shifts_between(a, b)[0])
    assert cries <= 6


def test_small_differences_are_not_said_however_sure():
    rng = np.random.default_rng(0)
    found, _ = shifts_between({"x": rng.normal(0, 1, 100_000)}, {"x": rng.normal(0.05, 1, 100_000)})
    assert found == ()

"""Re-weighting against planted shifts whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.core.records.errors import Errors
from fathom.diagnosis.reweighting import reweighted


def chance(x: np.ndarray) -> np.ndarray:
    return 0.5 / (1 + np.exp(2 - 2 * x[:, 0]))


def planted(seed: int, n: int = 2_000, shift: float = 1.0, columns: int = 8):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, columns)), rng.normal(size=(n, columns))
    b[:, 0] += shift
    return a, b, Errors.of((rng.random(n) < chance(a)).astype(float))


def truth(shift: float) -> float:
    x = np.random.default_rng(99).normal(size=(200_000, 1)) + shift
    return float(chance(x).mean())


@pytest.mark.parametrize("shift", [0.5, 1.0])
def test_the_error_under_devs_mix_is_found(shift: float):
    found = [reweighted(*planted(seed, shift=shift)) for seed in range(20)]
    values = np.array([f.error.value for f in found])
    assert abs(values.mean() - truth(shift)) < 0.015  # 25.0% at 1.0, where the plain error is 11.2%
    assert np.mean([f.error.low <= truth(shift) <= f.error.high for f in found]) >= 0.75
    assert all(0.55 < f.told_apart < 0.8 for f in found)


def test_without_a_shift_nothing_changes():
    a, b, errors = planted(0, shift=0.0)
    found = reweighted(a, b, errors)
    assert found.error.value == pytest.approx(errors.rate, abs=0.01)
    assert abs(found.told_apart - 0.5) < 0.04
    assert found.alike > 1_800


def test_nothing_is_said_where_the_two_hardly_overlap_or_are_few():
    a, b, errors = planted(0, shift=8.0)
    found = reweighted(a, b, errors)
    assert found.error is None
    assert found.told_apart > 0.99
    assert reweighted(a[:40], b, Errors.of(errors.value[:40])) is None


def test_the_same_seed_gives_the_same():
    a, b, errors = planted(3)
    assert reweighted(a, b, errors) == reweighted(a, b, errors)

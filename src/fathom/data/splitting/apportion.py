"""Sharing a whole number out in proportion (largest remainders)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def apportion(total: int, weights: Counts, low: Counts | None = None, high: Counts | None = None) -> Counts:
    """Whole numbers that sum to `total`, in proportion to `weights`.

    Without bounds each differs from its exact share by less than 1; with bounds, by no more than they force.

    Args:
        total: what is shared out.
        weights: (s,) not negative, sum above 0.
        low, high: (s,) bounds; 0 and `weights` where left out; sum(low) <= total <= sum(high).

    Returns:
        (s,) int64.

    Example:
        >>> apportion(10, np.array([50, 30, 15]))
        array([5, 3, 2])
    """
    low = np.zeros_like(weights) if low is None else low
    high = weights if high is None else high
    exact = total * weights / weights.sum()
    shares = np.clip(np.floor(exact).astype(np.int64), low, high)
    while (rest := total - int(shares.sum())) != 0:
        step = 1 if rest > 0 else -1
        free = shares < high if rest > 0 else shares > low
        wanting = np.where(free, (exact - shares) * step, -np.inf)
        chosen = np.argsort(-wanting, kind="stable")[: min(abs(rest), int(free.sum()))]
        shares[chosen] += step
    return shares


def share_roles(dev: int, test: int, sizes: Counts) -> tuple[Counts, Counts]:
    """dev and test examples for each stratum, exact in sum; every stratum of three or more is in every role where that is possible.

    Args:
        dev, test: examples of the roles in all.
        sizes: (s,) examples of the strata; their sum is above dev + test.

    Returns:
        (s,) int64 for dev, and for test.
    """
    low_dev = _low(dev, sizes >= 2)
    low_test = _low(test, sizes >= 3)
    tests = apportion(test, sizes, low_test, _high(test, sizes, low_dev))
    return apportion(dev, sizes, low_dev, _high(dev, sizes, tests)), tests


def _low(total: int, able: NDArray[np.bool_]) -> Counts:
    """One for each stratum that can spare it, if there are enough for all of them."""
    return able.astype(np.int64) if able.sum() <= total else np.zeros(len(able), dtype=np.int64)


def _high(total: int, sizes: Counts, taken: Counts) -> Counts:
    """What a stratum can give and keep one for train; where that is too little, all that it has."""
    high = np.maximum(sizes - taken - 1, 0)
    return high if high.sum() >= total else sizes - taken

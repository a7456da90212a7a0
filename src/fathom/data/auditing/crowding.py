"""How near is too near? The distance to the nearest row, against what the set's own rows have.

Where rows lie in a set of dimension D, the share of a small ball that the nearest of k neighbors needs is (d_1 / d_k)^D, and

    P((d_1 / d_k)^D <= v) = 1 - (1 - v)^(k - 1)

whatever the density there: no distance is absolute. D is measured on the set itself, from quantiles of d_1 / d_k among the rows of
train (Facco and others 2017 do it with k = 2); of several quantiles the smallest D is taken, which calls the fewest rows copies.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEVELS = (0.1, 0.25, 0.5)
"""Quantiles that D is read from."""


def ratios(distances: Numbers) -> Numbers:
    """(n,) d_1 / d_k, in [0, 1]; 1 where all k neighbors are equal rows.

    Args:
        distances: (n, k), smallest first.
    """
    last = distances[:, -1]
    return np.where(last > 0, distances[:, 0] / np.where(last > 0, last, 1.0), 1.0)


def dimension(ratio: Numbers, k: int) -> float:
    """D of a set from the ratios of its own rows; 0 where rows lie so much in heaps that no nearness is odd.

    Example:
        >>> u = (np.arange(2000) + 0.5) / 2000
        >>> round(dimension((1 - (1 - u) ** (1 / 9)) ** (1 / 5), k=10), 3)
        5.0
    """
    found = [_at(ratio, level, 1 - (1 - level) ** (1 / (k - 1))) for level in LEVELS]
    return min(found) if len(ratio) else 0.0


def _at(ratio: Numbers, level: float, volume: float) -> float:
    value = float(np.quantile(ratio, level)) if len(ratio) else 0.0
    return math.log(volume) / math.log(value) if 0 < value < 1 else 0.0


def inner_dimension(distances: Numbers) -> float:
    """D from the fifth and the tenth neighbor, which a few copies of every row leave alone; (d_5 / d_10)^D has the median 1/2."""
    half = distances.shape[1] // 2
    last = distances[:, -1]
    return _at(np.where(last > 0, distances[:, half - 1] / np.where(last > 0, last, 1.0), 1.0), 0.5, 0.5)


def crowded(ratio: Numbers, d: float, k: int) -> Numbers:
    """(n,) the chance that a row of a set of dimension `d` lies as near to another by nature.

    Example:
        >>> [round(float(p), 6) for p in crowded(np.array([0.01, 0.5, 1.0]), 5.0, 10)]
        [0.0, 0.248541, 1.0]
    """
    volume = np.minimum(ratio, 1.0) ** d
    return -np.expm1((k - 1) * np.log1p(-np.minimum(volume, 1 - 1e-16)))


def excess(below: int, of: int, base_below: int, base_of: int) -> float:
    """Fisher's one-sided p: `below` of `of` rows, where among the set's own it is `base_below` of `base_of`.

    Example:
        >>> round(excess(8, 10, 1, 10), 9)
        0.002738747
    """
    marked, n = below + base_below, of + base_of

    def log_choose(a: int, b: int) -> float:
        return math.lgamma(a + 1) - math.lgamma(b + 1) - math.lgamma(a - b + 1)

    whole = log_choose(n, marked)
    possible = range(max(below, marked - base_of), min(of, marked) + 1)
    terms = [log_choose(of, i) + log_choose(base_of, marked - i) - whole for i in possible]
    return min(1.0, sum(map(math.exp, terms)))

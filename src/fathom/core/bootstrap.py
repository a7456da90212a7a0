"""The studentized bootstrap of a weighted mean, over groups.

A plain percentile bootstrap covers too little where errors are skewed; dividing each resampled mean by its own standard error
(bootstrap-t) repairs the first order of that. Beyond some thousand groups the same correction is known in closed form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.errors import Errors
from fathom.core.seeding import generator

REPLICATES = 1_999
"""Odd on purpose: alpha/2 (B + 1) is then a whole number at 95%, and the limits are order statistics."""

CLOSED_FORM_FROM = 5_000
"""Groups; from here on Edgeworth's correction, which is O(1/n) from the bootstrap, replaces resampling."""

CELLS = 1_000_000
"""Resampled positions held at one time."""


@dataclass(frozen=True)
class Studentized:
    """A weighted mean with limits, and how they were made ("bootstrap" or "edgeworth")."""

    value: float
    low: float
    high: float
    method: str


def studentized(errors: Errors, seed: int = 0, level: float = 0.95) -> Studentized | None:
    """The interval of sum(w v)/sum(w) when groups are drawn anew; None where nothing varies between groups.

    With group sums V = sum(w v) and W = sum(w), theta = sum V / sum W and se^2 = G/(G-1) sum (V - theta W)^2 / (sum W)^2. The groups are
    resampled B times, t* = (theta* - theta)/se*, and the limits are theta - t*_(1-a/2) se and theta - t*_(a/2) se.

    Args:
        errors: values of any sign; `group` None means that each example is its own.
        seed: names the resampling.
        level: the nominal coverage.

    Source:
        Efron and Tibshirani 1993, 12.5; Hall 1992.

    Example:
        >>> found = studentized(Errors.of([0.1, 0.4, 0.2, 0.0, 0.9, 0.3]))
        >>> found.low < found.value < found.high
        True
    """
    V, W = group_sums(errors)
    theta, se = _mean_and_se(V, W)
    if not se > 1e-12 * max(abs(theta), 1e-300):
        return None
    if len(V) >= CLOSED_FORM_FROM:
        lower, upper = _edgeworth_quantiles(skewness(errors), len(V), level)
        return Studentized(theta, theta - upper * se, theta - lower * se, "edgeworth")
    t = np.sort(_resampled_t(V, W, theta, seed))
    k = max(round((1 - level) / 2 * (REPLICATES + 1)), 1)
    return Studentized(theta, theta - float(t[-k]) * se, theta - float(t[k - 1]) * se, "bootstrap")


def group_sums(errors: Errors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """sum(w v) and sum(w) of each group, (G,) and (G,); of each example where there are no groups."""
    V, W = errors.weight * errors.value, errors.weight
    if errors.group is None:
        return V, W
    present = np.unique(errors.group, return_inverse=True)[1]
    return np.bincount(present, weights=V).astype(np.float64), np.bincount(present, weights=W).astype(np.float64)


def skewness(errors: Errors) -> float:
    """Skewness of what the groups add to the mean, V - theta W; of the values themselves where weights are equal and groups single.

    Example:
        >>> round(skewness(Errors.of([0, 0, 0, 0, 1])), 2)
        1.5
    """
    V, W = group_sums(errors)
    parts = V - (V.sum() / W.sum()) * W
    spread = float((parts**2).mean())
    return float((parts**3).mean()) / spread**1.5 if spread > 1e-24 else 0.0


def _mean_and_se(V: NDArray[np.float64], W: NDArray[np.float64]) -> tuple[float, float]:
    G, total = len(V), W.sum()
    theta = V.sum() / total
    if G < 2:
        return float(theta), 0.0
    return float(theta), math.sqrt(G / (G - 1) * ((V - theta * W) ** 2).sum()) / float(total)


def _resampled_t(V: NDArray[np.float64], W: NDArray[np.float64], theta: float, seed: int) -> NDArray[np.float64]:
    """t* of every replicate, (B,); infinite where a resample has no spread."""
    G = len(V)
    columns = np.stack([V, W, V * V, V * W, W * W], axis=1)  # sums of these over a resample give theta* and se*
    rng = generator(seed, "bootstrap")
    rows = max(CELLS // G, 1)
    sums = np.concatenate([_counts(rng, min(rows, REPLICATES - done), G) @ columns for done in range(0, REPLICATES, rows)])
    v, w, vv, vw, ww = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        again = v / w
        squares = vv - 2 * again * vw + again**2 * ww
        squares = np.where(squares > 1e-12 * vv, squares, 0.0)  # what is left of equal numbers is rounding, not spread
        se = np.sqrt(G / (G - 1) * squares) / w
        t = (again - theta) / np.where(se > 1e-9 * abs(theta), se, 0.0)
    return np.where(np.isnan(t), 0.0, t)


def _counts(rng: np.random.Generator, rows: int, G: int) -> NDArray[np.float64]:
    """How often each of G groups is drawn in each of `rows` resamples, (rows, G)."""
    drawn = rng.integers(0, G, size=(rows, G), dtype=np.int64)
    drawn += np.arange(rows, dtype=np.int64)[:, None] * G
    return np.bincount(drawn.ravel(), minlength=rows * G).reshape(rows, G).astype(np.float64)


def _edgeworth_quantiles(skew: float, n: int, level: float) -> tuple[float, float]:
    """Quantiles of the studentized mean: z - skew (2 z^2 + 1) / (6 sqrt n)  (Hall 1992, 3.2)."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    shift = skew * (2 * z * z + 1) / (6 * math.sqrt(n))
    return -z - shift, z - shift

"""What one column alone says of the target: each row is answered from the rows with the same or the next values, itself left out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ENOUGH = 5
"""Rows of the same value that answer alone; else the next values on both sides join."""

SIDES = 2
"""Different values that join on each side."""

Z = 3.3
"""Standard errors of the bounds."""


class Alone(NamedTuple):
    """The error of a column alone, over the error of no column at all: 0 gives the target away, 1 says nothing.

    Attributes:
        value: the ratio.
        low, high: its bounds at 3.3 standard errors.
        wrong: the error itself.
    """

    value: float
    low: float
    high: float
    wrong: float


def alone_on_classes(values: Numbers, labels: NDArray[np.int64], classes: int, *, ordered: bool) -> Alone:
    """How far classes can be told by one column.

    Args:
        values: (n,) of the column, codes for categories; NaN where missing, which is a value of its own.
        labels: (n,) codes.
        classes: how many.
        ordered: whether neighboring values are alike.

    Example:
        >>> x = np.repeat(np.arange(10.0), 10)
        >>> float(alone_on_classes(x, (x >= 5).astype(int), 2, ordered=True).value)
        0.0
    """
    group, size = _groups(values)
    counts = np.bincount(group * classes + labels, minlength=len(size) * classes).reshape(len(size), classes)
    prior = np.bincount(labels, minlength=classes) / len(labels)
    at, label = np.nonzero(counts)  # rows of one value and one label are answered alike
    seen = _joined(counts.astype(np.float64), size, np.isnan(values), ordered)[at]
    seen[np.arange(len(label)), label] -= 1
    answer = np.argmax(seen + 1e-6 * prior, axis=1)
    base = 1 - prior.max()
    n = len(labels)
    rate = float(counts[at, label][answer != label].sum() / n)
    center, half = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n), Z * math.sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Alone(rate / base, max(0.0, center - half) / base, (center + half) / base, rate) if base > 0 else Alone(1.0, 1.0, 1.0, rate)


def alone_on_numbers(values: Numbers, y: Numbers, *, ordered: bool) -> Alone:
    """How far a number can be told by one column; the error is absolute, over that of the median."""
    group, size = _groups(values)
    sums = np.stack([np.bincount(group, weights=y, minlength=len(size)), size.astype(np.float64)], axis=1)
    seen = _joined(sums, size, np.isnan(values), ordered)[group]
    total, count = seen[:, 0] - y, seen[:, 1] - 1
    answer = np.where(count > 0.5, total / np.maximum(count, 1), y.mean())
    off, base = np.abs(y - answer), float(np.abs(y - np.median(y)).mean())
    if base == 0:
        return Alone(1.0, 1.0, 1.0, 0.0)
    half = Z * float(off.std()) / math.sqrt(len(y))
    mean = float(off.mean())
    return Alone(mean / base, max(0.0, mean - half) / base, (mean + half) / base, mean)


def _groups(values: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) the place of each value among the different ones, smallest first; (u,) how often each occurs."""
    codes = _counted(values)
    if codes is not None:  # no sorting
        counts = np.bincount(codes)
        place = np.cumsum(counts > 0) - 1
        return place[codes].astype(np.int64), counts[counts > 0].astype(np.int64)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return inverse.astype(np.int64), counts.astype(np.int64)


def _counted(values: Numbers) -> NDArray[np.int64] | None:
    """(n,) the values from 0, where they are whole numbers in a short range, as pixels and codes are; else None."""
    if not len(values) or not np.isfinite(values[0]) or values[0] != np.floor(values[0]):
        return None
    low, high = float(values.min()), float(values.max())
    if not high - low < len(values) or abs(low) > 2**52 or (values != np.floor(values)).any():  # NaN fails the first
        return None
    return (values - low).astype(np.int64)


def _joined(sums: Numbers, size: NDArray[np.int64], missing: NDArray[np.bool_], ordered: bool) -> Numbers:
    """(u, c) the sums that answer for each value: its own where there are enough, else with those of the next values."""
    known = len(size) - int(missing.any())  # NaN is last and has no neighbors
    if not ordered or known < 2:
        return sums
    running = np.concatenate([np.zeros((1, sums.shape[1])), np.cumsum(sums[:known], axis=0)])
    at = np.arange(known)
    window = running[np.minimum(at + SIDES + 1, known)] - running[np.maximum(at - SIDES, 0)]
    few = size[:known] - 1 < ENOUGH
    return np.concatenate([np.where(few[:, None], window, sums[:known]), sums[known:]])

"""What nets of several sizes tell of the curve: their mean errors, and how far these may be off, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SizeErrors:
    """The errors of the nets of one size.

    Attributes:
        size: rows that each was trained on, or how large it is.
        errors: (R, N), of each net on each row; NaN where it was trained on that row, or not measured on it.
        train: (R,) the error of each on the rows that it was trained on.
    """

    size: float
    errors: Array
    train: Array


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that nets are measured on.

    Attributes:
        weight: (N,).
        unit: (N,) int64, equal for rows that are not independent.
        part: (N,) int64: 0 for dev, 1 for the rest of train.
    """

    weight: Array
    unit: NDArray[np.int64]
    part: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Mean errors, one a size and part of the rows.

    Attributes:
        size: (k,) of the nets.
        mean: (k,) their mean error.
        covariance: (k, k) of the means: which rows there are, which nets were trained, which rows they were trained on.
    """

    size: Array
    mean: Array
    covariance: Array


def evidence_of(measured: Sequence[SizeErrors], rows: Rows) -> Evidence:
    """The mean errors on dev and on the rest of train, size by size, with their covariance.

    Three things move a mean: the rows that it is taken over (the same rows for all sizes, so that differences between sizes are
    far surer than the level), the nets' own luck (initialization, order, which subset), and the train set that all subsets are
    drawn from.

    Args:
        measured: ascending in size.
        rows: N of them.
    """
    seen = [(j, part) for j, m in enumerate(measured) for part in (0, 1) if np.isfinite(m.errors[:, rows.part == part]).any()]
    parts = [_mean_and_influence(measured[j].errors, rows, part) for j, part in seen]
    mean = np.array([m for m, _ in parts])
    influence = np.stack([i for _, i in parts])
    units = influence.shape[1]
    covariance = influence @ influence.T * units / max(units - 1, 1)
    covariance += _few_wrong(rows, np.array([part for _, part in seen]))
    luck = luck_of(measured, rows)
    own = np.array([[luck[a] / len(measured[a].errors) if a == b else 0.0 for b, _ in seen] for a, _ in seen])
    return Evidence(np.array([measured[j].size for j, _ in seen]), mean, covariance + own + _of_the_train_set(measured, luck))


def _mean_and_influence(errors: Array, rows: Rows, part: int) -> tuple[float, Array]:
    """The weighted mean over nets and rows of a part, and how much each unit (units,) moves it."""
    held = np.isfinite(errors) & (rows.part == part)
    weight = np.where(held, rows.weight, 0.0)
    total = weight.sum()
    mean = float((weight * np.where(held, errors, 0.0)).sum() / total)
    moves = (weight * np.where(held, errors - mean, 0.0)).sum(0) / total
    return mean, np.asarray(np.bincount(rows.unit, weights=moves, minlength=int(rows.unit.max()) + 1), dtype=np.float64)


def _few_wrong(rows: Rows, part: NDArray[np.int64]) -> Array:
    """Where hardly a row is wrong the spread is not seen: x wrong rows of n have the variance of x + 1, which is 1/n^2 more."""
    effective = [rows.weight[rows.part == p].sum() ** 2 / max((rows.weight[rows.part == p] ** 2).sum(), 1e-300) for p in part]
    return np.where(part[:, None] == part[None, :], 1.0 / np.maximum(effective, 1.0) ** 2, 0.0)


def luck_of(measured: Sequence[SizeErrors], rows: Rows) -> Array:
    """The variance between nets of each size in their mean error over all rows, (sizes,).

    What the few rows of dev add to it is taken off; the ratio to the squared error is pooled over sizes, half and half, since a
    few nets tell little of a variance.
    """
    found = np.array([_between(m.errors[:, rows.part == 0], rows.weight[rows.part == 0]) for m in measured])
    means = np.array([np.nanmean(m.errors) for m in measured]) + 1e-12
    pooled = float(np.mean(found / means**2))
    return np.asarray((found + pooled * means**2) / 2)


def _between(errors: Array, weight: Array) -> float:
    """The variance of the nets' true means from (R, n) errors on the same rows."""
    if len(errors) < 2 or errors.shape[1] < 2:
        return 0.0
    share = weight / weight.sum()
    observed = float((errors @ share).var(ddof=1))
    apart = errors - errors.mean(0) - (errors @ share)[:, None] + float(errors.mean(0) @ share)
    chance = float((apart.var(0, ddof=1) * share**2).sum())
    return max(observed - chance, 0.0)


def _of_the_train_set(measured: Sequence[SizeErrors], luck: Array) -> float:
    """The variance of all means together from the one train set that all subsets are drawn from.

    Halves of it vary by v(1/m - 1/n) = v/n, which is what the whole varies by; nets on the whole show the luck without that part.
    """
    whole = luck[-1]
    largest = measured[-1].size
    halves = [luck[j] for j, m in enumerate(measured[:-1]) if 0.4 <= m.size / largest <= 0.6]
    return max(float(np.mean(halves)) - float(whole), 0.0) / 2 if halves else 0.0

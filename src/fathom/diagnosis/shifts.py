"""Which columns differ between train_dev and dev: a test for each, corrected for their number, with the size of the difference in words.

    numbers, dates   Kolmogorov and Smirnov's D = max |F(x) - G(x)|, its asymptotic p
    categories       chi-squared over the levels; the size is the total variation sum |p - q| / 2
    missing values   the difference of the shares, chi-squared

All p-values of one comparison are adjusted by Holm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.holm import holm
from fathom.core.records.shift import Shift

LEVEL = 0.01
"""Of all tests of one comparison together."""

LEAST = 0.05
"""A difference below this explains nothing, however sure it is."""

EXPECTED = 5.0
"""Of a level in both roles; rarer ones are taken together."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Tested:
    """A shift with its p-value before correction."""

    shift: Shift
    p: float


def shifts_between(start: Mapping[str, NDArray[Any]], end: Mapping[str, NDArray[Any]]) -> tuple[tuple[Shift, ...], int]:
    """The columns that differ, the largest difference first, and how many tests that took.

    Args:
        start: train_dev's columns by name: (n,) float64 with NaN where missing, or text with "" where missing.
        end: dev's, of the same names and types.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> found, tested = shifts_between({"light": rng.normal(0.6, 0.1, 500)}, {"light": rng.normal(0.3, 0.1, 500)})
        >>> tested, found[0].says.startswith("light is lower in dev: median 0.")
        (1, True)
    """
    tested = [t for name in start for t in _tests(name, start[name], end[name])]
    adjusted = holm([t.p for t in tested])
    found = [_with_p(t.shift, p) for t, p in zip(tested, adjusted, strict=True) if p < LEVEL and t.shift.effect >= LEAST]
    return tuple(sorted(found, key=lambda shift: -shift.effect)), len(tested)


def _with_p(shift: Shift, p: float) -> Shift:
    import dataclasses

    return dataclasses.replace(shift, p=p)


def _tests(name: str, a: NDArray[Any], b: NDArray[Any]) -> Iterator[Tested]:
    """The tests of one column: its values where they are there, and whether they are."""
    numeric = a.dtype.kind == "f"
    there_a, there_b = (np.isfinite(v) if numeric else v != "" for v in (a, b))
    if not (there_a.all() and there_b.all()):
        yield _missing(name, 1 - float(there_a.mean()), 1 - float(there_b.mean()), len(a), len(b))
    a, b = a[there_a], b[there_b]
    if len(a) and len(b):
        yield _number(name, a, b) if numeric else _category(name, a, b)


def smirnov(a: Numbers, b: Numbers) -> tuple[float, float]:
    """The distance of two samples and its asymptotic p: Q(sqrt(nm/(n+m)) D); with ties p is too large rather than too small.

    Source:
        Smirnov 1939.
    """
    from scipy.special import kolmogorov

    x, y = np.sort(a), np.sort(b)
    values = np.concatenate([x, y])
    distance = float(np.abs(np.searchsorted(x, values, "right") / len(x) - np.searchsorted(y, values, "right") / len(y)).max())
    return distance, float(kolmogorov(math.sqrt(len(x) * len(y) / (len(x) + len(y))) * distance))


def _number(name: str, a: Numbers, b: Numbers) -> Tested:
    distance, p = smirnov(a, b)
    word, what, start, end = _centers(a, b)
    text = f"{name} is {word} in dev: {what} {end:.3g} vs {start:.3g} in train-dev"
    return Tested(Shift(column=name, kind="number", effect=distance, p=p, start=start, end=end, says=text), p)


def _centers(a: Numbers, b: Numbers) -> tuple[str, str, float, float]:
    """What differs: the median, else the mean, or the spread where the centers are nearly the same."""
    (low_a, mid_a, high_a), (low_b, mid_b, high_b) = (np.quantile(v, (0.25, 0.5, 0.75)) for v in (a, b))
    spread = max(high_a - low_a, high_b - low_b)
    wide_a, wide_b = float(high_a - low_a), float(high_b - low_b)
    if abs(mid_b - mid_a) < 0.1 * spread and max(wide_a, wide_b) > 1.25 * min(wide_a, wide_b) > 0:
        return ("more spread out" if wide_b > wide_a else "less spread out"), "middle half over", wide_a, wide_b
    if mid_a == mid_b:
        start, end = float(a.mean()), float(b.mean())
        return ("higher" if end > start else "lower"), "mean", start, end
    return ("higher" if mid_b > mid_a else "lower"), "median", float(mid_a), float(mid_b)


def _category(name: str, a: NDArray[Any], b: NDArray[Any]) -> Tested:
    levels, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    counts = np.stack([np.bincount(codes[: len(a)], minlength=len(levels)), np.bincount(codes[len(a) :], minlength=len(levels))])
    shares = counts / counts.sum(axis=1, keepdims=True)
    apart = shares[1] - shares[0]
    place = int(apart.argmax() if apart.max() >= -apart.min() - 1e-12 else apart.argmin())
    start, end, level = float(shares[0, place]), float(shares[1, place]), str(levels[place])
    p = chi_squared(_pooled(counts))
    word = "more" if end > start else "less"
    text = f"{name} is '{level}' {word} often in dev: {end:.0%} vs {start:.0%} in train-dev"
    effect = float(np.abs(apart).sum() / 2)
    return Tested(Shift(column=name, kind="category", effect=effect, p=p, start=start, end=end, level=level, says=text), p)


def _pooled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levels that are expected less than five times in either role, taken together."""
    expected = counts.sum(axis=0) * (counts.sum(axis=1) / counts.sum()).min()
    rare = expected < EXPECTED
    return counts if rare.sum() < 2 else np.concatenate([counts[:, ~rare], counts[:, rare].sum(axis=1, keepdims=True)], axis=1)


def chi_squared(counts: NDArray[Any]) -> float:
    """p of Pearson's test that two rows of counts are drawn from the same shares; 1 where there is one column."""
    from scipy.special import chdtrc

    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2:
        return 1.0
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    return float(chdtrc(counts.shape[1] - 1, ((counts - expected) ** 2 / expected).sum()))


def _missing(name: str, start: float, end: float, n: int, m: int) -> Tested:
    counts = np.round([[n * start, n * (1 - start)], [m * end, m * (1 - end)]])
    word = "more" if end > start else "less"
    text = f"{name} is missing {word} often in dev: {end:.0%} vs {start:.0%} in train-dev"
    p = chi_squared(counts)
    return Tested(Shift(column=name, kind="missing", effect=abs(end - start), p=p, start=start, end=end, says=text), p)

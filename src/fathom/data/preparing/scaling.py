"""Normalizing numbers with train's mean and standard deviation (C2W1-40..43), and filling what is missing.

    x := (x - mu) / sigma,   mu = (1/m) sum x,   sigma^2 = (1/m) sum (x - mu)^2      over the values that train has

A missing value becomes mu (0 after scaling) and, where train has missing values too, a feature of its own says so. Booleans stay 0 and
1; a missing one becomes the share of true. A number that is constant on train is dropped. Scaled values are held within +-1e6, so that a
later row that is far off stays finite in float32; no value of train is that far, since |z| <= sqrt(m).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fathom.data.preparing.raw_numbers import Raw, raw_matrix

if TYPE_CHECKING:
    import polars as pl

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 64
"""Columns that are read at a time while fitting."""

LARGEST = 1e6
"""Standard deviations."""

STILL = 1e300
"""What a constant number that keeps its feature is divided by, so that it is 0 for rows where it differs as well."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """What train's numbers are like; k of them, those that say something.

    Attributes:
        raws: what each number is.
        mean, std: (k,) as subtracted and divided by; 0 and 1 for a boolean.
        fill: (k,) what a missing value becomes, before scaling.
        kept: (k,) whether the number varies on train.
        flagged: (k,) whether a feature says that the value is missing.
    """

    raws: tuple[Raw, ...]
    mean: Numbers
    std: Numbers
    fill: Numbers
    kept: Flags
    flagged: Flags

    @classmethod
    def fit(cls, table: pl.DataFrame, raws: Sequence[Raw], held: Collection[Raw] = ()) -> Scaling:
        """Measure train's numbers, a block of columns at a time.

        Args:
            table, raws: train, and its numbers.
            held: numbers that keep their feature where they are constant; it is then 0 for every row, whatever a row has.
        """
        blocks = [raws[i : i + BLOCK] for i in range(0, len(raws), BLOCK)]
        measured = [_measure(raw_matrix(table, block)) for block in blocks]
        mean, std, missing, constant = _joined(measured)
        boolean = np.array([r.part == "0/1" for r in raws], dtype=bool)
        once = np.array([r.part in ("", "0/1", "days") for r in raws], dtype=bool)  # one flag a date, not one a part
        still = constant & np.array([r in held for r in raws], dtype=bool)
        kept, flagged = ~constant | still, once & (missing > 0) & (missing < table.height)
        used = np.flatnonzero(kept | flagged).tolist()
        mu, sigma = np.where(boolean & ~still, 0.0, mean), np.where(still, STILL, np.where(boolean | constant, 1.0, std))
        return cls(tuple(raws[i] for i in used), mu[used], sigma[used], mean[used], kept[used], flagged[used])

    @classmethod
    def of_pictures(cls, table: pl.DataFrame, raws: Sequence[Raw], channel: NDArray[np.int64]) -> Scaling:
        """Measure the channels of train's pictures: all pixels of a channel share mean and standard deviation, and all are kept.

        Args:
            table: of train, without missing values.
            raws: the pixels.
            channel: (len(raws),) the channel of each.

        Returns:
            The scaling; a channel that is constant has the standard deviation 1.
        """
        blocks = [raws[i : i + BLOCK] for i in range(0, len(raws), BLOCK)]
        mean, std, _, constant = _joined([_measure(raw_matrix(table, block)) for block in blocks])
        variance = np.where(constant, 0.0, std) ** 2
        pixels = np.bincount(channel)
        mu = (np.bincount(channel, mean) / pixels)[channel]
        sigma = np.sqrt(np.bincount(channel, variance + (mean - mu) ** 2) / pixels)[channel]
        kept = np.ones(len(raws), dtype=bool)
        return cls(tuple(raws), mu, np.where(sigma > 0, sigma, 1.0), mu, kept, ~kept)

    def scale(self, raw: Numbers) -> tuple[Numbers, Flags]:
        """Scaled and filled numbers (n, k), and where they were missing (n, k)."""
        missing = np.isnan(raw)
        filled = np.where(missing, self.fill, raw) if missing.any() else raw
        with np.errstate(over="ignore"):  # held within +-LARGEST in the same line
            return np.clip((filled - self.mean) / self.std, -LARGEST, LARGEST), missing


def varying(table: pl.DataFrame, raws: Sequence[Raw]) -> frozenset[Raw]:
    """The numbers that are not the same in every row."""
    scaling = Scaling.fit(table, raws)
    return frozenset(raw for raw, kept in zip(scaling.raws, scaling.kept, strict=True) if kept)


def _joined(measured: list[tuple[Numbers, Numbers, NDArray[np.int64], Flags]]) -> tuple[Numbers, Numbers, NDArray[np.int64], Flags]:
    if not measured:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    mean, std, missing, constant = (np.concatenate(parts) for parts in zip(*measured, strict=True))
    return mean, std, missing, constant


def _measure(raw: Numbers) -> tuple[Numbers, Numbers, NDArray[np.int64], Flags]:
    """Mean, standard deviation, missing values and whether constant, by column; safe for numbers as large as float64 has."""
    absent = np.isnan(raw)
    missing = absent.sum(axis=0)
    present = np.maximum(len(raw) - missing, 1)
    low = np.where(absent, np.inf, raw).min(axis=0, initial=np.inf)
    high = np.where(absent, -np.inf, raw).max(axis=0, initial=-np.inf)
    unit = _unit(np.maximum(np.abs(np.where(np.isfinite(low), low, 0)), np.abs(np.where(np.isfinite(high), high, 0))))
    x = np.where(absent, 0.0, raw) / unit
    mean = x.sum(axis=0) / present
    x -= mean
    x[absent] = 0.0
    std = np.sqrt((x * x).sum(axis=0) / present) * unit
    constant = (low >= high) | (std == 0)
    return np.where(low == high, low, mean * unit), np.where(constant, 1.0, std), missing, constant


def _unit(largest: Numbers) -> Numbers:
    """1, or a power of two (which changes no digit) where squares would overflow or vanish."""
    odd = (largest > 1e100) | ((largest < 1e-100) & (largest > 0))
    return np.where(odd, np.exp2(np.floor(np.log2(np.where(odd, largest, 1.0)))), 1.0)

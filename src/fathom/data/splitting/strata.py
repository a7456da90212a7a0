"""Strata: the parts of a set that each role gets its share of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.data.dataset import Dataset
from fathom.data.splitting.sources import sources_of

BINS = 10
"""Strata of a number: tenths of its range by rank."""

ROWS_A_BIN = 50
"""Examples that a stratum of a number has at least, so that dev gets ten."""


@dataclass(frozen=True, eq=False)
class Strata:
    """The stratum of each example.

    Attributes:
        of: (n,) int64, from 0.
        several: whether there is anything to stratify by.
    """

    of: NDArray[np.int64]
    several: bool


def strata_of(data: Dataset, stratify: bool = True) -> Strata:
    """Classes are strata; a number's strata are up to ten bins of equal counts, of 50 examples or more; each source has its own.

    Args:
        data: the set.
        stratify: False for one stratum.
    """
    if not stratify:
        return Strata(np.zeros(len(data), dtype=np.int64), False)
    return with_sources(data, _of_target(data))


def with_sources(data: Dataset, strata: Strata) -> Strata:
    """Each stratum cut by source, where a set has a column for that, so that every role has every source in proportion (C3W1-09)."""
    if data.source_column is None:
        return strata
    sources = sources_of(data)
    _, of = np.unique(strata.of * len(sources.names) + sources.of, return_inverse=True)
    return Strata(of.astype(np.int64), strata.several)


def _of_target(data: Dataset) -> Strata:
    y = data.y
    if data.target.kind != "regression":
        return Strata(np.asarray(y, dtype=np.int64), len(data.target.classes) > 1)
    edges = _edges(np.asarray(y, dtype=np.float64))
    return Strata(np.searchsorted(edges, y, side="right").astype(np.int64), len(edges) > 0)


def _edges(y: NDArray[np.float64]) -> NDArray[np.float64]:
    bins = min(BINS, len(y) // ROWS_A_BIN)
    return np.unique(np.quantile(y, np.arange(1, bins) / bins)) if bins > 1 else np.zeros(0)

"""How much of a mismatch the columns explain: train_dev's error with its rows weighted as dev has them.

A classifier tells rows of dev from rows of train_dev; the odds that it gives a row of train_dev are how much more often dev has such rows
(Shimodaira 2000; Bickel, Bruckner and Scheffer 2009). It is fitted on one half of the rows and gives the odds of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import interval_of
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.seeding import generator

MOST = 10_000
"""Rows of each role that are used."""

FEWEST = 50
"""Rows of each role, and rows that the weighted ones must be worth, below which nothing is said."""

CUT = 0.99
"""Weights above this quantile are cut to it: a few rows would decide everything."""


@dataclass(frozen=True)
class Reweighted:
    """What re-weighting shows; `error` is None where too few rows of train_dev are like dev's.

    Attributes:
        told_apart: the share of pairs in which the classifier ranks the row of dev above the one of train_dev.
        alike: how many rows of train_dev are like dev's: Kish's size of the weights, less where they do not reach dev's whole mass (their
            mean would be 1 where the two overlap).
        error: of train_dev with dev's mix.
    """

    told_apart: float
    alike: float
    error: Estimate | None


def reweighted(start: NDArray[Any], end: NDArray[Any], errors: Errors, seed: int = 0) -> Reweighted | None:
    """The error of train_dev with dev's mix of columns.

    Args:
        start, end: (n, d) and (m, d) prepared inputs of train_dev and of dev.
        errors: of train_dev.
        seed: of the halves and the rows drawn.

    Returns:
        None where a role has fewer than 50 rows.
    """
    if min(len(start), len(end)) < FEWEST:
        return None
    rng = generator(seed, "reweighting")
    kept, other = (np.sort(rng.permutation(len(rows))[:MOST]) for rows in (start, end))
    rows = np.concatenate([start[kept], end[other]]).astype(np.float64)
    of_dev = np.arange(len(rows)) >= len(kept)
    chances = _held_out_chances(rows, of_dev, rng)
    weights = _weights(chances[~of_dev], len(kept) / len(other))
    alike = float(weights.sum() ** 2 / (weights**2).sum()) * min(float(weights.mean()), 1.0)
    group = None if errors.group is None else errors.group[kept]
    weighted = Errors.of(errors.value[kept], errors.weight[kept] * weights, group)
    return Reweighted(_ranked(chances, of_dev), alike, interval_of(weighted, seed) if alike >= FEWEST else None)


def _held_out_chances(rows: NDArray[np.float64], of_dev: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float64]:
    """(n,) the chance that a row is dev's, by a model that was fitted on the half without it."""
    half = np.empty(len(rows), dtype=bool)
    for role in (of_dev, ~of_dev):
        places = rng.permutation(np.flatnonzero(role))
        half[places] = np.arange(len(places)) % 2 == 0
    chances = np.empty(len(rows))
    for fitted in (half, ~half):
        chances[~fitted] = _chances(rows[fitted], of_dev[fitted], rows[~fitted])
    return chances


def _chances(rows: NDArray[np.float64], of_dev: NDArray[np.bool_], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """A logistic regression on the columns and their squares: smooth odds, which is what weights need."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(_squared(rows))
    model = LogisticRegression(C=1.0, max_iter=200).fit(scaler.transform(_squared(rows)), of_dev)
    return np.asarray(model.predict_proba(scaler.transform(_squared(others)))[:, 1])


def _squared(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(rows, -4, 4)
    return np.concatenate([clipped, clipped**2], axis=1)


def _weights(chances: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    odds = chances / np.maximum(1 - chances, 1e-9) * ratio
    return np.minimum(odds, np.quantile(odds, CUT))


def _ranked(chances: NDArray[np.float64], of_dev: NDArray[np.bool_]) -> float:
    """The share of pairs in which the row of dev has the higher chance; ties count half."""
    from scipy.stats import rankdata

    ranks, m = rankdata(chances), int(of_dev.sum())
    return float((ranks[of_dev].sum() - m * (m + 1) / 2) / (m * (len(chances) - m)))

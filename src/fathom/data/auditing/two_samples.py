"""Are two sets of one distribution? A classifier is asked to tell them apart, and answers for rows that it was not fitted on.

Half of each set fits the classifiers (scikit-learn's logistic regression and random forest), which score the other half; the statistic
is the area under the ROC curve, and p the share of permutations of the other half's labels that reach it (Lopez-Paz and Oquab 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator

Features = NDArray[np.float32]
Numbers = NDArray[np.float64]

PERMUTATIONS = 9_999
TREES = 100
LEAF = 5
FAR = 8.0
"""Standard deviations at which a feature is cut, so that one odd value does not rule a linear score."""


@dataclass(frozen=True)
class TwoSamples:
    """How well two sets can be told apart.

    Attributes:
        auc: on the half that was not fitted on; 0.5 is not at all.
        p: the chance of such an area, or a larger one, if both were of one distribution.
    """

    auc: float
    p: float


def two_samples(a: Features, b: Features, seed: int, groups: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None) -> TwoSamples:
    """Test whether a and b are of one distribution.

    Args:
        a, b: (n, d) and (m, d), scaled, in an order that carries no meaning.
        seed: of forest and permutations.
        groups: (n,) and (m,) codes, none in both; then whole groups are halved and permuted, since rows of one group are alike.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(200, 3)).astype(np.float32), rng.normal(size=(200, 3)).astype(np.float32)
        >>> two_samples(x, y, 0).p > 0.01, two_samples(x, y + 1, 0).p < 0.001
        (True, True)
    """
    x = np.clip(np.concatenate([a, b]), -FAR, FAR)
    second = np.repeat([False, True], [len(a), len(b)])
    unit = np.arange(len(x)) if groups is None else np.concatenate(groups)
    fitted = _halves(unit, second)
    score = _scores(x[fitted], second[fitted], x[~fitted], seed)
    values, labels = _by_unit(score, unit[~fitted], second[~fitted])
    return _permuted(values, labels, seed)


def _halves(unit: NDArray[np.int64], second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) whether a row is fitted on: every other unit of each set, in the order of first occurrence."""
    fitted = np.zeros(len(unit), dtype=bool)
    for side in (False, True):
        _, first, inverse = np.unique(unit[second == side], return_index=True, return_inverse=True)
        fitted[second == side] = np.argsort(np.argsort(first))[inverse] % 2 == 0
    return fitted


def _scores(x: Features, y: NDArray[np.bool_], others: Features, seed: int) -> Numbers:
    """(q,) how likely each of the others is of the second set, in ranks of two classifiers together."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    state = int(generator(seed, "audit", "forest").integers(2**31))
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF, max_features="sqrt", max_samples=None, random_state=state, n_jobs=1)
    linear = LogisticRegression(C=0.1, max_iter=200)
    found = [_ranks(model.fit(x, y).predict_proba(others)[:, 1]) for model in (forest, linear)]
    return np.mean(found, axis=0)


def _ranks(values: Numbers) -> Numbers:
    """(n,) ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def _by_unit(score: Numbers, unit: NDArray[np.int64], second: NDArray[np.bool_]) -> tuple[Numbers, NDArray[np.bool_]]:
    """The mean score of each unit, and its set."""
    _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    return np.bincount(inverse, weights=score) / np.bincount(inverse), second[first]


def _permuted(values: Numbers, labels: NDArray[np.bool_], seed: int) -> TwoSamples:
    ranks, n = np.sort(_ranks(values)), int(labels.sum())
    observed = float(_ranks(values)[labels].sum())
    rng, hits = generator(seed, "audit", "permutations"), 0
    step = max(1, 2_000_000 // len(ranks))
    for start in range(0, PERMUTATIONS, step):
        rows = min(step, PERMUTATIONS - start)
        drawn = rng.permuted(np.broadcast_to(ranks, (rows, len(ranks))), axis=1)[:, :n].sum(axis=1)
        hits += int((drawn >= observed - 1e-9).sum())
    area = (observed - n * (n + 1) / 2) / max(n * (len(ranks) - n), 1)
    return TwoSamples(area, (1 + hits) / (1 + PERMUTATIONS))

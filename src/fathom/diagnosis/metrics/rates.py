"""Metrics that are shares: accuracy, error, precision, recall, specificity, F.

    precision    of what is predicted positive, the share that is         TP / (TP + FP)
    recall       of what is positive, the share that was found            TP / (TP + FN)
    specificity  of what is negative, the share that was left             TN / (TN + FP)
    F_beta       (1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP); of beta = 1 the harmonic mean of the first two (C3W1-04)

Each is a weighted mean over some of the examples, so it has the interval of such a mean: Wilson's where weights are equal and groups
single, else the studentized bootstrap over groups. F1 is 2 J/(1 + J) with J = TP/(TP + FP + FN), which is a plain share.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import LEVEL, interval_of
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.metrics.answers import Answers


def error(a: Answers, level: float = LEVEL) -> Estimate:
    """sum(w e) / sum(w), the rung of the ladder; the share wrong of classes (C3W1-15 where weights are given)."""
    return interval_of(a.errors(a.error), level=level)


def accuracy(a: Answers, level: float = LEVEL) -> Estimate:
    """1 - error."""
    return turned(error(a, level))


def precision(a: Answers, positive: str, level: float = LEVEL) -> Estimate:
    """Of what is predicted positive, the share that is; 0 where nothing is predicted so, as scikit-learn has it."""
    return share_of(a.errors(a.truth == positive, a.prediction == positive), level)


def recall(a: Answers, positive: str, level: float = LEVEL) -> Estimate:
    """Of what is positive, the share that was found."""
    return share_of(a.errors(a.prediction == positive, a.truth == positive), level)


def specificity(a: Answers, positive: str, level: float = LEVEL) -> Estimate:
    """Of what is not positive, the share that was not predicted so."""
    return share_of(a.errors(a.prediction != positive, a.truth != positive), level)


def f(a: Answers, positive: str, beta: float = 1.0, level: float = LEVEL) -> Estimate:
    """F_beta; recall counts beta times as much as precision."""
    hit, weight = f_parts(a, positive, beta)
    rows = weight > 0
    if beta == 1.0:
        J = share_of(a.errors(hit, rows), level)
        if J.method == "wilson" and J.low is not None and J.high is not None:
            return replace(J, value=_from_jaccard(J.value), low=_from_jaccard(J.low), high=_from_jaccard(J.high))
    return share_of(a.errors(hit, rows, weight), level)


def f_parts(a: Answers, positive: str, beta: float) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(n,) hits, and how much each example counts in an F: 1 + beta^2 of a hit, beta^2 of a miss, 1 of a false alarm, else 0."""
    found, there = a.prediction == positive, a.truth == positive
    weight = np.select([found & there, there, found], [1 + beta**2, beta**2, 1.0], 0.0)
    return found & there, weight


def f_of(precision: float, recall: float, beta: float = 1.0) -> float:
    """F from precision and recall: (1 + beta^2) P R / (beta^2 P + R), the harmonic mean for beta = 1.

    Source:
        C3W1-04.

    Example:
        >>> f"{f_of(0.95, 0.90):.2%}", f"{f_of(0.98, 0.85):.2%}"
        ('92.43%', '91.04%')
    """
    if precision + recall == 0:
        return 0.0
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def turned(e: Estimate) -> Estimate:
    """1 - e."""
    low, high = (None if end is None else 1 - end for end in (e.high, e.low))
    return replace(e, value=1 - e.value, low=low, high=high)


def share_of(errors: Errors, level: float) -> Estimate:
    """A weighted share with its interval; 0, with no limits known, of no examples."""
    if not len(errors) or not errors.weight.sum() > 0:
        return Estimate(value=0.0, low=0.0, high=1.0, n=0, method="none", level=level)
    found = interval_of(errors, level=level)
    assert found.high is not None
    return replace(found, high=min(found.high, 1.0))


def _from_jaccard(J: float) -> float:
    return 2 * J / (1 + J)

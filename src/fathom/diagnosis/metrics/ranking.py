"""AUC, the area under the ROC curve: how often a positive example is scored above a negative one, ties half.

    AUC = sum_ij w_i w_j (1{s_i > s_j} + 1{s_i = s_j}/2) / (sum_i w_i sum_j w_j),  i over positives, j over negatives

Its interval is DeLong's, on the scale of the logit, over groups where there are any.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.intervals import LEVEL
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.metrics.answers import Answers
from fathom.diagnosis.metrics.influence import interval_by_influence


def auc(a: Answers, positive: str, level: float = LEVEL) -> Estimate:
    """The AUC of one class against the others; "" for the mean over all classes.

    Raises:
        UnusableInput: no probabilities, or a class that every example or none has.

    Source:
        DeLong, DeLong and Clarke-Pearson 1988.
    """
    if a.chances is None:
        raise refuse("metric 'auc'", expected="probabilities of the classes", got="none", fix="the table needs columns p_<class>")
    chosen = [positive] if positive else list(a.classes)
    parts = [_one(a.chances[:, a.classes.index(c)], a.truth == c, a.weight, c) for c in chosen]
    value = float(np.mean([v for v, _ in parts]))
    influence = np.mean([psi for _, psi in parts], axis=0)
    few = min(min((a.truth == c).sum(), (a.truth != c).sum()) for c in chosen)
    return interval_by_influence(value, influence, a.group, share=True, few=float(few), level=level)


def _one(
    score: NDArray[np.float64], is_positive: NDArray[np.bool_], weight: NDArray[np.float64], name: str
) -> tuple[float, NDArray[np.float64]]:
    """The area, and the influence of each example (n,)."""
    P, N = float(weight[is_positive].sum()), float(weight[~is_positive].sum())
    if not (P > 0 and N > 0):
        raise refuse("metric 'auc'", expected=f"examples of '{name}' and others", got=f"{int(is_positive.sum())} of {len(score)}")
    _, codes = np.unique(score, return_inverse=True)
    below_n, at_n = _below_and_at(codes, np.where(is_positive, 0.0, weight))
    below_p, at_p = _below_and_at(codes, np.where(is_positive, weight, 0.0))
    place = np.where(is_positive, (below_n + at_n / 2) / N, (P - below_p - at_p / 2) / P)
    value = float((weight * place)[is_positive].sum() / P)
    return value, weight * (place - value) / np.where(is_positive, P, N)


def _below_and_at(codes: NDArray[np.intp], weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each example, the weight of those with a lower score and of those with the same."""
    at = np.bincount(codes, weights=weight).astype(np.float64)
    return (np.cumsum(at) - at)[codes], at[codes]

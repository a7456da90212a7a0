"""The interval of a metric that is no plain mean, from what each example adds to it.

The influence of an example is how much the metric moves when the example weighs a little more. Influences sum to 0; the standard error is
that of their sums over groups, sqrt(G/(G-1) sum_g (sum_i in g psi_i)^2). For the area under the ROC curve it is DeLong's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import LEVEL, normal_quantile, wilson
from fathom.core.records.estimate import Estimate


def standard_error(influence: NDArray[np.float64], group: NDArray[np.int64] | None) -> float:
    """Of a metric with these influences, (n,); each already divided by the weight of all examples."""
    sums = influence if group is None else np.bincount(group, weights=influence)[np.unique(group)]
    G = len(sums)
    return math.sqrt(G / (G - 1) * float((sums**2).sum())) if G > 1 else 0.0


def interval_by_influence(
    value: float, influence: NDArray[np.float64], group: NDArray[np.int64] | None, *, share: bool, few: float, level: float = LEVEL
) -> Estimate:
    """The metric with its interval.

    Args:
        value: of the metric.
        influence: (n,), see `standard_error`.
        group: (n,) codes, or None.
        share: whether the metric lies in [0, 1]: the interval is then made on the scale of log(v/(1 - v)), and cannot leave it.
        few: how many examples count where nothing varies, as positives or negatives, whichever are fewer: Wilson's limits of so many.
        level: the nominal coverage.
    """
    n, z, se = len(influence), normal_quantile(level), standard_error(influence, group)
    if not share:
        return Estimate(value=value, low=value - z * se, high=value + z * se, n=n, method="influence", level=level)
    if not 1e-12 < value < 1 - 1e-12 or se <= 1e-12:
        limits = wilson(min(max(value, 0.0), 1.0) * max(few, 1.0), max(few, 1.0), level)
        return Estimate(value=value, low=limits.low, high=limits.high, n=n, method="wilson", level=level)
    middle, reach = math.log(value / (1 - value)), z * se / (value * (1 - value))
    low, high = (1 / (1 + math.exp(-min(max(end, -700.0), 700.0))) for end in (middle - reach, middle + reach))
    return Estimate(value=value, low=low, high=high, n=n, method="influence", level=level)

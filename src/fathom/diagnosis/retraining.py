"""The spread over retraining: how far apart nets of one make lie that were trained on other examples from another start.

k nets, the j-th with error e_j over examples of its own, whose sampling alone gives it the variance s_j^2:

    S^2 = sum (e_j - mean e)^2 / (k - 1)          spread^2 = max(0, S^2 - mean s_j^2)

The interval of a mean error over all folds takes the examples for independent; what they share is the net that judged them. So each of
its ends is moved out: its distance h from the mean becomes sqrt(h^2 + z^2 spread^2 / k). No estimate of the variance of k folds is
unbiased (Bengio and Grandvalet 2004); benchmarks/folds.py measures how often this one covers.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import refuse
from fathom.core.intervals import normal_quantile
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray


def spread_over_retraining(errors: Errors, fold: NDArray[Any], level: float = 0.95) -> Estimate:
    """Standard deviation of the nets' true errors, from errors on the examples that each held out.

    Args:
        errors: of all examples.
        fold: (n,) which net judged each.
        level: of the interval, which takes (k - 1) S^2 for chi-square.

    Returns:
        The spread with its interval, in the unit of the errors; `n` is the number of folds.

    Example:
        >>> import numpy as np
        >>> luck = Errors.of([0, 1] * 50)
        >>> spread_over_retraining(luck, np.repeat(np.arange(5), 20)).value
        0.0
        >>> both = Errors.of([0] * 50 + [1] * 50)
        >>> round(spread_over_retraining(both, np.repeat([0, 1], 50)).value, 4)
        0.7071
    """
    import numpy as np
    from scipy.special import chdtri

    numbers = np.unique(fold)
    k = len(numbers)
    if k < 2:
        raise refuse("folds", expected="at least two", got=str(k))
    parts = [_mean_and_variance(errors, fold == number) for number in numbers]
    between, within = float(np.var([mean for mean, _ in parts], ddof=1)), float(np.mean([variance for _, variance in parts]))
    tail = (1 - level) / 2
    ends = [math.sqrt(max((k - 1) * between / chdtri(k - 1, p) - within, 0.0)) for p in (tail, 1 - tail)]
    return Estimate(value=math.sqrt(max(between - within, 0.0)), low=ends[0], high=ends[1], n=k, method="chi-square", level=level)


def _mean_and_variance(errors: Errors, rows: NDArray[Any]) -> tuple[float, float]:
    """The mean error of some examples, and the variance of it that comes from drawing their groups."""
    from fathom.core.bootstrap import group_sums

    V, W = group_sums(Errors(errors.value[rows], errors.weight[rows], None if errors.group is None else errors.group[rows]))
    mean, G = float(V.sum() / W.sum()), len(V)
    return mean, float(G / max(G - 1, 1) * ((V - mean * W) ** 2).sum() / W.sum() ** 2)


def widened(estimate: Estimate, spread: Estimate) -> Estimate:
    """The mean error of all folds with an interval that knows of the spread over retraining.

    Example:
        >>> print(widened(Estimate(value=0.1, low=0.07, high=0.14), Estimate(value=0.03, n=5)))
        0.1 (0.06011 to 0.1479)
    """
    if estimate.low is None or estimate.high is None or not spread.value or not spread.n:
        return estimate
    more = normal_quantile(estimate.level) * spread.value / math.sqrt(spread.n)
    low = max(estimate.value - math.hypot(estimate.value - estimate.low, more), 0.0)
    high = estimate.value + math.hypot(estimate.high - estimate.value, more)
    return dataclasses.replace(estimate, low=low, high=high, method="folds")

"""Metrics of a number: root mean square, mean absolute error, R squared; in the target's own unit (never rungs of a ladder)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.intervals import LEVEL, interval_of
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.metrics.answers import Answers
from fathom.diagnosis.metrics.influence import interval_by_influence


def rmse(a: Answers, level: float = LEVEL) -> Estimate:
    """sqrt(mean (y - prediction)^2)."""
    e = interval_of(a.errors((a.truth - a.prediction) ** 2), level=level)
    low, high = (math.sqrt(max(end or 0.0, 0.0)) for end in (e.low, e.high))
    return replace(e, value=math.sqrt(e.value), low=low, high=high)


def mae(a: Answers, level: float = LEVEL) -> Estimate:
    """mean |y - prediction|."""
    return interval_of(a.errors(np.abs(a.truth - a.prediction)), level=level)


def r2(a: Answers, level: float = LEVEL) -> Estimate:
    """1 - sum (y - prediction)^2 / sum (y - mean y)^2.

    Raises:
        UnusableInput: one value of y alone.
    """
    w, e = a.weight, (a.truth - a.prediction) ** 2
    about = (a.truth - np.average(a.truth, weights=w)) ** 2
    total = float((w * about).sum())
    if not total > 0:
        raise refuse("metric 'r2'", expected="numbers that differ", got="one value")
    ratio = float((w * e).sum()) / total
    return interval_by_influence(1 - ratio, -w * (e - ratio * about) / total, a.group, share=False, few=len(a), level=level)

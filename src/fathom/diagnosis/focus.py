"""The focus: the one gap to work on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

from fathom.core.intervals import contrast, normal_quantile
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.diagnosis.gaps import PLACES, Factors

SURE = 0.9
"""How probable it has to be that the largest of gaps that are not high is the largest."""


def focus_of(gaps: Mapping[str, Gap], factors: Mapping[str, Factors], rungs: Mapping[str, Estimate]) -> str | None:
    """The gap to work on, or None where none stands out.

    Of the gaps that are high, avoidable_bias if it and variance are high and no other high gap exceeds both (the course's recipe starts
    there, C2W1-13), else the largest. Where none is high, the largest that exceeds the next with 90% probability; with rates alone the
    largest. A gap of 0 or less is no work, and two that are equal are no choice.

    Args:
        gaps: by name.
        factors: each gap as a sum over rungs, see `factors_of`.
        rungs: the estimates that the factors name.

    Source:
        C2W1-13, C3W1-19, C3W1-21.
    """
    high = [gap for gap in gaps.values() if gap.verdict == "high"]
    if high:
        return _of_high(high)
    ranked = sorted(gaps.values(), key=lambda gap: -gap.value)
    if not ranked or round(ranked[0].value, PLACES) <= 0:
        return None
    if len(ranked) == 1 or _exceeds(ranked[0], ranked[1], factors, rungs):
        return ranked[0].name
    return None


def _of_high(high: list[Gap]) -> str:
    sizes = {gap.name: round(gap.value, PLACES) for gap in high}
    both = [sizes[name] for name in ("avoidable_bias", "variance") if name in sizes]
    if len(both) == 2 and max(sizes.values()) <= max(both):
        return "avoidable_bias"
    return max(sizes, key=lambda name: sizes[name])


def _exceeds(first: Gap, second: Gap, factors: Mapping[str, Factors], rungs: Mapping[str, Estimate]) -> bool:
    """Is first - second above 0 with probability SURE? Rungs that both share cancel or double, hence the sum over rungs."""
    apart = round(first.value - second.value, PLACES)
    mine, other = factors[first.name], factors[second.name]
    between = contrast(rungs, {rung: mine.get(rung, 0.0) - other.get(rung, 0.0) for rung in {*mine, *other}})
    if between.low is None:
        return apart > 0
    one_sided = NormalDist().inv_cdf(SURE) / normal_quantile(between.level)
    return apart > one_sided * math.fabs(between.value - between.low)

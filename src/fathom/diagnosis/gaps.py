"""The gaps of a ladder: which there are, how large, and whether each matters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from fathom.core.intervals import contrast
from fathom.core.records.estimate import Estimate
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap, Verdict

PLACES = 9
"""Decimals to which figures are compared: 0.10 - 0.08 is 0.02."""

TOLERANCE = 0.02

BEST = "best reference"
"""The name of the best reference's dev error among the rungs' estimates."""

Factors = Mapping[str, float]


def tolerance_of(given: float | None, goal: float | None, floor: Floor) -> float:
    """What was given, else half of goal minus floor where both are, else 0.02.

    Example:
        >>> tolerance_of(None, 0.03, Floor(value=0.0, known="given"))
        0.015
    """
    if given is not None:
        return given
    if goal is not None and floor.known == "given":
        return (goal - floor.value) / 2
    return TOLERANCE


def factors_of(rungs: Mapping[str, Estimate], floor: Floor) -> dict[str, Factors]:
    """Each gap that exists as a sum over rungs: variance is {"train": -1, "dev": 1}.

    The bias over a floor that is only bounded stands for what is left above the best reference, and for nothing where train is
    below that.
    """
    ends = {"variance": ("train", "train_dev" if "train_dev" in rungs else "dev"), "data_mismatch": ("train_dev", "dev")}
    ends["dev_overfit"] = ("dev", "test")
    found: dict[str, Factors] = {"avoidable_bias": _bias_factors(rungs, floor)} if "train" in rungs else {}
    return found | {name: {a: -1.0, b: 1.0} for name, (a, b) in ends.items() if a in rungs and b in rungs}


def _bias_factors(rungs: Mapping[str, Estimate], floor: Floor) -> Factors:
    if floor.known != "bounded by reference":
        return {"train": 1.0}
    return {"train": 1.0, BEST: -1.0} if rungs["train"].value > rungs[BEST].value else {}


def gaps_of(rungs: Mapping[str, Estimate], floor: Floor, tolerance: float) -> dict[str, Gap]:
    """The gaps whose two rungs exist, in the course's order; what they have to say is written elsewhere.

    Args:
        rungs: by role, and `BEST` where references bound the floor.
        floor: see `known_floor`.
        tolerance: the gap from which on it matters.

    Source:
        C3W1-19, C3W2-10.
    """
    gaps = {}
    for name, factors in factors_of(rungs, floor).items():
        if name == "avoidable_bias":
            gaps[name] = _bias(rungs, floor, tolerance)
        else:
            start, end = sorted(factors, key=lambda rung: factors[rung])
            gaps[name] = _gap(name, start, end, contrast(rungs, factors), tolerance)
    return gaps


def _gap(name: str, start: str, end: str, size: Estimate, tolerance: float) -> Gap:
    verdict = verdict_of(size.value, size.low, size.high, tolerance)
    return Gap(
        name=name,
        start=start,
        end=end,
        value=size.value,
        low=size.low,
        high=size.high,
        verdict=verdict,
        real=_off_zero(size.low, size.high),
    )


def _bias(rungs: Mapping[str, Estimate], floor: Floor, tolerance: float) -> Gap:
    train = rungs["train"]
    if floor.known == "bounded by reference":
        return _bounded_bias(train, rungs[BEST], tolerance)
    low = None if train.low is None else train.low - floor.value
    high = None if train.high is None else train.high - floor.value
    start = "human" if floor.known == "given" else "floor"
    gap = _gap("avoidable_bias", start, "train", Estimate(value=train.value - floor.value, low=low, high=high), tolerance)
    return dataclasses.replace(gap, verdict="unclear") if wholly_below(gap) else gap


def wholly_below(gap: Gap) -> bool:
    """True where the end of a gap lies below its start with all of its interval: train is better than human (C3W1-22)."""
    return round(gap.value if gap.high is None else gap.high, PLACES) < 0


def more_examples_decide(gap: Gap, floor: Floor) -> bool:
    """Is the gap unclear for want of examples, and not for want of a human level?"""
    if gap.name == "avoidable_bias" and (floor.known == "bounded by reference" or wholly_below(gap)):
        return False
    return gap.verdict == "unclear"


def _bounded_bias(train: Estimate, best: Estimate, tolerance: float) -> Gap:
    """Between train - reference, were the reference as good as can be, and train, were the floor 0."""
    above = contrast({"train": train, BEST: best}, {BEST: -1.0, "train": 1.0})
    least = above.value if above.low is None else above.low
    most = train.value if train.high is None else train.high
    verdict: Verdict = "high" if reaches(least, tolerance) else "unclear" if reaches(most, tolerance) else "low"
    return Gap(
        name="avoidable_bias",
        start="floor",
        end="train",
        value=max(above.value, 0.0),
        low=max(least, 0.0),
        high=most,
        verdict=verdict,
        real=True if least > 0 else None,
    )


def verdict_of(value: float, low: float | None, high: float | None, tolerance: float) -> Verdict:
    """'high' with all of the interval at or above the tolerance, 'low' with all below; with rates alone the value decides.

    Example:
        >>> verdict_of(0.10 - 0.08, None, None, 0.02), verdict_of(0.04, 0.01, 0.09, 0.02)
        ('high', 'unclear')
    """
    if reaches(value if low is None else low, tolerance):
        return "high"
    return "unclear" if reaches(value if high is None else high, tolerance) else "low"


def reaches(value: float, tolerance: float) -> bool:
    """value >= tolerance after rounding both to 1e-9."""
    return round(value, PLACES) >= round(tolerance, PLACES)


def _off_zero(low: float | None, high: float | None) -> bool | None:
    if low is None or high is None:
        return None
    return round(low, PLACES) > 0 or round(high, PLACES) < 0

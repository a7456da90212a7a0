"""The slope of J in one direction: measured at one step, and where that will not do at many, with the error it may have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array

SIGMAS = 3.0
"""A floor is this many standard deviations of the noise over the step: 4.2 of the two-sided difference's own."""
RATIO = 8.0
"""Between the steps of the ladder."""
DOWN, UP = 6, 4
"""Rungs below and above the first step, at first."""
FURTHER = 5
"""Rungs that are added where the best one lies at the end, twice at most."""
STRAIGHT = 0.05
"""Share of the bend that curvature of higher order may look like a jump."""


@dataclass(frozen=True)
class Slope:
    """The change of J over a step to either side, for a direction v.

    Attributes:
        step: t.
        measured: (J(theta + t v) - J(theta - t v)) / 2t (C2W1-52).
        claimed: what the gradient says: its product with the way between the two points as they were rounded, over 2t.
        bend: (J(theta + t v) - 2 J(theta) + J(theta - t v)) / t: the difference of the two one-sided slopes.
        same: J was the same number on both sides.
    """

    step: float
    measured: float
    claimed: float
    bend: float
    same: bool


@dataclass(frozen=True)
class Measurement:
    """A slope with the error that it may have.

    Attributes:
        measured, claimed: as in Slope.
        error: noise and what is left of the curvature; a bound, not a standard deviation.
        kink: the difference of the one-sided slopes, where it does not go with the step as curvature does; else 0.
    """

    measured: float
    claimed: float
    error: float
    kink: float = 0.0

    @property
    def off(self) -> float:
        """By how much the gradient misses the slope."""
        return abs(self.measured - self.claimed)


def slope(point: Point, name: str, v: Array, step: float) -> Slope:
    """Two evaluations of J."""
    problem, values, at = point.problem, point.values, point.values[name]
    ahead, back = np.asarray(at + step * v), np.asarray(at - step * v)
    above, below = problem.J({**values, name: ahead}), problem.J({**values, name: back})
    way = np.subtract(ahead, back, out=ahead)
    return Slope(
        step=step,
        measured=_over(above - below, 2 * step),
        claimed=float(np.vdot(point.given.arrays[name], way)) / (2 * step),
        bend=_over((above - point.J) - (point.J - below), step),
        same=above == below,
    )


def _over(change: float, step: float) -> float:
    return change / step if math.isfinite(change) else math.inf


def at_first(point: Point, name: str, v: Array) -> Measurement:
    """The slope at the usual step, with the noise as its error."""
    one = slope(point, name, v, point.step(name))
    return Measurement(one.measured, one.claimed, SIGMAS * point.noise / one.step)


def with_care(point: Point, name: str, v: Array, *, quick: bool = False) -> Measurement:
    """The slope at many steps: the step is taken where it depends least on it.

    The error of a rung is what separates it from its neighbors, each weighted by what it would be there: noise grows as
    1 / t, the curvature's part as t^2. It is chosen without a look at what the gradient claims.

    Args:
        point, name, v: where, which tensor, which direction.
        quick: three rungs only.
    """
    start = point.step(name) if point.eps is None else Point.step(_without_eps(point), name)
    rungs: dict[int, Slope] = {}
    low, high = (-2, 0) if quick else (-DOWN, UP)
    for _ in range(3):
        for k in range(low, high + 1):
            if k not in rungs:
                rungs[k] = slope(point, name, v, start * RATIO**k)
        errors = _errors(rungs, SIGMAS * point.rounding)
        best = min(errors, key=lambda k: errors[k])
        if quick or (low + 1 < best < high) or not any(math.isfinite(e) for e in errors.values()):
            break
        low, high = (low - FURTHER, high) if best <= low + 1 else (low, high + FURTHER)
    return _read(rungs, errors, best, point.rounding)


def _errors(rungs: dict[int, Slope], noise: float) -> dict[int, float]:
    """The error of each rung but the lowest."""
    flat = all(rung.same for rung in rungs.values())  # J does not depend on these elements at all
    steps = {k: 0.0 if flat else _apart(rungs[k], rungs[k - 1]) for k in sorted(rungs)[1:]}
    return {
        k: max(steps[k], steps.get(k - 1, 0.0) / RATIO, steps.get(k + 1, 0.0) / RATIO**2 if math.isfinite(steps.get(k + 1, 0.0)) else 0.0)
        + noise / rungs[k].step
        for k in steps
    }


def _apart(upper: Slope, lower: Slope) -> float:
    """How far two rungs differ; infinite where one of them tells nothing."""
    if not (math.isfinite(upper.measured) and math.isfinite(lower.measured)):
        return math.inf
    if upper.same and lower.same:
        return math.inf  # J is too coarse for steps that small
    return abs(upper.measured - lower.measured)


def _read(rungs: dict[int, Slope], errors: dict[int, float], best: int, rounding: float) -> Measurement:
    kink = _kink(rungs, best, rounding)
    below = [k for k in errors if k < best and abs(rungs[k].bend) < 0.1 * kink and 4 * SIGMAS * rounding / rungs[k].step < 0.1 * kink]
    if below:  # the kink lies some way off: steps that do not reach it
        best, kink = min(below, key=lambda k: errors[k]), 0.0
    return Measurement(rungs[best].measured, rungs[best].claimed, errors[best], kink)


def _kink(rungs: dict[int, Slope], best: int, rounding: float) -> float:
    """How much the one-sided slopes differ at a step of 0, where that is not nothing, or cannot be seen to be; else 0.

    The bend at a step t is a jump + curvature times t; two rungs give both.
    """
    chosen, below = rungs[best], rungs[best - 1]
    noise = 4 * SIGMAS * rounding
    if not (math.isfinite(chosen.bend) and math.isfinite(below.bend)) or abs(chosen.bend) <= 10 * noise / chosen.step:
        return 0.0
    jump = abs(RATIO * below.bend - chosen.bend) / (RATIO - 1)
    if jump > 10 * noise / below.step + STRAIGHT * abs(chosen.bend):
        return jump
    return abs(chosen.bend) if abs(below.bend) + noise / below.step > 0.5 * abs(chosen.bend) else 0.0


def _without_eps(point: Point) -> Point:
    import copy

    bare = copy.copy(point)
    bare.eps = None
    return bare

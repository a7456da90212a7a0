"""Right, wrong, or not to be told: one tensor's gradient against the slopes of J."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fathom.checks.gradient.point import Point, norm
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.slope import Measurement, at_first, with_care

TENFOLD = 10.0
"""A tensor is wrong only where the disagreement exceeds the floor this many times."""
SHARP = 1e-6
"""A floor below this, relative to the gradient, is good enough at the first try."""
ENOUGH = 1e-4
"""And below this after three steps."""
FEW = 50_000
"""Parameters of a net on which a coarse floor is always worth the whole ladder."""

DISTANCES = (1e-3, 3e-2, 1.0)
"""How far beside a kink it is looked, relative to the scale of theta."""
SLIGHT = 1e-3
"""A jump of the slope by less than this share of the gradient, as of one unit among many, is counted as noise."""
EXCUSED = 3.0
"""Times the difference of the one-sided slopes that a gradient at a kink may be off: units with unlike signs may cancel in it."""


@dataclass(frozen=True)
class Judgement:
    """What is known of one tensor.

    Attributes:
        ratio: ||measured - claimed|| / (||measured|| + ||claimed||) (C2W1-54); along the directions, an estimate of it.
        floor: the noise in that ratio.
        state: "right", "inspect" (between 1 and 10 floors), "wrong", "too small" (to check), "kink" or "not finite".
        off: norm of the disagreement (in units of the gradient).
        kinks: directions or elements that were set aside because J has a kink there.
        numerical: the gradient by differences, where every element was measured; NaN where it was not.
        beside: the point beside a kink at which it was checked, or None.
        checked: how many elements have been measured on their own.
    """

    ratio: float
    floor: float
    state: str
    off: float = 0.0
    kinks: int = 0
    numerical: Array | None = None
    beside: Point | None = None
    checked: int = 0


def judge(point: Point, name: str, directions: int = 1) -> Judgement:
    """One tensor by Gaussian directions: two evaluations each, more where something is odd."""
    if not math.isfinite(point.norm(name)):
        return Judgement(1.0, 0.0, "not finite", math.inf)
    if directions == 1:
        return along(point, name)
    found = [along(point, name, number) for number in range(directions)]
    worst = max(found, key=lambda one: (_RANK[one.state], one.ratio))
    return replace(worst, kinks=sum(one.kinks for one in found))


_RANK = {"right": 0, "too small": 1, "kink": 2, "inspect": 3, "wrong": 4, "not finite": 5}


def along(point: Point, name: str, number: int = 0) -> Judgement:
    """One direction; where it is off, a second one has to be off too, or a third where the fault may lie across the second."""
    v = point.direction(name, number)
    first = settled(point, name, v)
    here = verdict(point, name, first, v)
    if here.state not in ("wrong", "inspect"):
        return here
    if first.kink and here.state == "wrong":
        return past_a_kink(point, name, number, here, first.kink)
    second = _again(point, name, number + 1000)
    if second.state != "right" or here.state == "inspect":
        return here if second.state != "right" else second
    third = _again(point, name, number + 2000)
    return here if third.state != "right" else second


def _again(point: Point, name: str, number: int) -> Judgement:
    v = point.direction(name, number)
    return verdict(point, name, settled(point, name, v), v)


def settled(point: Point, name: str, v: Array) -> Measurement:
    """A measurement with as much care as it takes to tell: one step, then three, then the whole ladder."""
    size = point.norm(name)
    first = at_first(point, name, v)
    if first.off <= first.error <= SHARP * size:
        return first
    if point.size > FEW:
        if first.off <= first.error <= ENOUGH * size:
            return first
        quick = with_care(point, name, v, quick=True)
        if quick.off <= quick.error + quick.kink <= ENOUGH * size:
            return quick
    return with_care(point, name, v)


def verdict(point: Point, name: str, found: Measurement, v: Array) -> Judgement:
    """A measurement as a judgement; the gradient's own rounding is looked at only where it matters."""
    size, spread = point.norm(name), spread_of(v)
    error = found.error + (found.kink if found.kink <= SLIGHT * size * spread else 0.0)
    if found.off > error:
        error = max(error, 3.0 * spread * point.rounding_of_gradient(name))
    whole = size * spread + math.sqrt(max((size * spread) ** 2 + found.measured**2 - found.claimed**2, found.measured**2))
    if not math.isfinite(error) or not math.isfinite(found.measured):
        return Judgement(0.0, 1.0, "too small")
    ratio, floor = (min(found.off / whole, 1.0), error / whole) if whole > 0.0 else (0.0, 0.0)
    return Judgement(ratio, floor, state_of(found.off, error, size * spread, abs(found.measured)), found.off / spread)


def state_of(off: float, error: float, claimed: float, measured: float) -> str:
    """The state that a disagreement and its error amount to.

    Args:
        off: the disagreement.
        error: the floor of the same.
        claimed: norm of the gradient that is checked.
        measured: size of the measured one.

    Example:
        >>> state_of(2.0, 0.1, 1.0, 1.0), state_of(0.5, 0.1, 1.0, 1.0), state_of(0.0, 2.0, 1.0, 1.0)
        ('wrong', 'inspect', 'too small')
    """
    if off > TENFOLD * error:
        return "wrong"
    if error > 0.0 and max(claimed, measured / TENFOLD) <= error:
        return "too small"
    return "inspect" if off > error else "right"


def past_a_kink(point: Point, name: str, number: int, here: Judgement, kink: float) -> Judgement:
    """Theta lies on a kink: check beside it where the gradient can be had there, else set the direction aside."""
    for distance in DISTANCES if point.problem.moves else ():
        beside = point.beside(distance)
        v = beside.direction(name, number)
        found = settled(beside, name, v)
        there = verdict(beside, name, found, v)
        if there.state != "wrong" or not found.kink:
            return replace(there, kinks=1, beside=beside)
    v = point.direction(name, number)
    return replace(here, state="kink", kinks=1) if here.off * spread_of(v) <= EXCUSED * kink else here


def spread_of(v: Array) -> float:
    """Root mean square of a direction: what a unit error of the gradient amounts to along it."""
    return norm(v) / math.sqrt(max(v.size, 1)) or 1.0

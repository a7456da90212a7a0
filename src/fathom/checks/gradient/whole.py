"""One tensor's gradient against the differences of all its elements."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from fathom.checks.gradient.elements import Indices
from fathom.checks.gradient.judge import DISTANCES, TENFOLD, Judgement, along, settled, state_of
from fathom.checks.gradient.locate import Mask, noise_of_elements
from fathom.checks.gradient.point import Point, norm
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.slope import with_care

LOOKED_AT = 24
"""Elements of a tensor that are measured with care where they seem to be off."""


def judge_elements(point: Point, name: str, numerical: Array, *, known_wrong: bool = False) -> Judgement:
    """The course's ratio of one tensor (C2W1-54), and whether what is off in it is wrong, rounding, curvature or a kink.

    Args:
        point, name: which tensor.
        numerical: its gradient by differences; NaN for elements that were not measured.
        known_wrong: directions have shown that it is wrong: elements that are off are not looked at again.
    """
    claimed = point.given.arrays[name]
    if not np.all(np.isfinite(claimed)):
        return Judgement(1.0, 0.0, "not finite", math.inf, numerical=numerical)
    known = np.isfinite(numerical)
    if not known.any():
        return Judgement(0.0, 1.0, "not checked", numerical=numerical)
    apart = np.where(known, np.abs(numerical - claimed), 0.0)
    noise = noise_of_elements(point, name)
    whole, off = norm(numerical[known]) + norm(claimed[known]), norm(apart)
    floor = noise * math.sqrt(known.sum())
    result = Judgement(_over(off, whole), _over(floor, whole), "right", off, numerical=numerical, checked=int(known.sum()))
    if known_wrong:
        return replace(result, state="wrong")
    suspects = np.flatnonzero(apart > TENFOLD * noise)
    if len(suspects):
        return _looked_at(point, name, result, suspects, apart.reshape(-1))
    if off > floor and known.all():
        return replace(result, state=along(point, name).state)
    return replace(result, state=state_of(off, floor, norm(claimed), norm(numerical[known])))


def wrong_elements(point: Point, name: str, judgement: Judgement) -> Mask:
    """The elements whose difference and gradient disagree by more than noise."""
    if judgement.numerical is None:
        return np.zeros(point.values[name].shape, dtype=bool)
    apart = np.abs(judgement.numerical - point.given.arrays[name])
    rounding = 3.0 * point.rounding_of_gradient(name) / math.sqrt(max(apart.size, 1))
    return np.asarray(apart > TENFOLD * max(noise_of_elements(point, name), rounding))


def _looked_at(point: Point, name: str, result: Judgement, suspects: Indices, apart: Array) -> Judgement:
    """The suspects with care: the worst ones, and some of the others."""
    worst = suspects[np.argsort(-apart[suspects])]
    chosen = (
        worst
        if len(worst) <= LOOKED_AT
        else np.concatenate([worst[: LOOKED_AT // 2], worst[LOOKED_AT // 2 :: len(worst) // (LOOKED_AT // 2)]])
    )
    kinks: list[int] = []
    for index in chosen:
        verdict = _one(point, name, int(index))
        if verdict == "wrong":
            return replace(result, state="wrong", kinks=len(kinks))
        kinks += [int(index)] if verdict == "kink" else []
    share = len(kinks) / len(chosen)
    aside = replace(result, kinks=round(share * len(suspects)))
    if not kinks:
        return aside
    left = np.where(np.isin(np.arange(apart.size), suspects if share == 1.0 else kinks), 0.0, apart)  # the ratio of the others
    aside = replace(aside, ratio=result.ratio * _over(norm(left), norm(apart)), off=norm(left))
    if len(suspects) < apart.size or share < 1.0:
        return aside
    beside = along(point, name) if point.problem.moves else None  # every element at a kink: one direction off it
    return replace(aside, state="kink") if beside is None else replace(aside, state=beside.state, beside=beside.beside)


def _one(point: Point, name: str, index: int) -> str:
    """One element: "wrong", "kink", or "right"."""
    v = np.zeros(point.values[name].shape)
    v.reshape(-1)[index] = 1.0
    found = with_care(point, name, v)
    error = max(found.error, 3.0 * point.rounding_of_gradient(name) / math.sqrt(v.size))
    if found.off <= TENFOLD * error:
        return "right"
    again = with_care(point, name, 1.7 * v)  # at other steps: of many elements some seem better known than they are
    if again.off <= TENFOLD * max(again.error, 1.7 * error):
        return "right"
    if not found.kink:
        return "wrong"
    for distance in DISTANCES if point.problem.moves else ():
        beside = point.beside(distance, index)
        there = settled(beside, name, v)
        if there.off <= TENFOLD * max(there.error, 3.0 * beside.rounding_of_gradient(name)):
            return "kink"
        if not there.kink:
            return "wrong"
    return "kink" if found.off <= 0.75 * found.kink else "wrong"  # the gradient lies between the two one-sided slopes


def _over(a: float, b: float) -> float:
    return min(a / b, 1.0) if b > 0.0 else 0.0

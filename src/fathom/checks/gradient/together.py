"""Many parameters in two evaluations: each along a Gaussian direction of its own, all moved at once.

If the gradients of k parameters are off by e_1, ..., e_k, the slope of J along (v_1, ..., v_k) is off by the sum of the <e_i, v_i>:
normal with the variance of all of them, never less than one's alone. Noise of J is the same whether one parameter moves or
many. So where J agrees with the gradient along all directions at once, each of them is known to be right as well as if it had been
moved alone; only where it does not are the parameters halved, and in the end looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fathom.checks.gradient.judge import ENOUGH, FEW, SHARP, Judgement
from fathom.checks.gradient.point import Point
from fathom.checks.gradient.slope import SIGMAS

MOST = 8_000_000
"""Elements that are moved at once: two copies of them are held."""
SHORTER = (1.0, 0.1, 0.01)
"""Steps of a large net, relative to the usual one: among many units some kinks lie within the first, few within the last."""


def cleared_together(point: Point, directions: int = 1) -> dict[str, Judgement]:
    """The parameters whose gradients are right as far as the noise of J lets them be told; the others are left out."""
    found: dict[str, Judgement] = {}
    for number in range(directions):
        names = [name for name in (found if number else point.values) if _can_be_told(point, name)]
        cleared = {name: one for group in _groups(point, names) for name, one in _cleared(point, group, number)}
        found = {name: max(one, found.get(name, one), key=lambda j: j.ratio) for name, one in cleared.items()}
    return found


def _can_be_told(point: Point, name: str) -> bool:
    """Whether the gradient is finite, and large enough beside the noise at the usual step."""
    size = point.norm(name)
    return SIGMAS * point.noise / point.step(name) <= sharp(point) * size < np.inf


def sharp(point: Point) -> float:
    """The floor, relative to a gradient, that is good enough at the first try."""
    return SHARP if point.size <= FEW else ENOUGH


def _groups(point: Point, names: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    held = 0
    for name in names:
        size = point.values[name].size
        if group and held + size > MOST:
            yield group
            group, held = [], 0
        group.append(name)
        held += size
    if group:
        yield group


def _cleared(point: Point, group: Sequence[str], number: int) -> Iterator[tuple[str, Judgement]]:
    steps = [1.0] if point.size <= FEW else SHORTER
    for shorter in steps:
        noise = SIGMAS * point.noise / shorter
        if not _sharp_enough(point, group, noise):
            break
        off, sided = _off(point, group, number, shorter)
        error = noise
        if off > noise and point.size > FEW:  # among so many units one is at a kink: the gradient is the slope on one side of it
            off, error = sided, noise + sided
        if off <= error and _sharp_enough(point, group, error):
            for name in group:
                per = point.step(name) * 2.0 * point.norm(name)
                yield name, Judgement(off / per, error / per, "right", off / point.step(name))
            return
    if len(group) > 1:
        middle = len(group) // 2
        yield from _cleared(point, group[:middle], number)
        yield from _cleared(point, group[middle:], number)


def _sharp_enough(point: Point, group: Sequence[str], error: float) -> bool:
    return all(error <= sharp(point) * point.step(name) * point.norm(name) for name in group)


def _off(point: Point, group: Sequence[str], number: int, shorter: float) -> tuple[float, float]:
    """By how much the slope of J misses what the gradients say, and by how much the better one of its one-sided slopes; for steps of 1."""
    ahead, back = dict(point.values), dict(point.values)
    claimed = 0.0
    for name in group:
        at = point.values[name]
        move = shorter * point.step(name) * point.direction(name, number)
        ahead[name], back[name] = np.asarray(at + move), np.asarray(at - move)
        claimed += float(np.vdot(point.given.arrays[name], np.subtract(ahead[name], back[name], out=move if at.ndim else None)))
    above, below = point.problem.J(ahead), point.problem.J(back)
    if not np.isfinite(above - below):
        return np.inf, 0.0
    sides = abs(above - point.J - claimed / 2.0), abs(point.J - below - claimed / 2.0)
    return abs(above - below - claimed) / (2.0 * shorter), min(sides) / shorter

"""The gradient by differences of every element, by the fastest way that a cost allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fathom.checks.gradient.elements import Costs, Indices, one_by_one
from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.slope import SIGMAS

MOST = 512
"""Elements at a time."""
HELD = 8_000_000
"""Numbers in the copies of a tensor that one batch of perturbations may hold."""


def ways(point: Point) -> Iterator[tuple[str, Costs]]:
    """The ways to the costs of many elements, the fastest first; the last one always works."""
    if point.problem.kind != "numpy" and point.problem.frozen is None:
        from fathom.checks.gradient.layers import above
        from fathom.checks.gradient.vmapped import at_once

        layered = above(point)
        if layered is not None:
            yield "layers", layered
        yield "vmap", at_once(point)
    yield "loop", one_by_one(point)


def trusted(point: Point, way: Costs, name: str, step: float) -> bool:
    """Whether a fast way gives the costs that the whole cost gives, on a few elements of a tensor."""
    size = point.values[name].size
    some = np.unique(np.linspace(0, size - 1, min(3, size)).astype(np.intp))
    try:
        fast = way(name, some, step)
    except Exception:  # whatever a cost raises that cannot be mapped
        return False
    slow = one_by_one(point)(name, some, step)
    return bool(np.all(np.abs(fast - slow) <= 4 * SIGMAS * point.noise))


def chunks(size: int, most: int = MOST) -> Iterator[Indices]:
    """The flat indices of a tensor, some at a time."""
    held = max(1, min(most, HELD // max(size, 1)))
    for begin in range(0, size, held):
        yield np.arange(begin, min(begin + held, size))


class Numerical:
    """The numerical gradient of every element, tensor by tensor.

    Args:
        point: where.
        two_sided: False takes (J(theta + eps) - J(theta)) / eps (C2W1-51).
        progress: called with the number of elements that are done.
    """

    def __init__(self, point: Point, *, two_sided: bool = True, progress: Callable[[int], None] | None = None) -> None:
        self.point, self.two_sided, self.progress = point, two_sided, progress
        self.done = 0
        self.stopped = False
        self.used: set[str] = set()
        self._ways = list(ways(point))

    def of(self, name: str) -> Array:
        """The gradient of one tensor by differences; NaN where Ctrl-C came first."""
        point, step = self.point, self.point.step(name)
        at = point.values[name]
        found = np.full(at.size, np.nan)
        way = self._way(name, step)
        try:
            for some in chunks(at.size, MOST if way is not self._ways[-1][1] else 16):
                found[some] = self._differences(way, name, some, step)
                self.done += len(some)
                if self.progress is not None:
                    self.progress(self.done)
        except KeyboardInterrupt:
            self.stopped = True
        return found.reshape(at.shape)

    def _way(self, name: str, step: float) -> Costs:
        while len(self._ways) > 1 and not trusted(self.point, self._ways[0][1], name, step):
            self._ways.pop(0)
        self.used.add(self._ways[0][0])
        return self._ways[0][1]

    def _differences(self, way: Costs, name: str, some: Indices, step: float) -> Array:
        at = self.point.values[name].reshape(-1)[some]
        above = way(name, some, step)
        if not self.two_sided:
            return np.asarray((above - self.point.J) / ((at + step) - at))
        return np.asarray((above - way(name, some, -step)) / ((at + step) - (at - step)))

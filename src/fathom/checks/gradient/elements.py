"""J with one element moved, for many elements: what every way to it gives, and the plainest way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array

Indices = NDArray[np.intp]
Costs = Callable[[str, Indices, float], Array]
"""(name, flat indices (k,), move) -> J (k,) with each of these elements alone moved."""


def one_by_one(point: Point) -> Costs:
    """An evaluation of the whole cost for each element."""

    def costs(name: str, indices: Indices, move: float) -> Array:
        moved = point.values[name].copy()
        flat = moved.reshape(-1)
        values = {**point.values, name: moved}
        found = np.empty(len(indices))
        for place, index in enumerate(indices):
            kept = flat[index]
            flat[index] = kept + move
            found[place] = point.problem.J(values)
            flat[index] = kept
        return found

    return costs

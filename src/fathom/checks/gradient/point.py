"""One theta at which a gradient is checked: J there, the gradient there, the noise of both, and the steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from fathom.checks.gradient.given import Given, read_gradient
from fathom.checks.gradient.noise import EPS, FAR, MORE, deviation, noise_of_cost, ray, rounding_of_cost
from fathom.checks.gradient.problem import Array, Problem, Values
from fathom.core.expectations import refuse
from fathom.core.seeding import generator

SHARE_OF_WHOLE = 0.01
"""A tensor much smaller than the others (biases that have hardly moved) gets at least this share of their scale."""
LARGEST_STEP = 1e-3
"""Relative to the scale."""
NUMBERS_ONLY = 1e-8
"""Rounding error of a gradient that was given as numbers, relative to its size: unlike a callable's it cannot be measured."""
ALL_AT_ONCE = 4_000_000
"""Parameters up to which several whole gradients are held in memory."""


class Point:
    """A theta with what is known there.

    Attributes:
        problem, values: the cost, and theta.
        given: the gradient to check.
        J: the cost at theta.
        seed: of the directions.
        label: what a sentence calls the point.
        eps: the step of every element, where the user asked for one.
    """

    def __init__(self, problem: Problem, values: Values, *, seed: int = 0, label: str = "", eps: float | None = None) -> None:
        self.problem, self.values, self.seed, self.label, self.eps = problem, dict(values), seed, label, eps
        known = problem.known if values is problem.start else None
        self.J = problem.J(values) if known is None else known
        if not math.isfinite(self.J):
            raise refuse("the cost", expected="a finite J at theta", got=str(self.J), fix="check a theta at which J is finite")
        raw = problem.raw_gradient(self.values) if known is None or problem.first is None else problem.first
        self.given: Given = read_gradient(raw, self.values)

    @cached_property
    def noise(self) -> float:
        """Standard deviation of J's rounding over moves as large as the steps."""
        return noise_of_cost(self.problem, self.values, self.J, FAR, self.seed)

    @cached_property
    def rounding(self) -> float:
        """Standard deviation of J's rounding without the kinks that are crossed on the way."""
        return rounding_of_cost(self.problem, self.values, self.J, self.noise, self.seed)

    @cached_property
    def scale(self) -> Mapping[str, float]:
        """What a tensor's elements are like in size: their root mean square, or a share of all tensors' where they are tiny."""
        squares = {name: float(np.vdot(value, value)) / value.size if value.size else 0.0 for name, value in self.values.items()}
        count = sum(value.size for name, value in self.values.items() if squares[name] > 0.0)
        whole = math.sqrt(sum(squares[name] * value.size for name, value in self.values.items()) / count) if count else 0.0
        scales = {name: math.sqrt(square) for name, square in squares.items()}
        return {name: (max(s, SHARE_OF_WHOLE * whole) if s > 0.0 else whole) or 1.0 for name, s in scales.items()}

    def step(self, name: str) -> float:
        """The step for a direction of unit Gaussians: the cube root of J's relative noise, times the tensor's scale."""
        if self.eps is not None:
            return self.eps
        relative = max(EPS, min(self.noise / abs(self.J), 1.0) if self.J else EPS)
        return min(relative ** (1 / 3), LARGEST_STEP) * self.scale[name]

    def direction(self, name: str, number: int = 0) -> Array:
        """The Gaussian direction of a tensor; the same for the same seed, so that none has to be kept."""
        shape = self.values[name].shape
        return np.asarray(generator(self.seed, "gradient direction", name, number).standard_normal(shape))

    def norm(self, name: str) -> float:
        """Norm of the gradient of one tensor; infinite where an element is not finite."""
        return self._norms[name]

    @cached_property
    def _norms(self) -> dict[str, float]:
        return {name: norm(g) for name, g in self.given.arrays.items()}

    @cached_property
    def size(self) -> int:
        """The number of parameters in all."""
        return sum(value.size for value in self.values.values())

    def rounding_of_gradient(self, name: str) -> float:
        """Norm of the rounding error of one tensor's gradient, as measured, or assumed where it cannot be."""
        size = self.norm(name)
        relative = self._relative_rounding
        typical = float(np.median(list(relative.values()))) if relative else 0.0
        return max(relative.get(name, 0.0), typical, 4 * EPS) * size

    @cached_property
    def _relative_rounding(self) -> dict[str, float]:
        if not self.problem.moves:
            return dict.fromkeys(self.values, max(NUMBERS_ONLY, EPS * self._ordinary_cost() / max(abs(self.J), 1e-300)))
        rays = [self._rounding_along(self.seed + number) for number in range(2)]
        return {name: min(one[name] for one in rays) for name in self.values}

    def _rounding_along(self, seed: int) -> dict[str, float]:
        """Relative rounding error by tensor, from the gradients along one ray; a kink on it would show as noise, hence two rays."""
        points = ray(self.values, FAR, seed, 4 if self.size > ALL_AT_ONCE else MORE)
        gradients = [self.given.arrays] + [read_gradient(self.problem.raw_gradient(at), at).arrays for at in points]
        found = {}
        for name in self.values:
            size = self.norm(name)
            noise = norm(deviation(np.array([g[name] for g in gradients])))
            found[name] = noise / size if size > 0.0 and math.isfinite(noise) else 0.0
        return found

    def _ordinary_cost(self) -> float:
        """J some way off, where it is as large as it usually is: what the roundings on the way to a small J are relative to."""
        rng = generator(self.seed, "gradient ordinary")
        away = {name: np.asarray(value + self.scale[name] * rng.standard_normal(value.shape)) for name, value in self.values.items()}
        J = self.problem.J(away)
        return abs(J) if math.isfinite(J) else abs(self.J)

    def beside(self, distance: float, number: int = 0) -> Point:
        """A point nearby, off the kinks that pass through this one; the distance is relative to each tensor's scale."""
        rng = generator(self.seed, "gradient beside", str(distance), number)
        moved = {
            name: np.asarray(value + distance * self.scale[name] * rng.standard_normal(value.shape)) for name, value in self.values.items()
        }
        return Point(self.problem, moved, seed=self.seed, label=self.label)


def norm(array: Array) -> float:
    """The Euclidean norm, whatever the scale.

    Example:
        >>> norm(np.array([3e-200, 4e-200]))
        5e-200
    """
    square = float(np.vdot(array, array))
    if 1e-200 < square < 1e200:
        return math.sqrt(square)
    largest = float(np.max(np.abs(array), initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return 0.0 if largest == 0.0 else math.inf
    return math.sqrt(float(np.vdot(array / largest, array / largest))) * largest

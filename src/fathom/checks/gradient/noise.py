"""Rounding noise, measured: by differences of high order, which leave nothing of a smooth function (Moré and Wild 2011, ECnoise)."""

from __future__ import annotations

import math

import numpy as np

from fathom.checks.gradient.problem import Array, Problem, Values
from fathom.core.seeding import generator

EPS = float(np.finfo(np.float64).eps)
POINTS = 4
"""Points beside the given one."""
MORE = 6
"""Of them, where it matters."""
NEAR = 3e-13
"""Relative spacing of points so close that hardly anything but rounding differs between them."""
FAR = 1e-7
"""Relative spacing of points as far apart as those of a two-sided difference; here an intermediate result that is itself
coarse, as 1 - a where a is nearly 1, shows its steps."""
BETWEEN = 1e-8
"""Still wide enough for most of those steps; a kink that is crossed weighs a tenth of what it does at FAR."""


def deviation(values: Array) -> Array:
    """Standard deviation of the noise in values at equally spaced points (p, ...), p at least 5.

    The k-th difference of a polynomial of a degree below k is 0, and that of independent noise has a variance of
    (2k)! / (k!)^2 times the noise's; the median of the third to the fifth order is taken.

    Example:
        >>> float(deviation(np.arange(6.0) ** 2))
        0.0
    """
    differences = np.diff(np.asarray(values, dtype=np.float64), n=2, axis=0)
    orders = []
    for order in range(3, min(len(values), 6)):
        differences = differences[1:] - differences[:-1]
        orders.append(np.sqrt(_WEIGHT[order] * (differences * differences).mean(axis=0)))
    return np.asarray(np.median(orders, axis=0)) if len(orders) == 3 else sum(orders) / len(orders)


_WEIGHT = {order: math.factorial(order) ** 2 / math.factorial(2 * order) for order in range(3, 6)}


def noise_of_cost(problem: Problem, values: Values, J: float, spacing: float, seed: int, points: int = POINTS) -> float:
    """Standard deviation of the rounding of J at a theta; at least that of rounding J itself."""
    costs = [J, *(problem.J(values_at) for values_at in ray(values, spacing, seed, points))]
    measured = float(deviation(np.array(costs))) if np.all(np.isfinite(costs)) else math.inf
    return max(measured, 0.3 * EPS * abs(J), 5e-324)


def ray(values: Values, spacing: float, seed: int, points: int = POINTS) -> list[dict[str, Array]]:
    """The points of a ray from theta: every tensor is scaled, each at a speed of its own."""
    drawn = generator(seed, "gradient noise", str(spacing)).uniform(-1.0, 1.0, len(values))
    speeds = dict(zip(values, ((drawn + np.sign(drawn)) * 0.5 * spacing).tolist(), strict=True))
    return [{name: np.asarray(value * (1.0 + i * speeds[name])) for name, value in values.items()} for i in range(1, points + 1)]


def rounding_of_cost(problem: Problem, values: Values, J: float, far: float, seed: int) -> float:
    """Standard deviation of J's rounding, kinks left out.

    Crossed kinks look like noise, but not along every ray, and the less the closer the points are; a coarse intermediate result
    has the same steps everywhere. So the least of three is taken, and never less than what the closest points show.
    """
    coarse = min(far, noise_of_cost(problem, values, J, FAR, seed + 1, MORE), noise_of_cost(problem, values, J, BETWEEN, seed, MORE))
    return max(coarse, noise_of_cost(problem, values, J, NEAR, seed, MORE))

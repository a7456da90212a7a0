"""Some training, so that the gradient can be checked again where the weights have left their start (C2W1-60)."""

from __future__ import annotations

import math

import numpy as np

from fathom.checks.gradient.given import read_gradient
from fathom.checks.gradient.point import norm
from fathom.checks.gradient.problem import Array, Problem, Values
from fathom.core.expectations import refuse

HALVINGS = 40


def after_training(problem: Problem, values: Values, steps: int) -> dict[str, Array]:
    """Theta after some steps of gradient descent along the gradient that is being checked.

    The rate is doubled after a step that lowers J, and halved until one does; a gradient so wrong that no step lowers J
    is followed all the same by a small step, since another theta is all that is wanted.

    Raises:
        UnusableInput: the gradient is known at one theta alone.
    """
    if not problem.moves:
        raise refuse(
            "`also_after`",
            expected="a gradient that can be had at other thetas too",
            got="a mapping of numbers",
            fix="pass gradient= a callable",
        )
    here, J = dict(values), problem.J(values)
    size = math.sqrt(sum(norm(v) ** 2 for v in here.values())) or 1.0
    rate = math.nan
    for _ in range(steps):
        given = read_gradient(problem.raw_gradient(here), here).arrays
        slope = math.sqrt(sum(norm(g) ** 2 for g in given.values()))
        if not math.isfinite(slope) or slope == 0.0:
            break
        rate = 0.05 * size / slope if math.isnan(rate) else 2.0 * rate
        here, J, rate = _step(problem, here, given, J, rate)
    return here


def _step(problem: Problem, here: Values, given: Values, J: float, rate: float) -> tuple[dict[str, Array], float, float]:
    there = dict(here)
    for _ in range(HALVINGS):
        there = {name: np.asarray(value - rate * given[name]) for name, value in here.items()}
        after = problem.J(there)
        if after < J:
            return there, after, rate
        rate /= 2.0
    return there, J, rate

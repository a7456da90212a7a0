"""A backward pass written by hand, with the slips that people make in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fathom.testing.faults.set_up import Family

Array = NDArray[np.float64]
Arrays = Mapping[str, Array]
ROWS = np.random.default_rng
NO_SLIP = ""


@dataclass(frozen=True, kw_only=True)
class Passes:
    """A cost, its parameters, and its gradient by hand.

    Attributes:
        family: of its layers.
        theta: seed -> parameters.
        cost: (parameters, seed of the data) -> scalar.
        gradient: (parameters, seed of the data, slip) -> gradients; right where the slip is "".
        slips: slip -> the parameters whose gradient it spoils, all of them.
    """

    family: Family
    theta: Callable[[int], dict[str, Array]]
    cost: Callable[[Arrays, int], float]
    gradient: Callable[[Arrays, int, str], dict[str, Array]]
    slips: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class GradientCase:
    """What is given to `check_gradient`, and which parameters must be named; none where the gradient is right."""

    name: str
    family: Family
    theta: dict[str, Array]
    cost: Callable[[Arrays], float]
    gradient: Callable[[Arrays], dict[str, Array]]
    named: frozenset[str]


def case(passes: Passes, slip: str = NO_SLIP, seed: int = 0) -> GradientCase:
    """The passes with one slip, or right."""
    return GradientCase(
        name=f"{passes.family}: {slip or 'right'}",
        family=passes.family,
        theta=passes.theta(seed),
        cost=partial(_first(passes.cost), seed=seed),
        gradient=partial(_with_slip, passes.gradient, seed=seed, slip=slip),
        named=passes.slips[slip] if slip else frozenset(),
    )


def _first(cost: Callable[[Arrays, int], float]) -> Callable[..., float]:
    return lambda theta, *, seed: float(cost(theta, seed))


def _with_slip(gradient: Callable[[Arrays, int, str], dict[str, Array]], theta: Arrays, *, seed: int, slip: str) -> dict[str, Array]:
    return gradient(theta, seed, slip)


def names(*listed: str) -> frozenset[str]:
    """The parameters in these words, as a set: "W1 b1" are two."""
    return frozenset(name for one in listed for name in one.split())

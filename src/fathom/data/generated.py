"""Sets that are generated: two classes in the plane, with formulas, from a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator

Points = tuple[NDArray[np.float64], NDArray[np.int64]]

ROWS = 400
NOISE = {"circles": 0.1, "moons": 0.2, "spirals": 0.1}
"""Standard deviation of the normal noise on both coordinates, where none is given."""


def generate(name: str, n: int, noise: float, seed: int) -> Points:
    """Points in the plane and their classes.

    Args:
        name: "circles", "moons" or "spirals".
        n: points; class 0 gets n // 2, class 1 the rest, in random order.
        noise: standard deviation of the noise added to both coordinates.
        seed: the same seed gives the same points everywhere.

    Returns:
        (n, 2) float64 and (n,) int64 of 0 and 1.

    Example:
        >>> points, classes = generate("moons", 5, 0.0, seed=0)
        >>> points.shape, int(classes.sum())
        ((5, 2), 3)
    """
    source = generator(seed, "sample", name)
    counts = (n // 2, n - n // 2)
    clean = np.concatenate([SHAPES[name](source.random(count), c) for c, count in enumerate(counts)])
    points = clean + noise * source.standard_normal(clean.shape)
    order = source.permutation(n)
    return points[order], np.repeat([0, 1], counts)[order]


def circle(u: NDArray[np.float64], c: int) -> NDArray[np.float64]:
    """r (cos 2 pi u, sin 2 pi u) with r = 1 for class 0 and 1/2 for class 1; u (n,) uniform in [0, 1)."""
    radius = 1.0 if c == 0 else 0.5
    return radius * np.stack([np.cos(2 * np.pi * u), np.sin(2 * np.pi * u)], axis=1)


def moon(u: NDArray[np.float64], c: int) -> NDArray[np.float64]:
    """(cos pi u, sin pi u) for class 0; (1 - cos pi u, 1/2 - sin pi u) for class 1."""
    x, y = np.cos(np.pi * u), np.sin(np.pi * u)
    return np.stack([x, y] if c == 0 else [1.0 - x, 0.5 - y], axis=1)


def spiral(u: NDArray[np.float64], c: int) -> NDArray[np.float64]:
    """r (cos a, sin a) with r = 0.2 + 1.8 sqrt(u) and a = 1.75 r pi + c pi: two arms, one turned by half a turn, 1.6 turns each."""
    radius = 0.2 + 1.8 * np.sqrt(u)  # the root spreads the points evenly along the arm
    angle = 1.75 * np.pi * radius + np.pi * c
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


SHAPES: dict[str, Callable[[NDArray[np.float64], int], NDArray[np.float64]]] = {"circles": circle, "moons": moon, "spirals": spiral}

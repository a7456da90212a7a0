"""The gradient by two-sided differences, one number at a time: the slowest and plainest there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def numerical_gradient(
    J: Callable[[dict[str, Array]], float], parameters: Mapping[str, Array], *, epsilon: float = 1e-7
) -> dict[str, Array]:
    """(J(theta + epsilon) - J(theta - epsilon)) / (2 epsilon), one number at a time (C2W1-52, 54)."""
    gradients = {name: np.zeros_like(value) for name, value in parameters.items()}
    for name, value in parameters.items():
        for i in np.ndindex(value.shape):
            nudge = np.zeros_like(value)
            nudge[i] = epsilon
            above, below = J({**parameters, name: value + nudge}), J({**parameters, name: value - nudge})
            gradients[name][i] = (above - below) / (2 * epsilon)
    return gradients


def distance(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    """||one - other|| / (||one|| + ||other||) over all numbers together (C2W1-54)."""
    a, b = (np.concatenate([np.ravel(side[name]) for name in sorted(one)]) for side in (one, other))
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))

"""Exponentially weighted averages and the decay of the learning rate, as the course prints them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def averages(theta: ArrayLike, beta: float, *, corrected: bool = False) -> NDArray[np.float64]:
    """Exponentially weighted averages v_t = beta v_(t-1) + (1 - beta) theta_t, v_0 = 0, for t = 1.. (C2W2-05).

    Args:
        theta: (T,) the series.
        beta: about 1 / (1 - beta) values count (C2W2-06).
        corrected: divide by 1 - beta^t (C2W2-09).
    """
    v, out = 0.0, []
    for t, value in enumerate(np.asarray(theta, dtype=np.float64), start=1):
        v = beta * v + (1 - beta) * value
        out.append(v / (1 - beta**t) if corrected else v)
    return np.array(out)


def decayed(alpha0: float, decay_rate: float, epoch: int) -> float:
    """alpha = alpha0 / (1 + decay_rate * epoch) (C2W2-13), epoch counted from 1."""
    return alpha0 / (1 + decay_rate * epoch)

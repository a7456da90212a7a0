"""How many rows of a large train set are evaluated: as many as the interval that is wanted needs."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator

WHILE_TRAINING = 0.01
"""Half-width of the 95% interval of a rate of 1/2 in the history: one point, 9,604 rows."""

AT_THE_END = 0.005
"""The same for the ladder: half a point at worst, 38,415 rows; at a rate of 5% it is 0.2 points."""


def rows_for(half_width: float, level: float = 0.95) -> int:
    """Rows that give a rate of 1/2, the worst case, an interval of that half-width: (z / (2 h))^2.

    Example:
        >>> rows_for(0.01)
        9604
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return math.ceil((z / (2 * half_width)) ** 2)


def subset(rows: int, half_width: float, seed: int) -> NDArray[np.int64]:
    """The positions (sorted, int64) of a fixed subset of `rows` examples, all of them where they are few enough."""
    wanted = rows_for(half_width)
    if rows <= wanted:
        return np.arange(rows, dtype=np.int64)
    return np.sort(generator(seed, "measured rows").choice(rows, size=wanted, replace=False)).astype(np.int64)

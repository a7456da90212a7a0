"""The random numbers of an epoch's altered pictures, all drawn before the first is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator

EVEN = ("flip", "upside_down", "down", "right", "turn", "lean", "zoom", "cut_down", "cut_right", "color_0", "color_1", "color_2", "color_3")
"""Numbers in [0, 1) of every picture, whatever is altered: a change of one strength leaves the others' numbers as they were."""

NORMAL = ("pca_0", "pca_1", "pca_2", "pca_3")

PLACE = {name: column for column, name in enumerate((*EVEN, *NORMAL))}
"""The column of each."""


def draws(seed: int, epoch: int, rows: int) -> NDArray[np.float32]:
    """The numbers of all pictures of an epoch, in the order in which they are visited.

    Args:
        seed: the data seed, which also decides the order.
        epoch: counted from 1.
        rows: m.

    Returns:
        (rows, 17), by `PLACE`.

    Example:
        >>> a, b = draws(0, 1, 5), draws(0, 1, 5)
        >>> a.shape, bool((a == b).all()), bool((a == draws(0, 2, 5)).any())
        ((5, 17), True, False)
    """
    source = generator(seed, "augment", epoch)
    even = source.random((rows, len(EVEN)), dtype=np.float32)
    return np.concatenate([even, source.standard_normal((rows, len(NORMAL)), dtype=np.float32)], axis=1)

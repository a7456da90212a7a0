"""Input columns that are the pixels of a picture: pixel_0_0, pixel_0_1 and so on, row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fathom.core.records.picture import Picture

FEWEST, MOST = 4, 64
"""Pixels each way; a page holds no larger pictures."""

_PIXEL = re.compile(r"(.*?)(\d{1,3})[_ x,](\d{1,3})\D*", re.DOTALL)


def picture_shape(names: Sequence[str]) -> tuple[int, int] | None:
    """(rows, columns) of the picture that the columns are, in reading order; None where they are none.

    Example:
        >>> picture_shape([f"pixel_{i}_{j}" for i in range(8) for j in range(6)])
        (8, 6)
        >>> picture_shape(["age", "height_1_2"]) is None
        True
    """
    found = [_PIXEL.fullmatch(name) for name in names[: MOST * MOST + 1]]
    if len(names) > MOST * MOST or any(match is None for match in found):
        return None
    places = [(int(match[2]), int(match[3])) for match in found if match is not None]
    rows, columns = (1 + max((place[i] for place in places), default=0) for i in (0, 1))
    same = len({match[1] for match in found if match is not None}) == 1
    whole = same and places == [(i, j) for i in range(rows) for j in range(columns)]
    return (rows, columns) if whole and min(rows, columns) >= FEWEST and max(rows, columns) <= MOST else None


def drawn(rows: ArrayLike, picture: Picture) -> NDArray[np.uint8]:
    """Rows (n, columns) as pictures (n, height, width[, channels]) of at most 64 pixels each way, every so many left out.

    Colors from 0 to 255 or from 0 to 1 stand for themselves; gray goes from 0 for the smallest of all to 255 for the largest.
    """
    values = picture.pixels(np.asarray(rows, dtype=np.float64))
    step = -(-max(picture.height, picture.width) // MOST)
    values = values[:, ::step, ::step]
    if picture.channels == 1:
        return pictures(values, values.shape[1:3])
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    if low < 0 or high > 255:
        return pictures(values, values.shape[1:])
    return np.round(np.nan_to_num(values) * (255 if high <= 1 else 1)).astype(np.uint8)


def pictures(pixels: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Pixels (n, rows * columns) -> gray (n, rows, columns) from 0 for the smallest of all to 255 for the largest."""
    values = np.nan_to_num(np.asarray(pixels, dtype=np.float64))
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    gray = np.round(255 * (values - low) / (high - low)) if high > low else np.zeros(values.shape)
    return gray.astype(np.uint8).reshape(-1, *shape)

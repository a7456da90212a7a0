"""Colors of the plane of two inputs: one a class, paler where the net is less sure; a scale for numbers.

They are the same on light and on dark pages, and the first eight are told apart by people who see no red or no green (after
Okabe and Ito, https://jfly.uni-koeln.de/color/); from the ninth class on they come again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES = ("#2f7fd0", "#e2791c", "#11936a", "#b85fa3", "#8a7a1f", "#35a9c9", "#c8402f", "#7b7f86")

SCALE = ("#3b4c9b", "#3f7cb5", "#5fb0b0", "#a9cf9a", "#f0d57f", "#f0a24f", "#cf5c3a")
"""Of numbers, small to large."""

STEPS = 24
"""Shades of a class, and of a scale: bands as on a map."""

PALEST, FULLEST = 0.08, 0.38
"""How much of a class's color covers the page, where two classes are level and where one is sure."""


def of_class(index: int) -> str:
    """The color of a class.

    Example:
        >>> of_class(0), of_class(8) == of_class(0)
        ('#2f7fd0', True)
    """
    return CLASSES[index % len(CLASSES)]


def of_classes(answer: ArrayLike, sureness: ArrayLike, classes: int) -> NDArray[np.uint8]:
    """Classes and their probabilities (rows, columns) -> red, green, blue, alpha (rows, columns, 4)."""
    index = np.asarray(answer, dtype=np.int64)
    level = 1.0 / max(classes, 2)
    ahead = np.clip((np.asarray(sureness, dtype=np.float64) - level) / (1.0 - level), 0.0, 1.0)
    cover = PALEST + (FULLEST - PALEST) * np.round(ahead * STEPS) / STEPS
    colors = np.array([_parts(color) for color in CLASSES])[index % len(CLASSES)]
    return np.concatenate([colors, np.round(255 * cover)[..., None]], axis=-1).astype(np.uint8)


def of_numbers(values: ArrayLike, low: float, high: float) -> NDArray[np.uint8]:
    """Numbers (any shape) -> red, green, blue, alpha (the shape, 4), in bands from `low` to `high`."""
    share = _banded(np.asarray(values, dtype=np.float64), low, high)
    stops = np.linspace(0.0, 1.0, len(SCALE))
    table = np.array([_parts(color) for color in SCALE])
    channels = [np.interp(share, stops, table[:, c]) for c in range(3)]
    return np.round(np.stack([*channels, np.full(share.shape, 255.0)], axis=-1)).astype(np.uint8)


def hexes(colors: NDArray[np.uint8]) -> list[str]:
    """(n, 4) -> '#rrggbb' each, alpha left out."""
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colors[:, :3].tolist()]


def _banded(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    share = np.clip((values - low) / (high - low), 0.0, 1.0) if high > low else np.full(values.shape, 0.5)
    return (np.minimum(np.floor(share * STEPS), STEPS - 1) + 0.5) / STEPS


def _parts(color: str) -> Sequence[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]

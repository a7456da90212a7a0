"""What can be said of a picture in a word: brightness, contrast, sharpness, how much of it is bright, where, how wide and how high."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def picture_measures(pictures: NDArray[np.float32]) -> Iterator[tuple[str, Values]]:
    """Measures of gray pictures, an array for each.

    brightness mean(x) and contrast std(x) of x in units of the brightest pixel a picture can have (1, 16 or 255); sharpness, the mean
    absolute step to the next pixel over the contrast; the bright share, above half of the picture's own range; the center of mass from the
    middle, in widths; the spread about it.

    Args:
        pictures: (n, height, width), finite, at least 0.

    Yields:
        A name and (n,) numbers.

    Example:
        >>> pictures = np.zeros((1, 4, 4), dtype=np.float32); pictures[0, :, 2:] = 1
        >>> {name: float(v[0]) for name, v in picture_measures(pictures)}["brightness"]
        0.5
    """
    x = pictures.astype(np.float64) / _brightest(pictures)
    yield "brightness", x.mean(axis=(1, 2))
    contrast = x.std(axis=(1, 2))
    yield "contrast", contrast
    steps = (np.abs(np.diff(x, axis=1)).mean(axis=(1, 2)) + np.abs(np.diff(x, axis=2)).mean(axis=(1, 2))) / 2
    yield "sharpness", steps / np.maximum(contrast, 1e-9)
    low, high = x.min(axis=(1, 2)), x.max(axis=(1, 2))
    yield "bright share", (x > ((low + high) / 2)[:, None, None]).mean(axis=(1, 2))
    yield from _moments(x - low[:, None, None])


def _brightest(pictures: NDArray[np.float32]) -> float:
    """The scale that pictures are stored in: 1, 16 (scikit-learn's digits) or 255, whichever holds them."""
    most = float(pictures.max(initial=0.0))
    return next((scale for scale in (1.0, 16.0, 255.0) if most <= scale), most)


def _moments(x: Values) -> Iterator[tuple[str, Values]]:
    mass = np.maximum(x.sum(axis=(1, 2)), 1e-9)
    for axis, name, size in ((2, "left to right", "width"), (1, "top to bottom", "height")):
        n = x.shape[axis]
        along = (np.arange(n) + 0.5) / n - 0.5
        weights = x.sum(axis=3 - axis) / mass[:, None]
        center = weights @ along
        yield f"center {name}", center
        yield size, np.sqrt(np.maximum(weights @ along**2 - center**2, 0.0))

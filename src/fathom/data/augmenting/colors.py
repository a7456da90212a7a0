"""What train's colors are like: the range of its pixels, and the principal axes of its channels (C4W2-26, 27)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.picture import Picture

PICTURES = 2_000
"""Pictures at most, evenly spaced over train, by which the axes are found."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Colors:
    """In units of normalized pixels, channel by channel; c of them.

    Attributes:
        low, high: (c,) the least and the greatest value of a pixel of train, over all channels, as each channel has it.
        axes: (c, c) one row a principal axis, as long as the deviation of the colors along it.
    """

    low: Numbers
    high: Numbers
    axes: Numbers

    @classmethod
    def of(cls, rows: NDArray[np.float32], picture: Picture, std: Numbers, mean: Numbers) -> Colors:
        """Measure train.

        Args:
            rows: (n, columns) normalized pixels of train.
            picture: that a row is.
            std, mean: (c,) that each channel was normalized by.
        """
        channel = picture.channel_of
        each = [rows[:, channel == c] for c in range(picture.channels)]
        low = min(float(x.min()) * s + m for x, s, m in zip(each, std, mean, strict=True))
        high = max(float(x.max()) * s + m for x, s, m in zip(each, std, mean, strict=True))
        some = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), PICTURES)).astype(np.int64))
        return cls((low - mean) / std, (high - mean) / std, _axes(np.stack([x[some].reshape(-1) for x in each]), std) / std)


def _axes(pixels: NDArray[np.float32], std: Numbers) -> Numbers:
    """(c, pixels) normalized -> (c, c) eigenvectors of the covariance of the pixels themselves, times the roots of its eigenvalues."""
    raw = pixels.astype(np.float64) * std[:, None]
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(raw, bias=True)))
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(vectors))])  # an axis has two directions; take one
    return np.asarray((vectors * signs * np.sqrt(np.maximum(values, 0.0))).T)

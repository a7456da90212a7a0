"""Pictures turned, moved, scaled and mirrored: (n, h, w) in, (n, h, w) out; plain NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float64]
Numbers = NDArray[np.float64]

CELLS = 2_000_000
"""Pixels that are computed at a time."""


def warp(images: Images, *, angle: Numbers, down: Numbers, right: Numbers, scale: Numbers) -> Images:
    """Turn, scale and move each picture about its center, with bilinear interpolation.

    The pixel at p comes from c + R (p - c - shift) / scale, where c is the center and R the rotation back by the angle. Places outside
    the picture take the nearest pixel of its edge, so that values stay in the picture's own range.

    Args:
        images: (n, h, w).
        angle: (n,) degrees, counterclockwise as the picture is looked at.
        down, right: (n,) pixels.
        scale: (n,) above 0; 2 shows everything twice as large.

    Returns:
        (n, h, w); bit for bit the input where angle, down and right are 0 and scale is 1.

    Example:
        >>> cross = np.array([[[0.0, 1.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]])
        >>> one, zero = np.ones(1), np.zeros(1)
        >>> warp(cross, angle=90 * one, down=zero, right=zero, scale=one).round(6)[0].tolist()
        [[0.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]
    """
    out = np.empty_like(images)
    chunk = max(1, CELLS // max(1, images[0].size if len(images) else 1))
    for start in range(0, len(images), chunk):
        part = slice(start, start + chunk)
        y, x = _sources(images.shape[1:], angle[part], down[part], right[part], scale[part])
        out[part] = _bilinear(images[part], y, x)
    return out


def mirror(images: Images) -> Images:
    """Left and right exchanged (C2W1-36); twice is the identity.

    Example:
        >>> mirror(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
        [[[2.0, 1.0], [4.0, 3.0]]]
    """
    return images[:, :, ::-1].copy()


def _sources(size: tuple[int, ...], angle: Numbers, down: Numbers, right: Numbers, scale: Numbers) -> tuple[Numbers, Numbers]:
    """Where each pixel comes from: (n, h, w) rows and columns."""
    h, w = size
    turn = np.deg2rad(angle)[:, None, None]
    cos, sin, zoom = np.cos(turn), np.sin(turn), scale[:, None, None]
    y = (np.arange(h)[None, :, None] - (h - 1) / 2 - down[:, None, None]) / zoom
    x = (np.arange(w)[None, None, :] - (w - 1) / 2 - right[:, None, None]) / zoom
    return sin * x + cos * y + (h - 1) / 2, cos * x - sin * y + (w - 1) / 2


def _bilinear(images: Images, y: Numbers, x: Numbers) -> Images:
    n, h, w = images.shape
    y, x = np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)
    top, left = np.minimum(np.floor(y), max(h - 2, 0)).astype(np.int64), np.minimum(np.floor(x), max(w - 2, 0)).astype(np.int64)
    below, beside = y - top, x - left
    each = np.arange(n)[:, None, None]
    bottom, end = np.minimum(top + 1, h - 1), np.minimum(left + 1, w - 1)
    upper = images[each, top, left] * (1 - beside) + images[each, top, end] * beside
    lower = images[each, bottom, left] * (1 - beside) + images[each, bottom, end] * beside
    mixed = upper * (1 - below) + lower * below
    return np.clip(mixed, images.min(axis=(1, 2), keepdims=True), images.max(axis=(1, 2), keepdims=True))

"""Where in a tensor its gradient is wrong: rows, columns or elements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.checks.gradient.judge import TENFOLD
from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.slope import SIGMAS, at_first

Mask = NDArray[np.bool_]
SHOWN = 6
"""Rows or elements that a sentence names."""
BRANCHES = 8
"""Wrong pieces of a tensor that are followed further at once."""
SHARE = 1e-3
"""A piece is wrong only where it carries this share of the whole tensor's disagreement: the rest is curvature and kinks."""


@dataclass(frozen=True)
class Place:
    """A part of a tensor.

    Attributes:
        words: "in rows 3 and 7", "in the element (0, 1)"; "" for the tensor as a whole.
        mask: the elements, or None where it is the whole.
    """

    words: str
    mask: Mask | None = None


def of_mask(wrong: Mask) -> Place:
    """A place in words from the elements that are wrong.

    Example:
        >>> of_mask(np.array([[False, False], [True, True], [False, False]])).words
        'in row 1'
    """
    if wrong.all() or not wrong.any() or wrong.ndim == 0:
        return Place("")
    if wrong.ndim >= 2:
        for word, axis in (("row", 0), ("column", 1)):
            along = np.moveaxis(wrong, axis, 0).reshape(wrong.shape[axis], -1)
            hit = along.any(axis=1)
            if hit.all() or along[hit].mean() < 0.75:  # a row with some elements by chance too small to tell is a row
                continue
            whole = np.zeros_like(wrong)
            np.moveaxis(whole, axis, 0)[hit] = True
            return Place(f"in {_listed(word, np.flatnonzero(hit))}", whole)
    at = np.argwhere(wrong)
    if len(at) > SHOWN:
        return Place(f"in {len(at):,} of {wrong.size:,} elements, {tuple(int(i) for i in at[0])} the first", wrong)
    texts = [str(tuple(int(i) for i in index)) if wrong.ndim > 1 else str(int(index[0])) for index in at]
    return Place(f"in {'element' if len(at) == 1 else 'elements'} {_and(texts)}", wrong)


def by_bisection(point: Point, name: str, off: float) -> Place:
    """A place by halving the tensor along its rows, then its columns; two evaluations for each piece.

    Args:
        point, name: which tensor.
        off: norm of the whole tensor's disagreement.
    """
    shape = point.values[name].shape
    for axis, word in ((0, "row"), (1, "column")):
        if axis >= len(shape) or shape[axis] < 2:
            continue
        wrong = _pieces(point, name, axis, off)
        if wrong is not None:
            mask = np.zeros(shape, dtype=bool)
            np.moveaxis(mask, axis, 0)[wrong] = True
            inner = _elements(point, name, axis, wrong, off) if len(shape) == 2 else None
            return inner or Place(f"in {_listed(word, np.array(wrong))}", mask)
    return Place("")


def _pieces(point: Point, name: str, axis: int, off: float, within: Mask | None = None) -> list[int] | None:
    """The indices along an axis that are wrong, or None where they are too many to follow."""
    waiting, found = [(0, point.values[name].shape[axis])], list[int]()
    while waiting:
        if len(waiting) + len(found) > BRANCHES:
            return None
        below = []
        for low, high in waiting:
            if not _wrong(point, name, _slab(point, name, axis, low, high, within), off):
                continue
            if high - low == 1:
                found.append(low)
            else:
                middle = (low + high) // 2
                below += [(low, middle), (middle, high)]
        waiting = below
    return sorted(found) or None


def _elements(point: Point, name: str, axis: int, wrong: list[int], off: float) -> Place | None:
    """Single elements within the wrong rows (or columns), where they are few."""
    mask = np.zeros(point.values[name].shape, dtype=bool)
    if mask.shape[1 - axis] < 2:
        return None
    for index in wrong:
        within = np.zeros_like(mask)
        np.moveaxis(within, axis, 0)[index] = True
        across = _pieces(point, name, 1 - axis, off, within)
        if across is None:
            return None
        hit = np.zeros_like(mask)
        np.moveaxis(hit, 1 - axis, 0)[across] = True
        mask |= hit & within
    return of_mask(mask)


def _slab(point: Point, name: str, axis: int, low: int, high: int, within: Mask | None) -> Array:
    v = point.direction(name, 77)
    kept = np.zeros_like(v)
    np.moveaxis(kept, axis, 0)[low:high] = np.moveaxis(v, axis, 0)[low:high]
    return kept if within is None else kept * within


def _wrong(point: Point, name: str, v: Array, off: float) -> bool:
    found = at_first(point, name, v)
    return found.off > max(TENFOLD * found.error, SHARE * off)


def noise_of_elements(point: Point, name: str) -> float:
    """The error of a two-sided difference for one element."""
    return SIGMAS * point.noise / point.step(name)


def _listed(word: str, indices: NDArray[np.intp]) -> str:
    texts = [str(int(i)) for i in indices[:SHOWN]]
    more = len(indices) - SHOWN
    if more > 0:
        return f"{len(indices)} {word}s ({', '.join(texts)} and {more} more)"
    return f"{word if len(indices) == 1 else word + 's'} {_and(texts)}"


def _and(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"

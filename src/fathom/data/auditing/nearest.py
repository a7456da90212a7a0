"""The nearest rows of a set to some rows, exactly, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

BLOCK = 4_096
"""Rows of the pool at a time."""

QUERIES = 1_024
"""Rows that are asked about at a time."""


def nearest(
    asked: Features, pool: Features, k: int, itself: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k nearest rows of `pool` to each of the rows `asked`, by Euclid.

    Products in float32 find them; the distances of those that were found are then taken from differences, so that two rows that are
    nearly the same are not blurred.

    Args:
        asked: (q, d).
        pool: (n, d).
        k: at most n, less one with `itself`.
        itself: (q,) each asked row's own place in the pool, which does not count; None where they are not in it.

    Returns:
        (q, k) distances, smallest first; (q, k) places in the pool.

    Example:
        >>> d, at = nearest(np.array([[0.0]], np.float32), np.array([[3.0], [1.0], [9.0]], np.float32), 2)
        >>> d.tolist(), at.tolist()
        ([[1.0, 3.0]], [[1, 0]])
    """
    squares = np.einsum("ij,ij->i", pool, pool)
    found = [_found(asked[i : i + QUERIES], pool, squares, k, None if itself is None else itself[i : i + QUERIES]) for i in _starts(asked)]
    if not found:
        return np.zeros((0, k)), np.zeros((0, k), dtype=np.int64)
    distances, places = zip(*found, strict=True)
    return np.concatenate(distances), np.concatenate(places)


def _starts(asked: Features) -> range:
    return range(0, len(asked), QUERIES)


def _found(
    asked: Features, pool: Features, squares: Features, k: int, itself: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    best = np.full((len(asked), k), np.inf, dtype=np.float32)
    places = np.zeros((len(asked), k), dtype=np.int64)
    turned: Features = asked * np.float32(-2.0)
    for start in range(0, len(pool), BLOCK):
        block = pool[start : start + BLOCK]
        score: Features = turned @ block.T
        score += squares[start : start + BLOCK]  # the square of the distance, less that of the asked row, which ranks the same
        if itself is not None:
            here = np.flatnonzero((itself >= start) & (itself < start + len(block)))
            score[here, itself[here] - start] = np.inf
        _improve(best, places, score, start)
    return _exact(asked, pool, places)


def _improve(best: Features, places: NDArray[np.int64], score: Features, start: int) -> None:
    """Keep the k best of what was kept and of this block; a late block has few rows that come into question, and only these are sorted."""
    k = best.shape[1]
    last = best.max(axis=1)
    if np.isinf(last).any():
        few = min(k, score.shape[1])
        at = np.argpartition(score, few - 1, axis=1)[:, :few]
        _merge(best, places, np.arange(len(best)), np.take_along_axis(score, at, axis=1), at + start)
        return
    flat = np.flatnonzero(score < last[:, None])
    rows, columns = np.divmod(flat, score.shape[1])
    better, first, counts = np.unique(rows, return_index=True, return_counts=True)
    if not len(better):
        return
    nth = np.arange(len(rows)) - np.repeat(first, counts)
    among = np.full((len(better), counts.max()), np.inf, dtype=np.float32)
    at = np.zeros(among.shape, dtype=np.int64)
    line = np.repeat(np.arange(len(better)), counts)
    among[line, nth] = score.reshape(-1)[flat]
    at[line, nth] = columns + start
    _merge(best, places, better, among, at)


def _merge(best: Features, places: NDArray[np.int64], rows: NDArray[np.int64], among: Features, at: NDArray[np.int64]) -> None:
    """The k best of `rows`, with others (r, m) that lie `at` places of the pool."""
    k = best.shape[1]
    both, where = np.concatenate([best[rows], among], axis=1), np.concatenate([places[rows], at], axis=1)
    kept = np.argpartition(both, k - 1, axis=1)[:, :k]
    best[rows] = np.take_along_axis(both, kept, axis=1)
    places[rows] = np.take_along_axis(where, kept, axis=1)


def _exact(asked: Features, pool: Features, places: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    distances = np.empty(places.shape)
    for j in range(places.shape[1]):
        difference = asked.astype(np.float64) - pool[places[:, j]]
        distances[:, j] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(places, order, axis=1)

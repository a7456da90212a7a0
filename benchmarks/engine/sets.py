"""The rows that every peer trains on: the same float32 inputs and whole-number classes."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.cases import Case

FOLDER = Path("/usr/share/datasets/fashion-mnist")

Rows = tuple[NDArray[np.float32], NDArray[np.int64]]


@functools.cache
def rows_of(case: Case) -> Rows:
    """Inputs (m, ...) and classes (m,) of a case."""
    X, y = _cancer(case.rows) if case.data == "breast-cancer" else _fashion(case.rows)
    return np.ascontiguousarray(X.reshape(len(X), *case.image)), y


def named(case: Case) -> str:
    """What the rows are, in words."""
    if case.data == "breast-cancer":
        return f"breast-cancer, resampled to {case.rows:,} rows"
    return f"{case.rows:,} images of {'Fashion-MNIST' if _files() else 'seeded noise in the shape of Fashion-MNIST'}"


def _cancer(count: int) -> Rows:
    """Standardized, and drawn again with replacement until there are enough."""
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    taken = np.random.default_rng(0).integers(0, len(X), count)
    return X[taken].astype(np.float32), y[taken].astype(np.int64)


def _fashion(count: int) -> Rows:
    found = _files()
    if not found:
        source = np.random.default_rng(0)
        return source.random((count, 784), dtype=np.float32), source.integers(0, 10, count)
    from fathom.data.sources.idx import read_idx

    pixels, classes = (read_idx(path)[:count] for path in found)
    return pixels.reshape(len(pixels), 784) / np.float32(255), classes.astype(np.int64)


def _files() -> list[Path]:
    """The two files of Fashion-MNIST's training set, or none."""
    found = [next(iter(FOLDER.glob(f"train-{part}-*")), None) for part in ("images", "labels")]
    return [path for path in found if path is not None] if all(found) else []

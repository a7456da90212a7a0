"""Small batches of real data: scikit-learn's bundled tables, and the texts that describe them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SETS = ("digits", "breast_cancer", "wine", "diabetes")


class Batch(NamedTuple):
    """Inputs and targets, one row an example."""

    x: Tensor
    y: Tensor


@lru_cache
def _table(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    return np.asarray(bunch.data, dtype=np.float64), np.asarray(bunch.target, dtype=np.float64)


def raw(name: str, n: int) -> Batch:
    """`n` rows of a set as they are, drawn by torch's generator; classes are whole numbers."""
    x, y = _table(name)
    rows = torch.randperm(len(x))[:n]
    target = torch.tensor(y)[rows]
    return Batch(torch.tensor(x, dtype=torch.float32)[rows], target.float() if name == "diabetes" else target.long())


def _scaled(name: str, n: int) -> Batch:
    x, _ = _table(name)
    batch = raw(name, n)
    return Batch((batch.x - torch.tensor(x.mean(0)).float()) / torch.tensor(x.std(0)).float(), batch.y)


def digits(n: int = 96) -> Batch:
    """Handwritten digits: (n, 64) with mean 0 and standard deviation 1 over all pixels, classes 0..9."""
    batch = raw("digits", n)
    return Batch((batch.x - 4.884) / 6.017, batch.y)


def digit_images(n: int = 64) -> Batch:
    """The digits as images (n, 1, 8, 8)."""
    batch = digits(n)
    return Batch(batch.x.view(-1, 1, 8, 8), batch.y)


def digit_rows(n: int = 64) -> Batch:
    """The digits as sequences of eight rows (n, 8, 8)."""
    batch = digits(n)
    return Batch(batch.x.view(-1, 8, 8), batch.y)


def cancer(n: int = 96) -> Batch:
    """Breast cancer, standardized (n, 30), classes 0 and 1."""
    return _scaled("breast_cancer", n)


def wine(n: int = 96) -> Batch:
    """Wine, standardized (n, 13), classes 0..2."""
    return _scaled("wine", n)


def diabetes(n: int = 96) -> Batch:
    """Diabetes, inputs and target standardized: (n, 10) and (n,)."""
    batch = _scaled("diabetes", n)
    return Batch(batch.x, (batch.y - 152.13) / 77.0)


@lru_cache
def _characters() -> tuple[Tensor, Tensor, int]:
    from sklearn import datasets

    texts = [" ".join(getattr(datasets, f"load_{name}")().DESCR.lower().split()) for name in SETS]
    letters = sorted(set("".join(texts)) & set("abcdefghijklmnopqrstuvwxyz .,"))
    code = {letter: number for number, letter in enumerate(letters, start=1)}
    coded = [[code[c] for c in text if c in code] for text in texts]
    tokens = torch.tensor([t for text in coded for t in text])
    source = torch.tensor([number for number, text in enumerate(coded) for _ in text])
    return tokens, source, len(letters) + 1


def vocabulary() -> int:
    """How many tokens there are; 0 is padding."""
    return _characters()[2]


def _windows(n: int, length: int) -> tuple[Tensor, Tensor]:
    tokens, source, _ = _characters()
    starts = torch.randint(len(tokens) - length, (n,))
    places = starts[:, None] + torch.arange(length)
    return tokens[places], source[starts]


def next_characters(n: int = 32, length: int = 12) -> Batch:
    """Windows of the texts (n, length), and the same windows one character later."""
    windows, _ = _windows(n, length + 1)
    return Batch(windows[:, :-1].contiguous(), windows[:, 1:].contiguous())


def text_sources(n: int = 64, length: int = 24) -> Batch:
    """Windows of the texts (n, length), and which of the four texts each is from."""
    return Batch(*_windows(n, length))


def padded_sources(n: int = 64, length: int = 24) -> Batch:
    """As `text_sources`, the last third of every other window padded with 0."""
    x, y = _windows(n, length)
    x = x.clone()
    x[::2, -length // 3 :] = 0
    return Batch(x, y)

"""What the nets of texts share: a vector of the text, further columns of its row beside it, fully connected layers, the answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fathom.core.expectations import refuse
from fathom.nets.dropout import SeededDropout
from fathom.nets.embedding import Embedding
from fathom.nets.mlp import dense_net

AT_ONCE = 2**24
"""Numbers of embedded words that a pass without gradients makes at a time."""

PART = 1024
"""Rows of such a pass at a time: few enough that texts of like length find each other."""

FEW = 64
"""Rows that are not worth sorting."""

BESIDE_COLUMNS = (64, 32)
"""Hidden layers of a text that stands beside further columns, where none are asked for."""


class TextNet(nn.Module):
    """v = the vector of a text, x = [v, the row's other columns], then hidden layers of ReLU, dropout, y = W x + b.

    A row is (T indices of words, `beside` numbers): padding stands behind a text's end and is never read. A subclass makes the vector.

    Args:
        embedding: of the words.
        width: of the text's vector.
        outputs: n_y.
        beside: further columns behind the words of a row.
        hidden: units of the layers between, as `layers_of` reads it.
        dropout: before the last layer.
        held: numbers that one word takes while a text is read.
    """

    def __init__(
        self,
        embedding: Embedding,
        width: int,
        outputs: int,
        *,
        beside: int = 0,
        hidden: int | Sequence[int] | None = None,
        dropout: float = 0.0,
        held: int = 1,
    ) -> None:
        super().__init__()
        self.embedding = embedding
        sizes = (width + beside, *layers_of(hidden, beside))
        layers = [layer for a, b in itertools.pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
        self.hidden = nn.Sequential(*layers) if layers else nn.Identity()
        self.dropout = SeededDropout(dropout, layer=1) if dropout > 0.0 else nn.Identity()
        self.linear = nn.Linear(sizes[-1], outputs)
        self.beside = beside
        self._held = held

    def vector(self, indices: Tensor) -> Tensor:
        """Indices (n, T) -> (n, width)."""
        raise NotImplementedError

    def forward(self, rows: Tensor) -> Tensor:
        """Rows (n, T + beside) -> raw outputs (n, outputs)."""
        words = rows.shape[1] - self.beside
        x = self._vectors(rows[:, :words])
        if self.beside:
            x = torch.cat([x, rows[:, words:].to(x.dtype)], dim=1)
        outputs: Tensor = self.linear(self.dropout(self.hidden(x)))
        return outputs

    def _vectors(self, indices: Tensor) -> Tensor:
        """The vectors of all rows; without gradients some rows at a time, texts of like length together, put back in their order."""
        if torch.is_grad_enabled() or len(indices) <= FEW:
            return self.vector(indices)
        order = (indices != 0).sum(dim=1).argsort(stable=True)
        parts = [self.vector(part) for part in in_parts(indices[order], self._held)]
        return torch.cat(parts)[order.argsort()]


def layers_of(hidden: Any, beside: int) -> tuple[int, ...]:
    """The units of the hidden layers: as asked for, else none for a text alone, and those of an mlp beside further columns.

    Example:
        >>> layers_of(None, 0), layers_of(None, 3), layers_of(16, 3)
        ((), (64, 32), (16,))
    """
    if hidden is None:
        return BESIDE_COLUMNS if beside else ()
    return dense_net(1, 1, hidden=hidden).sizes[1:-1]


def trimmed(indices: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of a mini-batch without the columns that are padding in all of them, and their lengths (n,).

    Example:
        >>> trimmed(torch.tensor([[5, 6, 0, 0], [7, 0, 0, 0]]))
        (tensor([[5, 6],
                [7, 0]]), tensor([2, 1]))
    """
    lengths = (indices != 0).sum(dim=1)
    try:
        longest = max(int(lengths.max()), 1)
    except RuntimeError:  # rows that differ between stacked nets have no common length
        longest = indices.shape[1]
    return indices[:, :longest], lengths


def in_parts(indices: Tensor, width: int) -> tuple[Tensor, ...]:
    """So many rows at a time that (rows, T, width) stays small.

    Example:
        >>> [len(part) for part in in_parts(torch.zeros(1000, 400), 128)]
        [327, 327, 327, 19]
    """
    return indices.split(max(1, min(PART, AT_ONCE // (indices.shape[1] * width))))


def one_rate(dropout: object) -> float:
    """The dropout of a net that has one place for it."""
    if isinstance(dropout, tuple | list):
        if len(dropout) > 1:
            raise refuse("`dropout`", expected="one number for this net", got=f"{len(dropout)}")
        return float(dropout[0]) if dropout else 0.0
    return float(dropout)  # type: ignore[arg-type]

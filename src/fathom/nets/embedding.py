"""Words as vectors: the embedding matrix, and the average of a text's words (C5W2-01, C5W2-08, C5W2-19)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from fathom.core.expectations import whole
from fathom.nets.dropout import SeededDropout

MOST_DIMENSIONS = 65_536

AT_ONCE = 2**24
"""Numbers of embedded words that a pass without gradients makes at a time."""


class Embedding(nn.Module):
    """The matrix E: index j of a word -> its row e_j = E o_j, o_j one-hot (C5W2-08). Index 0 is padding: a row of zeros that stays so.

    Args:
        words: |V|, padding and <UNK> among them.
        dimensions: of a word's vector.
        frozen: the vectors are not trained.

    Example:
        >>> Embedding(10, 3)(torch.tensor([[2.0, 9.0, 0.0]])).shape
        torch.Size([1, 3, 3])
    """

    def __init__(self, words: int, dimensions: int, *, frozen: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(words, dimensions) * dimensions**-0.5, requires_grad=not frozen)
        with torch.no_grad():
            self.weight[0] = 0.0

    def forward(self, indices: Tensor) -> Tensor:
        """Indices (n, T), whole numbers of any type -> (n, T, dimensions)."""
        vectors = functional.embedding(indices.long(), self.weight)
        return vectors * (indices != 0).unsqueeze(-1)  # torch's own padding_idx gets lost where nets are stacked


class AverageOfEmbeddings(nn.Module):
    """e = mean of the words' vectors, y = W e + b (C5W2-19): padding does not count, the order of the words neither.

    Args:
        words: |V|, padding and <UNK> among them.
        outputs: n_y.
        dimensions: of a word's vector.
        dropout: of the average.
        frozen: the words' vectors are not trained.

    Example:
        >>> net = AverageOfEmbeddings(10, 1, dimensions=3)
        >>> short, padded = torch.tensor([[2.0, 9.0]]), torch.tensor([[9.0, 2.0, 0.0, 0.0]])
        >>> bool(torch.isclose(net(short), net(padded)).all())
        True
    """

    def __init__(self, words: int, outputs: int, *, dimensions: int, dropout: float = 0.0, frozen: bool = False) -> None:
        super().__init__()
        self.embedding = Embedding(words, dimensions, frozen=frozen)
        self.dropout = SeededDropout(dropout, layer=1) if dropout > 0.0 else nn.Identity()
        self.linear = nn.Linear(dimensions, outputs)

    def forward(self, indices: Tensor) -> Tensor:
        """Indices (n, T), padding at the end -> raw outputs (n, outputs)."""
        parts = [self._average(part) for part in in_parts(indices, self.linear.in_features)]
        outputs: Tensor = self.linear(self.dropout(torch.cat(parts)))
        return outputs

    def _average(self, indices: Tensor) -> Tensor:
        """The mean vector of each text (n, dimensions); zeros for a text of padding alone."""
        indices, lengths = trimmed(indices)
        total: Tensor = self.embedding(indices).sum(dim=1)
        return total / lengths.clamp_min(1).unsqueeze(1).to(total.dtype)


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
    """Rows whole while gradients are wanted, else so many at a time that (rows, T, width) stays small."""
    rows = len(indices) if torch.is_grad_enabled() else max(1, AT_ONCE // (indices.shape[1] * width))
    return indices.split(max(rows, 1))


def one_rate(dropout: object) -> float:
    """The dropout of a net that has one place for it."""
    if isinstance(dropout, tuple | list):
        from fathom.core.expectations import refuse

        if len(dropout) > 1:
            raise refuse("`dropout`", expected="one number for this net", got=f"{len(dropout)}")
        return float(dropout[0]) if dropout else 0.0
    return float(dropout)  # type: ignore[arg-type]


def build_average(
    inputs: int, outputs: int, *, dropout: object = 0.0, dimensions: int = 50, vectors: str | None = None, frozen: bool = False
) -> tuple[nn.Module, None]:
    """The catalogue's `embedding`; where its vectors came from is for the record alone."""
    size = whole("dimensions", dimensions, low=1, high=MOST_DIMENSIONS)
    return AverageOfEmbeddings(inputs, outputs, dimensions=size, dropout=one_rate(dropout), frozen=bool(frozen)), None

"""Words as vectors: the embedding matrix (C5W2-01, C5W2-08)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

MOST_DIMENSIONS = 65_536


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

"""The average of the vectors of a text's words (C5W2-19)."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from fathom.core.expectations import whole, yes_or_no
from fathom.nets.embedding import MOST_DIMENSIONS, Embedding
from fathom.nets.text_net import TextNet, one_rate, trimmed


class AverageOfEmbeddings(TextNet):
    """e = mean of the words' vectors, y = W e + b (C5W2-19): padding does not count, the order of the words neither.

    Args:
        words: |V|, padding and <UNK> among them.
        outputs: n_y.
        dimensions: of a word's vector.
        frozen: the words' vectors are not trained.
        **more: columns beside the text, hidden layers, dropout; see `TextNet`.

    Example:
        >>> import torch
        >>> net = AverageOfEmbeddings(10, 1, dimensions=3)
        >>> short, padded = torch.tensor([[2.0, 9.0]]), torch.tensor([[9.0, 2.0, 0.0, 0.0]])
        >>> bool(torch.isclose(net(short), net(padded)).all())
        True
    """

    def __init__(self, words: int, outputs: int, *, dimensions: int, frozen: bool = False, **more: Any) -> None:
        super().__init__(Embedding(words, dimensions, frozen=frozen), dimensions, outputs, held=dimensions, **more)

    def vector(self, indices: Tensor) -> Tensor:
        """The mean vector of each text (n, dimensions); zeros for a text of padding alone."""
        indices, lengths = trimmed(indices)
        total: Tensor = self.embedding(indices).sum(dim=1)
        return total / lengths.clamp_min(1).unsqueeze(1).to(total.dtype)


def build_average(
    inputs: int, outputs: int, *, dropout: object = 0.0, dimensions: int = 50, vectors: str | None = None, frozen: bool = False, **more: Any
) -> tuple[nn.Module, None]:
    """The catalogue's `embedding`; where its vectors came from is for the record alone."""
    size = whole("dimensions", dimensions, low=1, high=MOST_DIMENSIONS)
    return AverageOfEmbeddings(
        inputs, outputs, dimensions=size, dropout=one_rate(dropout), frozen=yes_or_no("frozen", frozen), **more
    ), None

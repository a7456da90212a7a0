"""A recurrent net that reads a text and answers once (C5W2-20): embeddings, layers of a cell, the last state, a linear layer."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from fathom.core.expectations import whole
from fathom.nets.dropout import SeededDropout
from fathom.nets.embedding import MOST_DIMENSIONS, Embedding, in_parts, one_rate, trimmed
from fathom.nets.recurrent import Recurrent

MOST_LAYERS = 32


class RecurrentText(nn.Module):
    """e<t> = E o<t>, a<t> from the cell, y = W a<Ty> + b: many words to one answer (C5W1-08, C5W2-20).

    Padding is never read: the state of a shorter text stands still behind its end. In both directions the last states of each are
    put side by side (C5W1-21); layers stand one above the other (C5W1-22).

    Args:
        cell: "rnn", "gru" or "lstm".
        words: |V|, padding and <UNK> among them.
        outputs: n_y.
        dimensions: of a word's vector.
        units: of each layer and direction.
        layers, bidirectional: as in `Recurrent`.
        dropout: of the last state.
        frozen: the words' vectors are not trained.

    Example:
        >>> net = RecurrentText("gru", 10, 1, dimensions=3, units=4)
        >>> short, padded = torch.tensor([[2.0, 9.0]]), torch.tensor([[2.0, 9.0, 0.0, 0.0]])
        >>> bool(torch.isclose(net(short), net(padded)).all())
        True
    """

    def __init__(
        self,
        cell: str,
        words: int,
        outputs: int,
        *,
        dimensions: int,
        units: int,
        layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        frozen: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = Embedding(words, dimensions, frozen=frozen)
        self.recurrent = Recurrent(cell, dimensions, units, layers=layers, bidirectional=bidirectional)
        self.dropout = SeededDropout(dropout, layer=1) if dropout > 0.0 else nn.Identity()
        self.linear = nn.Linear(units * self.recurrent.directions, outputs)
        self._wide = max(dimensions, units * self.recurrent.directions) * (layers + 1)

    def forward(self, indices: Tensor) -> Tensor:
        """Indices (n, T), padding at the end -> raw outputs (n, outputs)."""
        parts = [self._last(part) for part in in_parts(indices, self._wide)]
        outputs: Tensor = self.linear(self.dropout(torch.cat(parts)))
        return outputs

    def _last(self, indices: Tensor) -> Tensor:
        """The last states (n, units), or (n, 2 units)."""
        indices, lengths = trimmed(indices)
        last: Tensor = self.recurrent(self.embedding(indices), lengths)[1]
        return last


def build_recurrent(
    cell: str,
    inputs: int,
    outputs: int,
    *,
    dropout: object = 0.0,
    dimensions: int = 50,
    units: int = 64,
    layers: int = 1,
    bidirectional: bool = False,
    vectors: str | None = None,
    frozen: bool = False,
) -> tuple[nn.Module, None]:
    """The catalogue's `rnn`, `gru` and `lstm`; where their vectors came from is for the record alone."""
    net = RecurrentText(
        cell,
        inputs,
        outputs,
        dimensions=whole("dimensions", dimensions, low=1, high=MOST_DIMENSIONS),
        units=whole("units", units, low=1, high=MOST_DIMENSIONS),
        layers=whole("layers", layers, low=1, high=MOST_LAYERS),
        bidirectional=bool(bidirectional),
        dropout=one_rate(dropout),
        frozen=bool(frozen),
    )
    return net, None


build_rnn, build_gru, build_lstm = (partial(build_recurrent, cell) for cell in ("rnn", "gru", "lstm"))

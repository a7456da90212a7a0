"""A recurrent net that reads a text and answers once (C5W2-20): embeddings, layers of a cell, the last state, a linear layer."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import Tensor, nn

from fathom.core.expectations import whole, yes_or_no
from fathom.nets.embedding import MOST_DIMENSIONS, Embedding
from fathom.nets.recurrent import Recurrent
from fathom.nets.text_net import TextNet, one_rate, trimmed

MOST_LAYERS = 32


class RecurrentText(TextNet):
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
        frozen: the words' vectors are not trained.
        **more: columns beside the text, hidden layers, dropout; see `TextNet`.

    Example:
        >>> import torch
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
        frozen: bool = False,
        **more: Any,
    ) -> None:
        width = units * (2 if bidirectional else 1)
        held = max(dimensions, width) * (layers + 1)
        super().__init__(Embedding(words, dimensions, frozen=frozen), width, outputs, held=held, **more)
        self.recurrent = Recurrent(cell, dimensions, units, layers=layers, bidirectional=bidirectional)

    def vector(self, indices: Tensor) -> Tensor:
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
    **more: Any,
) -> tuple[nn.Module, None]:
    """The catalogue's `rnn`, `gru` and `lstm`; where their vectors came from is for the record alone."""
    net = RecurrentText(
        cell,
        inputs,
        outputs,
        dimensions=whole("dimensions", dimensions, low=1, high=MOST_DIMENSIONS),
        units=whole("units", units, low=1, high=MOST_DIMENSIONS),
        layers=whole("layers", layers, low=1, high=MOST_LAYERS),
        bidirectional=yes_or_no("bidirectional", bidirectional),
        dropout=one_rate(dropout),
        frozen=yes_or_no("frozen", frozen),
        **more,
    )
    return net, None


build_rnn, build_gru, build_lstm = (partial(build_recurrent, cell) for cell in ("rnn", "gru", "lstm"))

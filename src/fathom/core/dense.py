"""The record of a fully connected net, from which the engine derives its own passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.record import Record

Activation = Literal["sigmoid", "tanh", "relu", "leaky_relu"]


@dataclass(frozen=True, kw_only=True)
class DenseNet(Record):
    """A fully connected net in a few words.

    Attributes:
        sizes: n^[0], ..., n^[L]: inputs, hidden layers, outputs.
        activation: of the hidden layers.
        dropout: the probability of dropping for each hidden layer, L - 1 numbers.
        batch_norm: whether z is normalized before the activation of each hidden layer (C2W3-10).
        head: "linear": outputs are raw (logits or numbers).

    Example:
        >>> DenseNet(sizes=(3, 5, 5, 3, 1), activation="relu", dropout=(0.0, 0.0, 0.0)).parameters
        72
    """

    sizes: tuple[int, ...]
    activation: Activation
    dropout: tuple[float, ...]
    batch_norm: bool = False
    head: Literal["linear"] = "linear"

    @property
    def parameters(self) -> int:
        """How many numbers are trained (C1W4-01): weights and biases; gamma and beta in place of b under batch norm."""
        pairs = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        extra = sum(self.sizes[1:-1]) if self.batch_norm else 0
        return sum(a * b + b for a, b in pairs) + extra

    def __str__(self) -> str:
        return "-".join(map(str, self.sizes))

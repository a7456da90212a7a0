"""What alters the inputs of train anew in every epoch, as the engine knows it: a callable of numbers that were drawn before."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Alter(Protocol):
    """Alters inputs by numbers that were drawn before they are used."""

    def drawn(self, seed: int, epoch: int, rows: int) -> Tensor:
        """(rows, ...) the numbers of an epoch, in the order in which the examples are visited; they follow from the arguments alone."""

    def __call__(self, inputs: Tensor, drawn: Tensor) -> Tensor:
        """Inputs (B, ...) altered, each by its own numbers; what is given stays as it is."""

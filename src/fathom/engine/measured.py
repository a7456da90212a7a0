"""What a measurement on the way says of one member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The errors of one member.

    Attributes:
        errors: by role.
        dev_loss: gives the mean loss on dev, by which early stopping tells equal dev errors apart; it is called only where it
            can decide something. None where nobody asks for it.
    """

    errors: Mapping[str, float]
    dev_loss: Callable[[], float] | None = None


NOTHING = Measured({})
"""Of an epoch in which nothing is measured."""

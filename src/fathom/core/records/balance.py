"""Why a verdict is taken from the balanced error, and the plain error beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.expectations import shown
from fathom.core.percent import percent
from fathom.core.records.ladder import Ladder
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Balance(Record):
    """Classes are rare, so the ladder is drawn twice; the verdict is taken from the balanced error, in which each class counts alike.

    Attributes:
        rare: share of the examples by class, the rarest first; only classes that count as rare.
        role: where the shares were counted, "train" where it is known.
        plain: the ladder of the plain error, in which each example counts alike; roles alone, no floor.

    Example:
        >>> print(Balance(rare={"fraud": 0.015}, role="train", plain=Ladder(rungs=())))
        'fraud' is 1.5% of train: the verdict is taken from the balanced error, in which each class counts alike
    """

    rare: Mapping[str, float]
    role: str
    plain: Ladder

    def __str__(self) -> str:
        classes = shown([f"'{name}' is {percent(share)}%" for name, share in self.rare.items()], 3)
        role = self.role.replace("_", "-")
        return f"{classes} of {role}: the verdict is taken from the balanced error, in which each class counts alike"

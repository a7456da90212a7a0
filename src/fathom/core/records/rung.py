"""A rung of the ladder: the error of one role, or the floor."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Rung(Record):
    """One error on the way from the floor to test.

    Attributes:
        name: "human" (a floor that was given), "floor" (one that was not), "train", "train_dev", "dev" or "test".
        estimate: the error with its interval, in the unit of the errors.
        note: how it is known where it was not measured ("given", "assumed", "at most: boosted trees").

    Example:
        >>> print(Rung(name="dev", estimate=Estimate(value=0.11, low=0.09, high=0.13, n=1000)))
        dev 0.11 (0.09 to 0.13)
    """

    name: str
    estimate: Estimate
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.estimate}" + (f" ({self.note})" if self.note else "")

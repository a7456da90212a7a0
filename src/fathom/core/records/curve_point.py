"""A point of a learning curve: what nets of one size reach."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class CurvePoint(Record):
    """The nets of one size.

    Attributes:
        size: rows that each was trained on, or units of its first hidden layer.
        nets: how many were trained.
        train: their mean error on the rows that they were trained on.
        error: their mean error on rows that they were not trained on, with its interval.
        spread: the standard deviation between nets, from subset, initialization and order; not from the rows they are measured on.

    Example:
        >>> print(CurvePoint(size=500, nets=8, train=0.01, error=Estimate(value=0.08, low=0.07, high=0.09), spread=0.004))
        500: train 0.01, error 0.08 (0.07 to 0.09), spread 0.004
    """

    size: int
    nets: int
    train: float
    error: Estimate
    spread: float

    def __str__(self) -> str:
        return f"{self.size}: train {self.train:.3g}, error {self.error}, spread {self.spread:.2g}"

"""Folds: several nets, each measured on the examples that it was not trained on, and how far they lie apart."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Fold(Record):
    """One net.

    Attributes:
        train_rows, dev_rows: examples that its two errors are measured on; of a large train set those that were drawn.
        train, dev: its errors, in the unit of the errors.
    """

    train_rows: int
    dev_rows: int
    train: float
    dev: float

    def __str__(self) -> str:
        return f"train {percent(self.train)}% of {self.train_rows:,}, dev {percent(self.dev)}% of {self.dev_rows:,}"


@dataclass(frozen=True, kw_only=True)
class Folds(Record):
    """The nets of all folds.

    Attributes:
        folds: one record a net, in order.
        spread: over retraining, the standard deviation of the nets' true errors (other examples, other start): what the dev errors of
            the folds differ by beyond the luck of so many examples. From few folds it is only bounded.

    Example:
        >>> fold = Fold(train_rows=364, dev_rows=91, train=0.0, dev=0.033)
        >>> print(Folds(folds=(fold, fold), spread=Estimate(value=0.0, low=0.0, high=0.01)))
        2 folds: dev 3.3% to 3.3%, spread over retraining 0.0 points (0.0 to 1.0)
    """

    folds: tuple[Fold, ...]
    spread: Estimate

    def __len__(self) -> int:
        return len(self.folds)

    def __str__(self) -> str:
        errors = [fold.dev for fold in self.folds]
        reach = ""
        if self.spread.low is not None and self.spread.high is not None:
            reach = f" ({percent(self.spread.low)} to {percent(self.spread.high)})"
        spread = f"spread over retraining {percent(self.spread.value)} points{reach}"
        return f"{len(self)} folds: dev {percent(min(errors))}% to {percent(max(errors))}%, {spread}"

"""An estimate: a number with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Estimate(Record):
    """A number, its interval, and how the interval was made.

    Attributes:
        value: the estimate, in the unit of the errors (a rate, or a share of the baseline's error).
        low, high: the interval's ends in the same unit; None where only a rate was given.
        n: examples behind it; None where unknown.
        method: "wilson", "newcombe", "bootstrap", "edgeworth", "mover", "bonett-price",
            "folds", "chi-square" or "given".
        level: the nominal coverage.

    Example:
        >>> print(Estimate(value=0.046, low=0.02, high=0.1, n=114, method="wilson"))
        0.046 (0.02 to 0.1)
    """

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    method: str = "given"
    level: float = 0.95

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.4g}"
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"

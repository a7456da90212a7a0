"""What a set of so many examples tells: the interval that it gives, and which differences it can show."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Tells(Record):
    """What n examples tell of a net with a given error rate.

    Attributes:
        n: examples.
        rate: the error of the net.
        low, high: the interval that they give that error.
        paired: the smallest improvement that they show with probability `power` where both nets answer the same examples; None where
            not even a net without errors would be told from this one.
        unpaired: likewise where the other net answers as many other examples.
        discord: the share of the examples that only one of two nets as good as this one gets wrong, on which `paired` rests.
        assumed: whether that share is the default, not measured.
        power: how often a difference of that size is shown.
        level: of the interval; the tests are at 1 - level.

    Example:
        >>> print(Tells(n=1000, rate=0.03, low=0.0211, high=0.0425, paired=0.016, unpaired=0.02, discord=0.03))
        n = 1,000, 3.00% wrong: 2.11 to 4.25%; an improvement shows from 1.60 points on (other examples: 2.00)
    """

    n: int
    rate: float
    low: float
    high: float
    paired: float | None
    unpaired: float | None
    discord: float
    assumed: bool = True
    power: float = 0.8
    level: float = 0.95

    def __str__(self) -> str:
        head = f"n = {self.n:,}, {self.rate:.2%} wrong: {100 * self.low:.2f} to {self.high:.2%}"
        if self.paired is None:
            return f"{head}; no improvement can be shown"
        other = "none" if self.unpaired is None else f"{100 * self.unpaired:.2f}"
        return f"{head}; an improvement shows from {100 * self.paired:.2f} points on (other examples: {other})"

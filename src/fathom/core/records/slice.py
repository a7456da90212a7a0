"""A slice: the examples that share something which stands in the data, and how much worse they do than the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record

SliceKind = Literal["number", "category", "missing", "class", "prediction", "group"]


@dataclass(frozen=True, kw_only=True)
class Slice(Record):
    """Examples with one thing in common that go wrong more often than the rest.

    Attributes:
        says: what they have in common ("age is over 61", "city is Rome", "income is missing", "truth is yes").
        column: the column; "" for class, prediction and group.
        kind: where it comes from.
        n: examples in it.
        error, rest: the mean error inside and outside, each with its interval.
        p: of no difference, corrected for all slices that were tried.
        at_best: the error of all if the slice did as well as the rest.
        of_wrong, of_right: its share of the mistakes and of the other examples (of the worse and the better half, for a number).
        of_train: its share of train; None where train is not at hand.
        within: the stronger slice that explains it: outside of that one it is not worse; "" where none does.

    Example:
        >>> half = Estimate(value=0.5, low=0.3, high=0.7, n=20)
        >>> print(Slice(says="city is Rome", column="city", kind="category", n=20, error=half, rest=Estimate(value=0.1), p=0.004,
        ...             at_best=0.1, of_wrong=0.5, of_right=0.1))
        city is Rome: 50.0% wrong (30.0 to 70.0) of 20, the rest 10.0%, p = 0.004
    """

    says: str
    column: str
    kind: SliceKind
    n: int
    error: Estimate
    rest: Estimate
    p: float
    at_best: float
    of_wrong: float
    of_right: float
    of_train: float | None = None
    within: str = ""

    def __str__(self) -> str:
        e = self.error
        ends = "" if e.low is None or e.high is None else f" ({100 * e.low:.1f} to {100 * e.high:.1f})"
        return f"{self.says}: {100 * e.value:.1f}% wrong{ends} of {self.n:,}, the rest {100 * self.rest.value:.1f}%, p = {self.p:.2g}"

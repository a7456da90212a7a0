"""Raters: people who answered the same examples, and what their errors say of the human level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Raters(Record):
    """The errors of several people, and of their majority, on the same examples (C3W1-20).

    Attributes:
        errors: by name, "team" the majority of at least three.
        best: the one with the lowest error, which is taken as the human level: Bayes error is at most that.
        n: examples.
        findings: what makes the figures less than they look.

    Example:
        >>> rates = {"anna": 0.03, "ben": 0.01}
        >>> print(Raters(errors={name: Estimate(value=v) for name, v in rates.items()}, best="ben", n=200))
        anna 3.00%, ben 1.00% (n = 200); the lowest, ben, is taken
    """

    errors: Mapping[str, Estimate]
    best: str
    n: int
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        each = ", ".join(f"{name} {percent(e.value, 2)}%" for name, e in self.errors.items())
        return f"{each} (n = {self.n:,}); the lowest, {self.best}, is taken"

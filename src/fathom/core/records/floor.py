"""The floor: the error that nobody can go below, and how it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Floor(Record):
    """The error that nobody can go below (C2W1-10, C3W1-20).

    Attributes:
        value: the floor; where it is bounded, by the best reference or the net's own dev error, the bound: the floor lies between 0 and it.
        known: "given" by the user, "assumed" (0, with nothing else known), or "bounded by reference".
        source: who: the one that was the best of several, the reference's name, or "this net".
        findings: what makes the raters' errors less than they look.
        raters: of all who were given by name, their errors; {} of one alone.

    Example:
        >>> print(Floor(value=0.005, known="given", source="team"))
        0.005 (given: team)
    """

    value: float
    known: Literal["given", "assumed", "bounded by reference"]
    source: str = ""
    raters: Mapping[str, Estimate] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        return f"{self.value:.4g} ({self.known}{': ' + self.source if self.source else ''})"

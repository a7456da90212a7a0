"""A choice among nets: the best by one metric among those that meet what is required (C3W1-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.records.record import Record
from fathom.core.records.scorecard import Scorecard


@dataclass(frozen=True, kw_only=True)
class Choice(Record):
    """Which net is taken, and why.

    Attributes:
        best: its name; None where no net meets what is required.
        says: the choice in a sentence: "best: B, by accuracy among those with time <= 100 ms".
        ranking: the names, the best first; those that do not meet what is required last.
        cards: metrics and requirements of each net.
        notes: what to bear in mind, as where dev cannot tell the first two apart.

    Example:
        >>> print(Choice(best="B", says="best: B, by accuracy", ranking=("B", "A"), cards={}))
        best: B, by accuracy
    """

    best: str | None
    says: str
    ranking: tuple[str, ...]
    cards: Mapping[str, Scorecard]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Each net, the best first, with its metrics and requirements."""
        return tuple((name, "; ".join(self.cards[name].lines())) for name in self.ranking)

    def __str__(self) -> str:
        return "\n".join([self.says, *self.notes])

"""A disagreement: the metric says one net, the user another, and what to change (C3W1-15..17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Change(Record):
    """One change after which the metric says what the user says.

    Attributes:
        kind: "metric" (weigh some examples more), "data" (another dev and test set) or "look" (find out what sets the nets apart).
        what: the change in a sentence.
        metric: the metric to use from now on, as it is written; "" where the metric stays.
        evidence: the figures.
        source: the course's row.

    Example:
        >>> print(Change(kind="metric", what="weigh kind = porn 10 times.", metric="error weighted by kind porn=10", source="C3W1-15"))
        weigh kind = porn 10 times. --metric "error weighted by kind porn=10" (C3W1-15)
    """

    kind: Literal["metric", "data", "look"]
    what: str
    metric: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    def __str__(self) -> str:
        return " ".join(
            filter(None, (self.what, f'--metric "{self.metric}"' if self.metric else "", f"({self.source})" if self.source else ""))
        )


@dataclass(frozen=True, kw_only=True)
class Disagreement(Record):
    """What the metric says, what the user says, and how to bring them together.

    Attributes:
        prefer, over: names of the net that the user wants and of the other one.
        agrees: whether the metric says the same as the user already.
        says: who says what, in a sentence.
        changes: what to change, the best founded first.

    Example:
        >>> print(Disagreement(prefer="B", over="A", agrees=True, says="The metric agrees."))
        The metric agrees.
    """

    prefer: str
    over: str
    agrees: bool
    says: str
    changes: tuple[Change, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.says, *(f"  {i}. {change}" for i, change in enumerate(self.changes, start=1))])

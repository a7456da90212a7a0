"""A step of advice: one thing to do next, for one gap."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Step(Record):
    """One thing to do next. Each is for exactly one gap: one knob for one effect (C3W1-02).

    Attributes:
        gap: the name of the gap that it is for; "" where only a look can tell.
        what: the step in a few words ("a bigger network").
        why: what it rests on.
        how: what to type or to change; empty where it is work of another kind.
        source: the course's row.

    Example:
        >>> print(Step(gap="variance", what="more data", why="the surest cure", how="add rows", source="C2W1-14"))
        more data: add rows (the surest cure)
    """

    gap: str
    what: str
    why: str
    how: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.what}{': ' + self.how if self.how else ''} ({self.why})"

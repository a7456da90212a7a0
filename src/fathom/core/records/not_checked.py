"""A check that was not made, and why."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class NotChecked(Record):
    """One check that did not run.

    Attributes:
        id: the check's id.
        name: what it would have looked at.
        reason: why it did not run.
        seconds: the time that it wants, where time was the reason; None otherwise.

    Example:
        >>> print(NotChecked(id="check.rate", name="many learning rates", reason="no time left", seconds=41.0))
        many learning rates: no time left (it wants about 41 s) [check.rate]
    """

    id: str
    name: str
    reason: str
    seconds: float | None = None

    def __str__(self) -> str:
        wants = "" if self.seconds is None else f" (it wants about {self.seconds:.2g} s)"
        return f"{self.name}: {self.reason}{wants} [{self.id}]"

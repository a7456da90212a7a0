"""A finding: one thing that a check or an audit saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fathom.core.records.record import Record

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """One thing that was seen, with its evidence.

    Attributes:
        id: area.subject.case ("data.column.constant"); never renamed.
        severity: "info", "warning" or "error".
        what: one sentence with the figures in it.
        where: the column, layer, role or file; empty where it is the whole.
        evidence: the measured numbers, by name.
        cause: the likely cause; inferred, and said so where it is shown.
        fix: what to do; empty where nothing is to be done.

    Example:
        >>> print(Finding(id="data.column.constant", severity="info", what="'a' has one value and is dropped.", where="a"))
        info: 'a' has one value and is dropped. [data.column.constant]
    """

    id: str
    severity: Severity
    what: str
    where: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    fix: str = ""

    def __str__(self) -> str:
        parts = [f"{self.severity}: {self.what}"]
        if self.cause:
            parts.append(f"Likely cause: {self.cause}")
        if self.fix:
            parts.append(f"Fix: {self.fix}")
        return " ".join(parts) + f" [{self.id}]"

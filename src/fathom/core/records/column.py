"""A column of a dataset: its kind, its use, and how its text was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.record import Record

ColumnKind = Literal["number", "boolean", "category", "date", "text", "identifier"]
Use = Literal["input", "target", "role", "group", "time", "id", "source", "aside"]


@dataclass(frozen=True, kw_only=True)
class Column(Record):
    """One typed column.

    Attributes:
        name: as in the file.
        kind: what its values are; numbers are stored as Float64, booleans as Boolean, categories, text and identifiers
            as String, dates as Datetime (microseconds, no zone).
        use: "input" for what the net sees; "source" for where an example comes from; "aside" for what is left out
            (free text, identifiers), with a finding.
        reading: how text became values, so that new rows are read the same way: "" as it is, else "money",
            "decimal comma", "percent", "yes/no", a date format, or the tokens of a text that is an input.
    """

    name: str
    kind: ColumnKind
    use: Use = "input"
    reading: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}" + (f" ({self.use})" if self.use != "input" else "")

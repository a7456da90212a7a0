"""Raw data: a table as it came, before its columns have kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fathom.core.records.column import Use
from fathom.core.records.finding import Finding

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Raw:
    """A table as a source gave it.

    Attributes:
        frame: one row an example; text files give String columns only, "" where a field is empty.
        name: what the set is called ("churn" for churn.csv).
        path, digest: the file and blake2b of its bytes; path is empty for arrays and frames.
        target: the name that the source itself has for its target ("y" of a pair of arrays), or None.
        kind: of that target, where the source tells it.
        uses: of columns whose use the source tells.
        array: True where columns are the columns of a matrix (x0, x1, ...): they are numbers, and never identifiers.
        comma_free: the file does not separate by commas, so "1,234" is more likely 1.234.
        findings: what reading saw.
        notes: facts to keep, as {"shape": "28x28"}.
    """

    frame: pl.DataFrame
    name: str
    path: str = ""
    digest: str = ""
    target: str | None = None
    kind: str | None = None
    uses: Mapping[str, Use] = field(default_factory=dict)
    array: bool = False
    comma_free: bool = False
    findings: tuple[Finding, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)

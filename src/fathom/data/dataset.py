"""A dataset: examples with typed columns and a target."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.target import Target

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples with typed columns and a target.

    Attributes:
        name: what the set is called on screens ("churn", "breast-cancer").
        table: one row an example, one column for each of `columns`, typed as `Column` says; missing values are null.
            The target's column holds the user's labels (String) or numbers (Float64) and has no missing values.
        columns: every column of `table`, in order.
        target: name, kind, classes.
        rows: (n,) int64, each example's row in its source, from 0, so that an example can be found again.
        findings: what loading saw.
        path, digest: the file it came from and blake2b of its bytes; empty for arrays and frames.
        generated: True for circles, moons and spirals, and shown wherever the set is named.
    """

    name: str
    table: pl.DataFrame
    columns: tuple[Column, ...]
    target: Target
    rows: NDArray[np.int64]
    findings: tuple[Finding, ...] = ()
    path: str = ""
    digest: str = ""
    generated: bool = False
    notes: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.table.height

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that the net sees."""
        return tuple(c for c in self.columns if c.use == "input")

    def column_for(self, use: str) -> str | None:
        """The name of the column with that use ("group", "time", "role", "id", "source"), or None."""
        return next((c.name for c in self.columns if c.use == use), None)

    @property
    def source_column(self) -> str | None:
        """The column that says where an example comes from, or None; it may be an input too, where that was asked for."""
        return self.column_for("source") or self.notes.get("source")

    @property
    def y(self) -> NDArray[np.int64] | NDArray[np.float64]:
        """(n,) codes 0..C-1 of the classes (int64), or the numbers to predict (float64)."""
        from fathom.data.target import encode

        return encode(self.table.get_column(self.target.name), self.target)

    def take(self, rows: ArrayLike) -> Dataset:
        """The examples at positions `rows` (int), in that order."""
        index = np.asarray(rows, dtype=np.int64)
        return dataclasses.replace(self, table=self.table[index], rows=self.rows[index])

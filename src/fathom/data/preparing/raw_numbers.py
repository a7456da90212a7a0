"""The numbers that columns hold before any scaling: numbers as they are, booleans as 0 and 1, dates in parts.

Wide tables are mostly numbers, so all of them are read as one matrix, one polars expression a feature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.column import Column

if TYPE_CHECKING:
    import polars as pl

DATE_PARTS = ("days", "year", "month sin", "month cos", "weekday sin", "weekday cos", "hour sin", "hour cos")
"""days: since 1970-01-01, the time of day as a fraction. Months, weekdays and hours lie on a circle: December is next to January."""

DAY = 86_400_000_000
"""Microseconds."""


class Raw(NamedTuple):
    """One number of a row.

    Attributes:
        column: where it comes from.
        part: "" for the value itself, "0/1" for a boolean, else one of `DATE_PARTS`.
    """

    column: str
    part: str

    @property
    def name(self) -> str:
        """What the feature is called: 'age', 'when month sin'."""
        return self.column if self.part in ("", "0/1") else f"{self.column} {self.part}"


def raws_of(columns: Sequence[Column]) -> tuple[Raw, ...]:
    """The numbers of the input columns, in order; categories have none."""
    parts = {"number": ("",), "boolean": ("0/1",), "date": DATE_PARTS}
    return tuple(Raw(c.name, part) for c in columns if c.use == "input" for part in parts.get(c.kind, ()))


def raw_matrix(table: pl.DataFrame, raws: Sequence[Raw]) -> NDArray[np.float64]:
    """The numbers of each row.

    Returns:
        (n, len(raws)) float64; NaN where missing or infinite.
    """
    if not raws:
        return np.zeros((table.height, 0))
    # names are replaced by positions: two parts of one column must not collide
    values = table.select([_expression(raw).alias(str(i)) for i, raw in enumerate(raws)]).to_numpy()
    if not values.flags.writeable:
        values = values.copy(order="K")
    values[np.isinf(values)] = np.nan
    return values


def _expression(raw: Raw) -> pl.Expr:
    import polars as pl

    column = pl.col(raw.column)
    if raw.part in ("", "0/1"):
        return column.cast(pl.Float64)
    if raw.part == "days":
        return column.cast(pl.Datetime("us")).dt.timestamp("us").cast(pl.Float64) / DAY
    if raw.part == "year":
        return column.dt.year().cast(pl.Float64)
    part, _, wave = raw.part.partition(" ")
    hour = column.cast(pl.Datetime("us")).dt
    turns = {
        "month": (column.dt.month().cast(pl.Float64) - 1) / 12,
        "weekday": (column.dt.weekday().cast(pl.Float64) - 1) / 7,
        "hour": (hour.hour().cast(pl.Float64) + hour.minute().cast(pl.Float64) / 60) / 24,
    }
    angle = turns[part] * (2 * math.pi)
    return angle.sin() if wave == "sin" else angle.cos()

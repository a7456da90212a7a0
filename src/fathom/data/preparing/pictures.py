"""Pictures for nets made for them: every pixel is kept, each channel normalized by its mean and deviation on train (C4W1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fathom.core.records.picture import Picture
from fathom.data.dataset import Dataset

if TYPE_CHECKING:
    import polars as pl


def picture_in(data: Dataset) -> Picture | None:
    """The picture that the input columns are; None where they are a table, or where pixels are missing or no numbers."""
    inputs = data.inputs
    picture = Picture.of(data.notes.get("shape", ""), len(inputs))
    if picture is None or any(c.kind != "number" for c in inputs) or _has_missing(data.table.select(c.name for c in inputs)):
        return None
    return picture


def _has_missing(table: pl.DataFrame) -> bool:
    return any(column.null_count() for column in table.get_columns())

"""Where each measured example comes from: a column of the tables of errors, for a run that was split by source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fathom.data.dataset import Dataset
from fathom.data.preparing.identity import ids_and_groups
from fathom.data.splitting.sources import UNKNOWN, sources_of
from fathom.experiment.sample_size import AT_THE_END, subset

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

COLUMN = "source"


def sourced(tables: Mapping[str, pl.DataFrame], roles: Mapping[str, Dataset]) -> dict[str, pl.DataFrame]:
    """The tables with a column "source" after the id; as they are where the data have no sources.

    Args:
        tables: errors by role; of a large train set the rows that the ladder is measured on.
        roles: the sets.
    """
    return {role: _with(table, roles.get(role), thinned=role == "train") for role, table in tables.items()}


def _with(table: pl.DataFrame, data: Dataset | None, *, thinned: bool) -> pl.DataFrame:
    """By the id of each example, since a table may hold a part of the set; by its place where ids repeat."""
    import polars as pl

    if data is None or data.source_column is None:
        return table
    sources = sources_of(data)
    names = pl.Series(COLUMN, np.array(sources.names, dtype=np.str_)[sources.of])
    known = pl.DataFrame([pl.Series("id", ids_and_groups(data)[0]), names])
    if known.get_column("id").is_unique().all() and known.schema["id"] == table.schema["id"]:
        found = table.select("id").join(known, on="id", how="left", maintain_order="left").get_column(COLUMN)
        return table.clone().insert_column(1, found.fill_null(UNKNOWN))
    rows = subset(len(data), AT_THE_END, 0) if thinned else np.arange(len(data))
    return table.clone().insert_column(1, names[rows]) if len(rows) == table.height else table


def sources_in(tables: Mapping[str, pl.DataFrame]) -> dict[str, NDArray[np.str_]]:
    """Role -> the source of each example, for the tables that say so."""
    return {role: table.get_column(COLUMN).to_numpy() for role, table in tables.items() if COLUMN in table.columns}

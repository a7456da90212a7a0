"""Where each measured example comes from: a column of the tables of errors, for a run that was split by source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fathom.data.dataset import Dataset
from fathom.data.splitting.sources import sources_of
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
    import polars as pl

    if data is None or data.source_column is None:
        return table
    sources = sources_of(data)
    of = sources.of[subset(len(data), AT_THE_END, 0)] if thinned else sources.of
    return table.insert_column(1, pl.Series(COLUMN, np.array(sources.names, dtype=np.str_)[of]))


def sources_in(tables: Mapping[str, pl.DataFrame]) -> dict[str, NDArray[np.str_]]:
    """Role -> the source of each example, for the tables that say so."""
    return {role: table.get_column(COLUMN).to_numpy() for role, table in tables.items() if COLUMN in table.columns}

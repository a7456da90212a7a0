"""What an example is called, and which group it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.data.dataset import Dataset

if TYPE_CHECKING:
    import polars as pl


def ids_and_groups(data: Dataset) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """(n,) the id column's values, else each example's row in its source; (n,) the group column's values, or None."""
    named, group = data.column_for("id"), data.column_for("group")
    ids = data.rows if named is None else _plain(data.table.get_column(named))
    return ids, None if group is None else _plain(data.table.get_column(group))


def _plain(column: pl.Series) -> NDArray[Any]:
    """Whole numbers as int64, everything else as text, so that an array has one type whatever is missing."""
    import polars as pl

    if column.dtype.is_numeric() and not column.null_count():
        values = column.cast(pl.Float64).to_numpy()
        if np.isfinite(values).all() and (values == np.round(values)).all() and np.abs(values).max(initial=0) < 2**53:
            return values.astype(np.int64)
    return np.array(column.cast(pl.String).fill_null("").to_list(), dtype=np.str_)

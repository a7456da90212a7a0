"""What the nets of all folds say, as the tables of one run: every example is in dev once, and in train as often as it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.errors import Errors
from fathom.core.records.folds import Fold, Folds
from fathom.diagnosis.retraining import spread_over_retraining

if TYPE_CHECKING:
    import polars as pl

FOLD = "fold"
"""The column of the net that an example was judged by, from 0."""


def pooled_train(tables: Sequence[pl.DataFrame], units: Sequence[float]) -> pl.DataFrame:
    """The train tables under one another; what stands for one example is a group of its own where no other groups are known.

    Args:
        tables: of the nets, in order.
        units: of each net's errors, in those of the whole (1 for classes).
    """
    import polars as pl

    table = pl.concat([_marked(t, fold, unit) for fold, (t, unit) in enumerate(zip(tables, units, strict=True))])
    return table if "group" in table.columns else table.insert_column(1, table.get_column("id").alias("group"))


def pooled_dev(tables: Sequence[pl.DataFrame], units: Sequence[float], held_out: Sequence[NDArray[np.int64]]) -> pl.DataFrame:
    """The dev tables under one another, in the order of the examples; `held_out` are the positions that each net judged."""
    import polars as pl

    table = pl.concat([_marked(t, fold, unit) for fold, (t, unit) in enumerate(zip(tables, units, strict=True))])
    return table[np.argsort(np.concatenate(held_out), kind="stable")]


def _marked(table: pl.DataFrame, fold: int, unit: float) -> pl.DataFrame:
    import polars as pl

    scaled = table if unit == 1.0 else table.with_columns(pl.col("error") * unit)
    return scaled.with_columns(pl.lit(fold, dtype=pl.Int64).alias(FOLD))


def fold_of_each(table: pl.DataFrame | None) -> NDArray[Any] | None:
    """(n,) the fold of each example of a dev table; None where there was one split."""
    return None if table is None or FOLD not in table.columns else table.get_column(FOLD).to_numpy()


def folds_in(tables: Mapping[str, pl.DataFrame]) -> Folds | None:
    """The record of the folds behind the tables of a run; None where there was one split."""
    train, dev = tables.get("train"), tables.get("dev")
    of_train, of_dev = fold_of_each(train), fold_of_each(dev)
    if train is None or dev is None or of_train is None or of_dev is None:
        return None
    first, second = _errors(train), _errors(dev)
    each = []
    for number in np.unique(of_dev):
        mine, held = of_train == number, of_dev == number
        rates = (float(np.average(e.value[rows], weights=e.weight[rows])) for e, rows in ((first, mine), (second, held)))
        train_rate, dev_rate = rates
        each.append(Fold(train_rows=int(mine.sum()), dev_rows=int(held.sum()), train=train_rate, dev=dev_rate))
    return Folds(folds=tuple(each), spread=spread_over_retraining(second, of_dev))


def _errors(table: pl.DataFrame) -> Errors:
    group = table.get_column("group").to_numpy() if "group" in table.columns else None
    return Errors.of(table.get_column("error").to_numpy(), table.get_column("weight").to_numpy(), group)

"""What differs between train_dev and dev of a run: columns, pictures' brightness and the like, and how much of the gap they explain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.errors import Errors
from fathom.core.records.mismatch import Mismatch
from fathom.core.seeding import generator
from fathom.data.dataset import Dataset
from fathom.diagnosis.explained import TARGET
from fathom.diagnosis.reweighting import reweighted
from fathom.diagnosis.shifts import shifts_between
from fathom.experiment.picture_measures import picture_measures

if TYPE_CHECKING:
    import polars as pl

    from fathom.experiment.ready import Ready

MOST = 20_000
"""Rows of a role that are compared."""

MOST_COLUMNS = 200
"""Columns that odds are fitted on: those that differ most."""

YEAR = 365.25 * 24 * 3600 * 1e6
"""Microseconds."""

Columns = dict[str, NDArray[Any]]


def mismatch_of(ready: Ready, errors: Errors, seed: int = 0) -> Mismatch | None:
    """Compare train_dev with dev, column by column and all together.

    Args:
        ready: the data, split and prepared.
        errors: of train_dev.
        seed: of the rows drawn.

    Returns:
        None where there is no train_dev or no dev.
    """
    start, end = ready.splits.train_dev, ready.splits.dev
    if start is None or end is None:
        return None
    kept = {"train_dev": _compared(start, seed), "dev": _compared(end, seed)}
    a, b = _columns(start.take(kept["train_dev"])), _columns(end.take(kept["dev"]))
    shifts, tested = shifts_between(a, b)
    found = reweighted(*_numbers_of(ready, start, end), errors, seed)
    return Mismatch(
        shifts=shifts,
        tested=tested,
        rows={role: len(rows) for role, rows in kept.items()},
        told_apart=None if found is None else found.told_apart,
        reweighted=None if found is None else found.error,
        alike=None if found is None else found.alike,
    )


def _compared(data: Dataset, seed: int) -> NDArray[np.int64]:
    """The rows that are compared: one of each group, so that they are independent, and 20,000 at most."""
    rows = generator(seed, "mismatch").permutation(len(data))
    group = data.column_for("group")
    if group is not None:
        words = data.table.get_column(group)[rows].cast(str).fill_null("").to_numpy()
        rows = rows[np.unique(words, return_index=True)[1]]
        rows = generator(seed, "mismatch groups").permutation(rows)
    return np.sort(rows[:MOST])


def _columns(data: Dataset) -> Columns:
    """The inputs as they are, and the target: numbers with NaN, text with ""; of pictures what can be said of them."""
    pictures = _pictures(data)
    named = pictures or {c.name: _values(data.table.get_column(c.name)) for c in data.inputs}
    return {**named, f"{data.target.name}{TARGET}": _values(data.table.get_column(data.target.name))}


def _values(column: pl.Series) -> NDArray[Any]:
    import polars as pl

    if column.dtype.is_temporal():
        return column.cast(pl.Datetime("us")).to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy() / YEAR + 1970
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.asarray(column.cast(pl.String).fill_null("").to_list(), dtype=np.str_)


def _pictures(data: Dataset) -> Columns:
    """Brightness, contrast and so on of pictures; {} for tables."""
    shape = re.fullmatch(r"(\d+)x(\d+)", data.notes.get("shape", ""))
    if shape is None or int(shape[1]) * int(shape[2]) != len(data.inputs):
        return {}
    pixels = data.table.select([c.name for c in data.inputs]).to_numpy().astype(np.float32)
    return dict(picture_measures(pixels.reshape(-1, int(shape[1]), int(shape[2]))))


def _numbers_of(ready: Ready, start: Dataset, end: Dataset) -> tuple[NDArray[Any], NDArray[Any]]:
    """What odds are fitted on: the measures of pictures, else the prepared columns that differ most."""
    pictures = _pictures(start)
    if pictures:
        others = _pictures(end)
        return _scaled(np.stack(list(pictures.values()), axis=1), np.stack([others[name] for name in pictures], axis=1))
    inputs: Mapping[str, NDArray[np.float32]] = ready.prepared.inputs
    a, b = inputs["train_dev"], inputs["dev"]
    if a.shape[1] <= MOST_COLUMNS:
        return a, b
    chosen = np.sort(np.argsort(-np.abs(a.mean(axis=0) - b.mean(axis=0)), kind="stable")[:MOST_COLUMNS])
    return a[:, chosen], b[:, chosen]


def _scaled(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    mean, std = a.mean(axis=0), a.std(axis=0)
    return (a - mean) / np.maximum(std, 1e-9), (b - mean) / np.maximum(std, 1e-9)

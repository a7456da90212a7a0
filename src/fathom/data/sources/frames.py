"""Frames of polars and pandas, mappings of columns, lists of records."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.expectations import refuse, shown
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import series

if TYPE_CHECKING:
    import polars as pl

HALVES = re.compile("[\ud800-\udfff]")
"""Of signs beyond the first 65,536, as some programs write them."""


def raw_of_polars(source: Any, name: str = "frame") -> Raw:
    """A DataFrame, LazyFrame or Series of polars.

    Raises:
        UnusableInput: no rows or no columns, or two columns whose names differ only by space.
    """
    import polars as pl

    frame = source.collect() if isinstance(source, pl.LazyFrame) else source.to_frame() if isinstance(source, pl.Series) else source
    if not isinstance(frame, pl.DataFrame):
        raise refuse("data", expected="a polars DataFrame", got=type(source).__name__)
    return _raw(frame, name)


def raw_of_pandas(source: Any, name: str = "frame") -> Raw:
    """A DataFrame of pandas; its index is left out.

    Raises:
        UnusableInput: names that occur twice, several levels of names, no rows.
    """
    import polars as pl

    if not hasattr(source, "columns"):
        raise refuse("data", expected="a pandas DataFrame", got=type(source).__name__)
    if getattr(source.columns, "nlevels", 1) > 1:
        raise refuse("data", expected="one level of column names", got=f"{source.columns.nlevels}", fix="join the levels")
    names = [str(c) for c in source.columns]
    _check_names(names)
    if not len(source):
        raise refuse("data", expected="rows", got="none")
    return _raw(pl.DataFrame([_pandas_column(n, source.iloc[:, i]) for i, n in enumerate(names)]), name)


def raw_of_records(source: Mapping[str, Any] | Sequence[Mapping[str, Any]], name: str = "frame") -> Raw:
    """A mapping of columns, or a list of mappings (one a row; keys may be missing).

    Raises:
        UnusableInput: columns of different lengths, or rows that are no mappings.
    """
    import polars as pl

    if isinstance(source, Mapping):
        columns = {str(k): _column(v) for k, v in source.items()}
    else:
        if not all(isinstance(row, Mapping) for row in source):
            raise refuse("data", expected="a mapping for every row", got="rows of other types")
        keys = list(dict.fromkeys(key for row in source for key in row))
        columns = {str(k): [row.get(k) for row in source] for k in keys}
    lengths = {k: len(v) for k, v in columns.items()}
    if len(set(lengths.values())) > 1:
        raise refuse("data", expected="columns of one length", got=shown(f"{k} {n:,}" for k, n in lengths.items()))
    return _raw(pl.DataFrame([_series(k, v) for k, v in columns.items()]), name)


def _raw(frame: pl.DataFrame, name: str) -> Raw:
    if not frame.height or not frame.width:
        raise refuse("data", expected="rows and columns", got=f"{frame.height:,} rows and {frame.width:,} columns")
    stripped = [c.strip() or f"Unnamed: {i}" for i, c in enumerate(frame.columns)]
    _check_names(stripped)
    if stripped != frame.columns:
        frame = frame.rename(dict(zip(frame.columns, stripped, strict=True)))
    return Raw(frame, name=name, digest=_digest(frame))


def _digest(frame: pl.DataFrame) -> str:
    """blake2b over names, types and the hashes of rows."""
    state = hashlib.blake2b(repr(frame.schema).encode(), digest_size=32)
    try:
        state.update(frame.hash_rows(seed=0).to_numpy().tobytes())
    except Exception as error:  # a column type that polars cannot hash: the schema alone is better than no load
        state.update(type(error).__name__.encode())
    return state.hexdigest()


def _check_names(names: list[str]) -> None:
    twice = [n for n, count in Counter(n.strip() for n in names).items() if count > 1]
    if twice:
        raise refuse("data", expected="column names that differ", got=f"{shown(map(repr, twice), 5)} more than once", fix="rename one")


def _column(values: Any) -> Any:
    import polars as pl

    if isinstance(values, pl.Series | np.ndarray | list):
        return values
    if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
        raise refuse("data", expected="a sequence for every column", got=type(values).__name__)
    return list(values)


def _series(name: str, values: Any) -> pl.Series:
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray):
        return series(name, values)
    try:
        return pl.Series(name, values)
    except UnicodeEncodeError:  # halves of signs, which no file can hold
        return pl.Series(name, [HALVES.sub("\ufffd", value) if isinstance(value, str) else value for value in values])
    except (TypeError, pl.exceptions.PolarsError, OverflowError):  # mixed types
        return series(name, np.fromiter(values, dtype=object, count=len(values)))


def _pandas_column(name: str, column: Any) -> pl.Series:
    """By way of NumPy: pandas' own bridge needs another package."""
    kind = getattr(column.dtype, "kind", "O")
    if isinstance(column.dtype, np.dtype) and kind in "biuf":
        return series(name, column.to_numpy())
    if kind == "M":
        return _pandas_dates(name, column)
    missing = column.isna().to_numpy()
    values = column.astype(object).to_numpy().copy()
    values[missing] = None
    return _series(name, values.tolist())


def _pandas_dates(name: str, column: Any) -> pl.Series:
    plain = column.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(column.dt, "tz", None) else column
    return series(name, plain.to_numpy().astype("datetime64[us]"))

"""A 64-bit digest of each row: its rank in a split, and how copies are found.

A row's canonical bytes are its cells in the order of the columns' names, eight bytes a cell: numbers as little-endian float64 (every NaN
and missing value the same, -0 as 0), dates as microseconds, text as blake2b of its UTF-8; so neither the order of the rows of a file nor
that of its columns matters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import derive

if TYPE_CHECKING:
    import polars as pl

Digests = NDArray[np.uint64]

BUFFER = 32 * 1024 * 1024
"""Bytes of canonical rows that are held at a time."""

MISSING = 0x7FF8_0000_0000_0000
"""The bits of NaN: missing values of every kind."""


def row_digests(table: pl.DataFrame, names: Sequence[str], seed: int) -> Digests:
    """blake2b of (seed, the cells of `names`) for each row.

    Args:
        table: (n rows) of numbers, booleans, dates and text.
        names: the columns that count, in any order.
        seed: other seeds give other digests.

    Returns:
        (n,) uint64.

    Example:
        >>> import polars as pl
        >>> a, b, c = row_digests(pl.DataFrame({"x": [0.0, -0.0, 1.0]}), ["x"], seed=0)
        >>> bool(a == b), bool(a == c)
        (True, False)
    """
    ordered = sorted(names)
    rows = max(1, BUFFER // (8 * (len(ordered) + 1)))
    head = derive(seed, "split", "rows")
    parts = [_digests(table.slice(start, rows).select(ordered), head) for start in range(0, table.height, rows)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


def _digests(table: pl.DataFrame, head: int) -> Digests:
    cells: NDArray[np.uint64] = np.empty((table.height, table.width + 1), dtype="<u8")
    cells[:, 0] = head
    _fill(cells[:, 1:], table)
    width = cells.shape[1] * 8
    raw = memoryview(cells).cast("B")  # type: ignore[arg-type]
    blake2b = hashlib.blake2b
    joined = b"".join([blake2b(raw[i : i + width], digest_size=8).digest() for i in range(0, len(raw), width)])
    return np.frombuffer(joined, dtype="<u8").astype(np.uint64, copy=False)


def _fill(cells: NDArray[Any], table: pl.DataFrame) -> None:
    """Write the canonical cells; numbers all at once, since wide tables are mostly numbers."""
    import polars as pl

    names, kinds = table.columns, table.dtypes  # built anew at every access
    numeric = [i for i, dtype in enumerate(kinds) if dtype.is_numeric() or dtype == pl.Boolean]
    if numeric:
        cells[:, numeric] = _numbers(table.select([names[i] for i in numeric]))
    for i in sorted(set(range(len(names))) - set(numeric)):
        column = table.to_series(i)
        cells[:, i] = _moments(column) if column.dtype.is_temporal() else _texts(column)


def _numbers(table: pl.DataFrame) -> Digests:
    import polars as pl

    values = table.cast(pl.Float64).to_numpy() + 0.0  # -0.0 + 0.0 is 0.0
    bits = values.view(np.uint64)
    bits[np.isnan(values)] = MISSING
    return bits


def _moments(column: pl.Series) -> Digests:
    import polars as pl

    bits = column.cast(pl.Datetime("us")).to_physical().fill_null(0).to_numpy().astype(np.int64).view(np.uint64)
    bits[column.is_null().to_numpy()] = MISSING
    return bits


def _texts(column: pl.Series) -> Digests:
    import polars as pl

    words = column.cast(pl.String)
    unique = words.drop_nulls().unique()
    digests = [int.from_bytes(hashlib.blake2b(w.encode(), digest_size=8).digest(), "little") for w in unique]
    known = pl.Series(digests, dtype=pl.UInt64)
    return words.replace_strict(unique, known, default=MISSING, return_dtype=pl.UInt64).to_numpy().copy()

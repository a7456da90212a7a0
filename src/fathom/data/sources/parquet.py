"""Parquet files."""

from __future__ import annotations

import io

from fathom.core.expectations import refuse
from fathom.data.reading.raw import Raw


def read_parquet(data: bytes, path: str) -> Raw:
    """A table with the types that the file has.

    Raises:
        UnusableInput: the bytes are no Parquet file, or it has no rows.
    """
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise refuse(f"file '{path}'", expected="a Parquet file that is whole", got=reason) from None
    if not frame.height:
        raise refuse(f"file '{path}'", expected="rows", got="none")
    return Raw(frame, name="", path=path)

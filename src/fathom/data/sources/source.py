"""Which source reads what: a path by its name and its first bytes, anything else by its type."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fathom.core.expectations import refuse
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import raw_of_arrays, raw_of_matrix
from fathom.data.sources.delimited import read_delimited
from fathom.data.sources.frames import raw_of_pandas, raw_of_polars, raw_of_records
from fathom.data.sources.idx_pairs import idx_in, is_idx, read_idx_file, read_idx_folder, read_idx_pair
from fathom.data.sources.json_lines import read_json_lines
from fathom.data.sources.npz import read_npz
from fathom.data.sources.parquet import read_parquet
from fathom.data.sources.paths import existing_file, file_bytes, refuse_foreign, stem_of
from fathom.data.sources.picture_block import Decoding
from fathom.data.sources.picture_files import is_picture
from fathom.data.sources.pictures import path_column, read_file, read_folder, with_pictures
from fathom.data.sources.torch_sets import is_torch_set, raw_of_torch


def raw_of(source: Any, name: str | None = None, *, pictures: Decoding | None = None) -> Raw:
    """A path, frame, mapping of columns, list of records, matrix or pair of arrays as a raw table.

    Args:
        source: what to read.
        name: what to call it.
        pictures: how picture files are decoded.

    Raises:
        UnusableInput: it cannot be read; one line says why.

    Example:
        >>> raw_of({"a": [1, 2]}, "mine").frame.shape
        (2, 1)
    """
    how = pictures or Decoding()
    raw = _read_path(Path(source), how) if isinstance(source, str | Path) else _read_object(source)
    if how.size is not None and not raw.uses:
        raise refuse("`size`", expected="none for data other than picture files", got=repr(how.size))
    return dataclasses.replace(raw, name=name) if name else raw


def _read_path(path: Path, how: Decoding) -> Raw:
    if (folder := path.expanduser()).is_dir():
        files = idx_in(folder)
        return read_idx_folder(folder, files) if files else read_folder(folder, how)
    path = existing_file(path)
    if how.picture is not None and is_picture(path.name):
        return read_file(path, how.picture)
    if is_idx(path):
        return read_idx_file(path)
    data = file_bytes(path)
    suffix = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if data[:4] == b"PAR1" or suffix == "parquet":
        raw = read_parquet(data, str(path))
    elif suffix == "npz":
        raw = read_npz(data, str(path))
    elif suffix in ("jsonl", "ndjson", "json"):
        raw = read_json_lines(data, str(path), whole=suffix == "json")
    else:
        refuse_foreign(data, str(path))
        raw = read_delimited(data, str(path), tabs=suffix in ("tsv", "tab"))
    if (column := path_column(raw.frame, path.parent)) is not None:
        raw = with_pictures(raw, column, path.parent, how)
    digest = raw.digest or hashlib.blake2b(data, digest_size=32).hexdigest()
    return dataclasses.replace(raw, name=stem_of(path), path=str(path), digest=digest)


def _read_object(source: Any) -> Raw:
    module = type(source).__module__.partition(".")[0]
    if module == "polars":
        return raw_of_polars(source)
    if module == "pandas":
        return raw_of_pandas(source)
    if isinstance(source, Mapping):
        return raw_of_records(source)
    if is_torch_set(source):
        return raw_of_torch(source)
    if isinstance(source, tuple) and len(source) == 2:
        if all(isinstance(part, str | Path) for part in source):
            return read_idx_pair(*(existing_file(Path(part)) for part in source))
        return raw_of_arrays(*source)
    if isinstance(source, list) and source and isinstance(source[0], Mapping):
        return raw_of_records(source)
    if hasattr(source, "__array__"):
        return raw_of_matrix(source)
    raise refuse(
        "data",
        expected="a path, 'sample:NAME', a frame, a mapping of columns, a list of records, a pair (X, y), or a torch Dataset",
        got=f"{type(source).__name__}",
    )

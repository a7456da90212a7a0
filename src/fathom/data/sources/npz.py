"""NPZ archives of NumPy arrays: X and y, train and test parts as Keras ships them, or columns by name."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import matrix_frame, named_lengths, raw_of_arrays, raw_of_matrix, series

MOST_BYTES = 64 * 2**30

_PAIRS = (("x", "y"), ("data", "target"), ("data", "labels"), ("images", "labels"), ("inputs", "targets"), ("features", "labels"))
_PARTS = ("train", "val", "valid", "dev", "test")


def read_npz(data: bytes, path: str) -> Raw:
    """A table from the arrays of an archive.

    X and y (or data and target, images and labels) are a pair; x_train, y_train, x_test, y_test are pairs with a column 'role';
    else one-dimensional arrays of one length are columns, and two-dimensional ones are columns name0, name1, ...

    Raises:
        UnusableInput: no archive, pickled objects inside, arrays whose lengths differ.
    """
    arrays = _arrays(data, path)
    lower = {name.lower(): array for name, array in arrays.items()}
    for inputs, target in _PAIRS:
        if set(lower) == {inputs, target}:
            return raw_of_arrays(lower[inputs], lower[target])
    if "x_train" in lower and "y_train" in lower:
        return _parts(lower, path)
    if set(lower) == {"x"}:
        return raw_of_matrix(lower["x"])
    return _columns(arrays, path)


def _arrays(data: bytes, path: str) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES:
            raise refuse(f"file '{path}'", expected=f"at most {MOST_BYTES >> 30} GiB unpacked", got=f"{size >> 30} GiB")
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError):
        raise refuse(f"file '{path}'", expected="an NPZ archive that is whole", got="something else") from None
    except UnusableInput:
        raise
    except ValueError as error:
        got = "pickled objects, which are never opened" if "allow_pickle" in str(error) else str(error).splitlines()[0]
        raise refuse(f"file '{path}'", expected="arrays of numbers or text", got=got) from None
    if not all(isinstance(a, np.ndarray) and a.ndim for a in arrays.values()) or not arrays:
        raise refuse(f"file '{path}'", expected="arrays with one row an example", got="none, or single values")
    return arrays


def _parts(arrays: dict[str, NDArray[Any]], path: str) -> Raw:
    """x_train, y_train, x_test, y_test: one table with a column 'role'."""
    parts = [p for p in _PARTS if f"x_{p}" in arrays and f"y_{p}" in arrays]
    try:
        x = np.concatenate([arrays[f"x_{p}"] for p in parts])
        y = np.concatenate([arrays[f"y_{p}"].reshape(len(arrays[f"y_{p}"])) for p in parts])
    except ValueError:
        raise refuse(f"file '{path}'", expected="parts of one shape", got=named_lengths(arrays)) from None
    raw = raw_of_arrays(x, y)
    roles = np.repeat(np.array(parts), [len(arrays[f"y_{p}"]) for p in parts])
    return dataclasses.replace(raw, frame=raw.frame.with_columns(series("role", roles)))


def _columns(arrays: dict[str, NDArray[Any]], path: str) -> Raw:
    import polars as pl

    if len({len(a) for a in arrays.values()}) > 1:
        raise refuse(f"file '{path}'", expected="X and y, or arrays of one length", got=named_lengths(arrays))
    columns: list[pl.Series] = []
    for name, array in arrays.items():
        flat = array.reshape(len(array), -1)
        names = [name] if array.ndim == 1 else [f"{name}{i}" for i in range(flat.shape[1])]
        columns += matrix_frame(flat, names).get_columns()
    return Raw(pl.DataFrame(columns), name="", path=path)

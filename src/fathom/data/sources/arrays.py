"""Arrays: a matrix of examples in rows, alone or with its target."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse, shown
from fathom.data.reading.raw import Raw

if TYPE_CHECKING:
    import polars as pl

TARGET = "y"


def raw_of_arrays(inputs: Any, target: Any, name: str = "arrays") -> Raw:
    """A pair (X, y): columns x0, x1, ... and y.

    Args:
        inputs: (n, d), or (n, ...) which is flattened to (n, d); 1-D is one column.
        target: (n,) or (n, 1), numbers, booleans or text.
        name: what to call the set.

    Raises:
        UnusableInput: lengths that differ, or a y with several columns.

    Example:
        >>> raw_of_arrays(np.zeros((2, 2)), ["a", "b"]).frame.columns
        ['x0', 'x1', 'y']
    """
    x, y = as_array("X", inputs), as_array("y", target)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise refuse("y", expected="one value for each example, shape (n,)", got=f"shape {y.shape}", fix="decode one-hot rows by argmax(1)")
    if x.ndim == 0 or len(x) != len(y):
        raise refuse("(X, y)", expected="as many rows in X as values in y", got=f"{len(x) if x.ndim else 0:,} and {len(y):,}")
    matrix = raw_of_matrix(x)
    frame = matrix.frame.with_columns(series(TARGET, y))
    return Raw(frame, name=name, digest=digest_of(x, y), target=TARGET, array=True, notes=matrix.notes)


def raw_of_matrix(inputs: Any, name: str = "arrays") -> Raw:
    """A matrix of examples in rows, without a target.

    Raises:
        UnusableInput: no rows, or values that are no numbers and no text.
    """
    x = as_array("X", inputs)
    if x.ndim == 0 or not x.size:
        raise refuse("X", expected="examples in rows, shape (n, d)", got=f"shape {x.shape}")
    notes = {"shape": "x".join(map(str, x.shape[1:]))} if x.ndim > 2 else {}
    return Raw(matrix_frame(x.reshape(len(x), -1)), name=name, digest=digest_of(x), array=True, notes=notes)


def matrix_frame(x: NDArray[Any], names: list[str] | None = None) -> pl.DataFrame:
    """(n, d) as a frame with columns x0, x1, ... or `names`; numbers stay in one block until a column is asked for."""
    import polars as pl

    names = names or [f"x{i}" for i in range(x.shape[1])]
    by_column = np.asfortranarray(x) if x.dtype.kind in "biuf" else x
    return pl.DataFrame([series(name, by_column[:, i]) for i, name in enumerate(names)])


def series(name: str, values: NDArray[Any]) -> pl.Series:
    """One column; mixed objects become text."""
    import polars as pl

    if values.dtype.kind in "biufM":
        usual = values.astype(np.float32) if values.dtype == np.float16 else values
        return pl.Series(name, np.ascontiguousarray(usual))
    given = values.tolist()
    types = {type(v) for v in given if not _missing(v)}
    if types <= {bool} or types <= {int, float} or types <= {str}:
        return pl.Series(name, [None if _missing(v) else v for v in given], strict=False)
    return pl.Series(name, [None if _missing(v) else str(v) for v in given], dtype=pl.String)


def as_array(what: str, values: Any) -> NDArray[Any]:
    """An array of numbers, booleans, dates or text, from anything that can be one (a tensor on the CPU too).

    Raises:
        UnusableInput: rows of different lengths, complex numbers.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if hasattr(values, "toarray"):
        values = values.toarray()
    try:
        array = np.asarray(values)
    except ValueError:
        raise refuse(what, expected="rows of one length", got="rows of different lengths") from None
    if array.dtype.kind not in "biufMOUS":
        raise refuse(what, expected="numbers, booleans, dates or text", got=f"values of type {array.dtype}")
    return array


def digest_of(*arrays: NDArray[Any]) -> str:
    """blake2b of the arrays' types, shapes and bytes, in hex."""
    state = hashlib.blake2b(digest_size=32)
    for array in arrays:
        state.update(f"{array.dtype.str}{array.shape}".encode())
        plain = array if array.dtype.kind != "O" else np.array([repr(v) for v in array.ravel()])
        state.update(np.ascontiguousarray(plain).tobytes())
    return state.hexdigest()


def named_lengths(arrays: dict[str, NDArray[Any]]) -> str:
    """'x (100, 4), y (90,)' for messages."""
    return shown(f"{name} {array.shape}" for name, array in arrays.items())


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)

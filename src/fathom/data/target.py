"""The target's values: labels to codes and back, in the user's own type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.records.target import Target

if TYPE_CHECKING:
    import polars as pl


def encode(series: pl.Series, target: Target) -> NDArray[np.int64] | NDArray[np.float64]:
    """The target's column as a net needs it.

    Args:
        series: (n,) labels (String) of a classification or numbers of a regression, no missing values.
        target: kind and classes.

    Returns:
        (n,) codes 0..C-1 in the order of `target.classes` (int64), or the numbers themselves (float64).

    Raises:
        UnusableInput: a value is missing, or a label is none of the classes.

    Example:
        >>> import polars as pl
        >>> encode(pl.Series(["yes", "no"]), Target(name="y", kind="binary", classes=("no", "yes"), dtype="string"))
        array([1, 0])
    """
    import polars as pl

    _none_missing(series, target)
    if target.kind == "regression":
        return series.cast(pl.Float64).to_numpy().astype(np.float64, copy=True)
    codes = series.cast(pl.Enum(list(target.classes)), strict=False).to_physical().cast(pl.Int64)
    if codes.null_count():
        unknown = series.filter(codes.is_null()).unique(maintain_order=True).to_list()
        raise refuse(
            f"target '{target.name}'",
            expected=f"one of the classes {shown(target.classes)}",
            got=shown(repr(u) for u in unknown),
            fix=did_you_mean(str(unknown[0]), target.classes),
        )
    return codes.to_numpy().astype(np.int64, copy=True)


def decode(values: ArrayLike, target: Target) -> pl.Series:
    """Codes (or predicted numbers) as the user's own labels, in the user's own type.

    Args:
        values: (n,) codes 0..C-1 for classes, numbers for regression.
        target: kind, classes and the type of the labels.

    Returns:
        (n,) a series called after the target: String, Int64, Float64 or Boolean.

    Example:
        >>> decode([1, 0], Target(name="y", kind="binary", classes=("0", "1"), dtype="integer")).to_list()
        [1, 0]
    """
    import polars as pl

    if target.kind == "regression":
        return pl.Series(target.name, np.asarray(values, dtype=np.float64))
    codes = np.asarray(values, dtype=np.int64)
    classes = pl.Series(target.name, list(target.classes), dtype=pl.String)
    return _typed(classes, target.dtype)[codes]


def labels(target: Target) -> pl.Series:
    """(C,) the classes in the order of their codes, in the user's own type."""
    return decode(np.arange(len(target.classes)), target)


def _none_missing(series: pl.Series, target: Target) -> None:
    if series.null_count():
        raise refuse(
            f"target '{target.name}'",
            expected="a value in every row",
            got=f"{series.null_count():,} missing",
            fix="leave those rows out; `load` does",
        )


def _typed(classes: pl.Series, dtype: str) -> pl.Series:
    import polars as pl

    if dtype == "boolean":
        return (classes.str.to_lowercase() == "true").alias(classes.name)
    kinds = {"integer": pl.Int64, "float": pl.Float64}
    return classes.cast(kinds[dtype]) if dtype in kinds else classes

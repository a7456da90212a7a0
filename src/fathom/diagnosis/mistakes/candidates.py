"""The slices that are tried: numbers cut at quantiles, categories, missingness, class, predicted class, group."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.amount import amount, short
from fathom.core.records.slice import SliceKind

if TYPE_CHECKING:
    import polars as pl

FEWEST = 10
"""Examples of a slice, and outside of it."""

MOST_LEVELS = 30
"""Of a column, the commonest; more are rare ones."""

MOST_COLUMNS = 500

QUARTERS, TENTHS = (0.25, 0.5, 0.75), (0.1, 0.9)

TENTHS_FROM = 200
"""Examples, from which on the lowest and the highest tenth are tried too."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Candidate:
    """One slice to try.

    Attributes:
        says: what its examples have in common.
        column, kind: as in `Slice`.
        mask: (n,) which examples it holds.
        low, high: for a number: low < value <= high; None where it is open.
        level: for a category.
    """

    says: str
    column: str
    kind: SliceKind
    mask: Mask
    low: float | None = None
    high: float | None = None
    level: Any = None

    def share_of(self, column: pl.Series) -> float:
        """Its share of other examples, whose column is given."""
        if self.kind == "missing":
            return float(missing(column).mean()) if len(column) else 0.0
        if self.level is not None and self.low is None and self.high is None:
            return float((column == self.level).fill_null(False).mean() or 0.0) if len(column) else 0.0
        values = numbers(column)
        with np.errstate(invalid="ignore"):
            inside = (values > (-np.inf if self.low is None else self.low)) & (values <= (np.inf if self.high is None else self.high))
        return float(inside.mean()) if len(values) else 0.0


def candidates(
    inputs: pl.DataFrame,
    *,
    truth: pl.Series | None = None,
    prediction: pl.Series | None = None,
    group: pl.Series | None = None,
    number: bool = False,
) -> list[Candidate]:
    """All slices of at least 10 examples, with at least 10 outside.

    Args:
        inputs: the input columns, one row an example.
        truth, prediction, group: of each example; left out where they are None.
        number: whether a number is predicted, which is cut at quantiles like a column.
    """
    found = [c for name in inputs.columns[:MOST_COLUMNS] for c in _of_column(name, inputs.get_column(name))]
    for kind, label, series in (("class", "truth", truth), ("prediction", "prediction", prediction)):
        if series is not None:
            found += list(_of_answer(label, kind, series, number))  # type: ignore[arg-type]
    if group is not None:
        found += list(_levels("group", "", "group", group))
    return [c for c in found if FEWEST <= int(c.mask.sum()) <= len(c.mask) - FEWEST]


def _of_answer(label: str, kind: SliceKind, series: pl.Series, number: bool) -> Iterator[Candidate]:
    yield from _cuts(label, "", kind, series) if number else _levels(label, "", kind, series)


def _of_column(name: str, column: pl.Series) -> Iterator[Candidate]:
    shown = short(name, 40)
    absent = missing(column)
    if absent.any():
        yield Candidate(f"{shown} is missing", name, "missing", absent)
    if column.dtype.is_numeric() or column.dtype.is_temporal():
        yield from _cuts(shown, name, "number", column)
    else:
        yield from _levels(shown, name, "category", column)


def _levels(shown: str, name: str, kind: SliceKind, column: pl.Series) -> Iterator[Candidate]:
    """The commonest levels."""
    counts = column.drop_nulls().value_counts(sort=True)
    for level in counts.get_column(column.name).head(MOST_LEVELS).to_list():
        mask = (column == level).fill_null(False).to_numpy()
        yield Candidate(f"{shown} is {_word(level)}", name, kind, mask, level=level)


def _word(level: Any) -> str:
    return ("yes" if level else "no") if isinstance(level, bool) else short(str(level), 40)


def _cuts(shown: str, name: str, kind: SliceKind, column: pl.Series) -> Iterator[Candidate]:
    """Quarters, and of many examples the lowest and the highest tenth; the values themselves where they are few."""
    values = numbers(column)
    known = values[np.isfinite(values)]
    different = np.unique(known)
    if len(different) < 2:
        return
    if len(different) <= 5:
        for value in different.tolist():
            yield Candidate(f"{shown} is {_figure(value, column)}", name, kind, values == value, _below(different, value), value)
        return
    cuts = sorted(set(np.quantile(known, QUARTERS, method="inverted_cdf").tolist()) - {float(different[-1])})
    edges: list[float | None] = [None, *cuts, None]
    pairs = list(itertools.pairwise(edges))
    if len(known) >= TENTHS_FROM:
        low, high = np.quantile(known, TENTHS, method="inverted_cdf").tolist()
        pairs += [(None, low), (high, None)]
    for low_end, high_end in dict.fromkeys(pairs):
        yield Candidate(_range(shown, low_end, high_end, column), name, kind, _inside(values, low_end, high_end), low_end, high_end)


def _below(different: NDArray[np.float64], value: float) -> float | None:
    """The next smaller value, above which this one lies alone."""
    place = int(np.searchsorted(different, value))
    return float(different[place - 1]) if place else None


def _inside(values: NDArray[np.float64], low: float | None, high: float | None) -> Mask:
    with np.errstate(invalid="ignore"):
        above = np.isfinite(values) if low is None else values > low
        return above if high is None else above & (values <= high)


def _range(shown: str, low: float | None, high: float | None, column: pl.Series) -> str:
    if low is None:
        return f"{shown} is up to {_figure(high, column)}"
    if high is None:
        return f"{shown} is over {_figure(low, column)}"
    return f"{shown} is over {_figure(low, column)}, up to {_figure(high, column)}"


def _figure(value: float | None, column: pl.Series) -> str:
    if value is None:
        return ""
    if column.dtype.is_temporal():
        import polars as pl

        return str(pl.Series([int(value)]).cast(column.dtype)[0]).removesuffix(" 00:00:00")
    return amount(value)


def numbers(column: pl.Series) -> NDArray[np.float64]:
    """(n,) a column of numbers or dates as numbers, NaN where they are missing; all NaN for other columns."""
    import polars as pl

    whole = column.to_physical() if column.dtype.is_temporal() else column
    return whole.cast(pl.Float64, strict=False).to_numpy().astype(np.float64)


def missing(column: pl.Series) -> Mask:
    """(n,) where a column has no value."""
    absent = column.is_null().to_numpy()
    return absent | np.isnan(numbers(column)) if column.dtype.is_float() else absent


def columns_left_out(names: Sequence[str]) -> str:
    """What is said where there are too many columns."""
    left = len(names) - MOST_COLUMNS
    return f"Slices of the first {MOST_COLUMNS} input columns; {left:,} more were left out." if left > 0 else ""

"""Raw values of any type as a column's kind stores them: the one place where new rows are read as the first ones were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fathom.core.records.column import Column
from fathom.data.reading.dates import decide_format, read_dates
from fathom.data.reading.missing import LABEL_MARKERS, MARKERS, without_markers
from fathom.data.reading.numerals import read_leniently
from fathom.data.reading.truth import read_yes_no

if TYPE_CHECKING:
    import polars as pl

_FEW = 4
"""Text is read once for each different value where there are this many times fewer of them than rows."""


def read(raw: pl.Series, column: Column) -> pl.Series:
    """A raw column as `column` stores it.

    Args:
        raw: (n,) of any type: text as people write it, numbers, booleans, dates.
        column: its kind and reading.

    Returns:
        (n,) Float64, Boolean, Datetime or String, null where the value is missing or cannot be read; infinite numbers
        are missing.

    Example:
        >>> import polars as pl
        >>> read(pl.Series("paid", ["$1,200", "n/a"]), Column(name="paid", kind="number", reading="money")).to_list()
        [1200.0, None]
    """
    import polars as pl

    flat = _plain_type(raw)
    if column.kind == "number":
        values = _number(flat, column.reading)
    elif column.kind == "boolean":
        values = _boolean(flat)
    elif column.kind == "date":
        values = _date(flat, column.reading)
    else:
        values = _words(flat, column)
    return values.alias(column.name) if isinstance(values, pl.Series) else values


LARGEST = 1e150
"""The square of a number beyond it, times the rows, is beyond float64."""


def plain_numbers(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, pl.Series]:
    """The columns that hold nothing but plain numbers up to `LARGEST` and missing values, read in one pass over the frame.

    What a wide or a long table needs: a call for each column would cost more than the reading.

    Args:
        frame: raw columns.
        names: which of them to try; those that are no text and no numbers are passed over.

    Returns:
        Float64 by name; a column that needs a closer look is not among them.
    """
    import polars as pl

    schema = frame.schema  # worked out anew at every access
    text = [n for n in names if schema[n] == pl.String]
    tried = [*text, *(n for n in names if schema[n].is_numeric())]
    if not tried:
        return {}
    spaced = _spaced(frame, text) if text else {}
    bare = {n: pl.col(n).str.strip_chars() if spaced[n] else pl.col(n) for n in text}
    casts = [bare[n].cast(pl.Float64, strict=False).fill_nan(None) for n in text]
    casts += [pl.col(n).cast(pl.Float64).fill_nan(None) for n in tried[len(text) :]]
    numbers = frame.select(casts)
    finite = numbers.select((pl.all().abs() <= LARGEST).all()).row(0, named=True)
    pairs = zip(frame.select(tried).get_columns(), numbers.get_columns(), strict=True)
    return {values.name: values for raw, values in pairs if finite[values.name] and not _lost(raw, values)}


def _spaced(frame: pl.DataFrame, text: Sequence[str]) -> dict[str, bool]:
    """Which text columns have space around their values, in some rows of the frame: taking it off costs more than reading numbers."""
    import polars as pl

    some = frame.select(text).gather_every(max(1, frame.height // 200))
    return some.select(pl.col(text).str.contains(r"^\s|\s$").any()).row(0, named=True)


def _lost(raw: pl.Series, numbers: pl.Series) -> bool:
    """True where something that is no marker of a missing value was not read; or nothing was."""
    import polars as pl

    if raw.dtype != pl.String or numbers.null_count() == raw.null_count():
        return False
    if numbers.null_count() == len(raw):
        return True
    return bool(len(without_markers(raw.filter(numbers.is_null()).unique()).drop_nulls()))


def count_unread(raw: pl.Series, values: pl.Series) -> int:
    """How many values were there and could not be read (markers of missing values are not counted)."""
    import polars as pl

    flat = _plain_type(raw)
    if values.null_count() == flat.null_count():
        return 0
    lost = flat.filter(values.is_null() & flat.is_not_null())
    if lost.dtype == pl.String:
        lost = without_markers(lost).drop_nulls()
    return len(lost.drop_nans()) if lost.dtype.is_float() else len(lost)


def number_text(numbers: pl.Series) -> pl.Series:
    """Numbers as the text of a label: 3.0 is '3', 0.5 is '0.5'.

    Example:
        >>> import polars as pl
        >>> number_text(pl.Series([3.0, 0.5, None])).to_list()
        ['3', '0.5', None]
    """
    import polars as pl

    if numbers.dtype.is_integer():
        return numbers.cast(pl.String)
    finite = numbers.cast(pl.Float64).fill_nan(None)
    return finite.cast(pl.String).str.strip_suffix(".0")


def _plain_type(raw: pl.Series) -> pl.Series:
    """Categorical text as text, and a column of nothing as missing numbers."""
    import polars as pl

    if raw.dtype in (pl.Categorical, pl.Enum):
        return raw.cast(pl.String)
    return raw.cast(pl.Float64) if raw.dtype == pl.Null else raw


def _number(raw: pl.Series, reading: str) -> pl.Series:
    import polars as pl

    if raw.dtype == pl.String:
        numbers = by_different(raw, lambda text: read_leniently(text, reading)) if reading else read_leniently(raw, reading)
    elif raw.dtype == pl.Duration:
        numbers = raw.dt.total_microseconds() / 1e6
    elif raw.dtype == pl.Time:
        numbers = raw.cast(pl.Int64) / 1e9
    else:
        numbers = raw.cast(pl.Float64, strict=False) if _castable(raw) else _nothing(raw, pl.Float64)
    return _finite(numbers)


def _finite(numbers: pl.Series) -> pl.Series:
    """Float64 with NaN and infinity missing."""
    import polars as pl

    exact = numbers.cast(pl.Float64)
    finite = exact.is_finite()
    return exact if finite.all(ignore_nulls=True) else pl.select(pl.when(finite).then(exact)).to_series()


def _boolean(raw: pl.Series) -> pl.Series:
    import polars as pl

    if raw.dtype == pl.Boolean:
        return raw
    if raw.dtype == pl.String:
        return by_different(raw, read_yes_no)
    if not raw.dtype.is_numeric():
        return _nothing(raw, pl.Boolean)
    return raw.cast(pl.Float64).replace_strict({0.0: False, 1.0: True}, default=None, return_dtype=pl.Boolean)


def _date(raw: pl.Series, format: str) -> pl.Series:
    import polars as pl

    if raw.dtype == pl.Date:
        return raw.cast(pl.Datetime("us"))
    if raw.dtype == pl.Datetime:
        zoned = getattr(raw.dtype, "time_zone", None)
        return (raw.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else raw).cast(pl.Datetime("us"))
    if raw.dtype != pl.String:
        return _nothing(raw, pl.Datetime("us"))
    return by_different(raw, lambda text: _dates(text, format))


def _dates(text: pl.Series, format: str) -> pl.Series:
    """By the column's format; where that reads nothing at all, by the one that the new rows are written in."""
    import polars as pl

    read_ = read_dates(text, format) if format else pl.Series(text.name, [None] * len(text), dtype=pl.Datetime("us"))
    if read_.null_count() < len(text):
        return read_
    values = without_markers(text).drop_nulls()
    found = decide_format(values, pl.Series([1] * len(values)), 0.95)
    return read_dates(text, found.name) if found else read_


def _words(raw: pl.Series, column: Column) -> pl.Series:
    """Labels, categories and text; numbers and booleans become their text."""
    import polars as pl

    markers = LABEL_MARKERS if column.use == "target" else MARKERS
    if raw.dtype == pl.Boolean and column.reading == "numeric":
        raw = raw.cast(pl.Int8)
    if raw.dtype == pl.String:
        text = without_markers(raw, markers)
    elif raw.dtype.is_numeric():
        text = number_text(raw)
    elif _castable(raw):
        text = raw.cast(pl.String)
    else:
        text = _nothing(raw, pl.String)
    return text if column.kind == "text" else _canonical(text, column.reading)


def _canonical(text: pl.Series, reading: str) -> pl.Series:
    """One spelling for each label: '1.0' and '1' where labels are numbers, 'True' and 'true', '123' and '00123'."""
    if not reading:
        return text
    if reading == "true/false":
        return text.str.to_lowercase().replace({"1": "true", "0": "false"})
    if reading.startswith("width "):
        return text.str.zfill(int(reading.removeprefix("width ")))
    how = "" if reading == "numeric" else reading
    return by_different(text, lambda t: number_text(read_leniently(t, how)))


def by_different(text: pl.Series, function: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`function` of each row, worked out once for each different value where values repeat."""
    different = text.drop_nulls().unique()
    if len(different) * _FEW > len(text) or len(text) < 1_000:
        return function(text)
    results = function(different)
    return text.replace_strict(different, results, default=None, return_dtype=results.dtype)


def _castable(raw: pl.Series) -> bool:
    import polars as pl

    return raw.dtype.is_numeric() or raw.dtype.is_temporal() or raw.dtype in (pl.Boolean, pl.String)


def _nothing(raw: pl.Series, dtype: Any) -> pl.Series:
    import polars as pl

    return pl.Series(raw.name, [None], dtype=dtype).new_from_index(0, len(raw))

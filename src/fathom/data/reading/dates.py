"""Dates in text: which of the usual formats a column is written in, decided by its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%a, %d %b %Y", "%Y %b %d", "%b %d %Y", "%B %d %Y")
_TIMES = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H:%M:%S%.f", "T%H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p")
_ZONED = ("%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%d %H:%M:%S%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
FORMATS = (*_DAYS, *_NAMED, *(day + time for day in (*_DAYS, *_NAMED) for time in _TIMES), *_ZONED)
"""Tried in this order; what both 'm/d' and 'd/m' read is taken as m/d, with a finding."""

_SWAPPED = {"%m": "%d", "%d": "%m"}
_SAMPLE = 200


class DateFormat(NamedTuple):
    """A format, the share of the values that it reads, and whether day and month could be the other way round."""

    name: str
    share: float
    ambiguous: bool = False


def read_dates(text: pl.Series, format: str) -> pl.Series:
    """Text as Datetime (microseconds, no zone; zoned ones become UTC), null where it does not fit.

    Example:
        >>> import polars as pl
        >>> read_dates(pl.Series(["31/12/2024", "x"]), "%d/%m/%Y").to_list()
        [datetime.datetime(2024, 12, 31, 0, 0), None]
    """
    import polars as pl

    bare = text.str.strip_chars()
    if not any(part in format for part in ("%H", "%I")):
        return bare.str.to_date(format, strict=False).cast(pl.Datetime("us"))
    if "%S%.f" in format and "%#z" not in format:  # rows on the full second carry no fraction
        exact = bare.str.to_datetime(format, strict=False, time_unit="us")
        return exact.fill_null(bare.str.to_datetime(format.replace("%.f", ""), strict=False, time_unit="us"))
    read = bare.str.to_datetime(format, strict=False, time_unit="us")
    return read.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if "%#z" in format else read


def decide_format(values: pl.Series, counts: pl.Series, enough: float) -> DateFormat | None:
    """The format that reads at least `enough` of a column, or None.

    Args:
        values: (u,) the different values, without space around.
        counts: (u,) how often each occurs.
        enough: a share in (0, 1].

    Example:
        >>> import polars as pl
        >>> decide_format(pl.Series(["25/12/2024", "01/02/2025"]), pl.Series([1, 1]), 0.95)
        DateFormat(name='%d/%m/%Y', share=1.0, ambiguous=False)
    """
    if not len(values) or not _date_like(values):
        return None
    head = values.gather_every(max(1, len(values) // _SAMPLE))
    likely = [f for f in FORMATS if float(read_dates(head, f).is_not_null().mean() or 0) >= enough - 0.1]  # type: ignore[arg-type]
    total = int(counts.sum())
    shares = {f: int(counts.filter(read_dates(values, f).is_not_null()).sum()) / total for f in likely}
    fit = {f: s for f, s in shares.items() if s >= enough}
    if not fit:
        return None
    best = max(fit, key=lambda f: fit[f])
    other = "".join(_SWAPPED.get(part, part) for part in _parts(best))
    return DateFormat(best, fit[best], ambiguous=other != best and fit.get(other) == fit[best])


def _date_like(values: pl.Series) -> bool:
    """Cheap door: text of 6 to 40 characters with at least two digits and a separator."""
    head = values.gather_every(max(1, len(values) // _SAMPLE))
    usual = head.str.contains(r"^.{6,40}$") & head.str.contains(r"\d.*\d") & head.str.contains(r"\d[-/. T,:]|[-/. ]\d")
    return float(usual.mean() or 0) >= 0.8  # type: ignore[arg-type]


def _parts(format: str) -> list[str]:
    import re

    return re.findall(r"%.|[^%]", format)

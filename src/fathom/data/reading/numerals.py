"""Numbers in text: '$1,200', '12,5', '12%', '(300)', and how to tell which of them a column holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

ENOUGH = 0.95
"""Share of the values that must be numbers for a column to be one of numbers."""

_CURRENCY = r"(?:[A-Z]{0,2}[$€£¥₹₩₽]|USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR|kr\.?|zł)"
_SPACE = r"[\s\x{00a0}\x{202f}]*"
_GROUP = r"\x{0020}\x{00a0}\x{202f}'’"


def _pattern(thousands: str, decimal: str) -> str:
    body = rf"(?:\d{{1,3}}(?:[{thousands}{_GROUP}]\d{{3}})+|\d*)(?:{decimal}\d*)?(?:[eE][-+]?\d+)?"
    return rf"^\(?{_SPACE}[-+−]?{_SPACE}{_CURRENCY}?{_SPACE}[-+−]?({body}){_SPACE}(?:{_CURRENCY}|%)?{_SPACE}\)?$"


_POINT, _COMMA = _pattern(",", r"\."), _pattern(r"\.", ",")


class Reading(NamedTuple):
    """How a column's text is read as numbers.

    Attributes:
        name: "" as it is, "money", "percent", "thousands" or "decimal comma".
        share: of the values, how many it reads.
        ambiguous: True where the comma could be either sign and the file's separator decided.
    """

    name: str
    share: float
    ambiguous: bool = False


def read_numbers(text: pl.Series, reading: str = "") -> pl.Series:
    """Text as Float64, null where it is no number.

    Args:
        text: (n,) String.
        reading: "" for plain numbers, "decimal comma", or any other name of a `Reading` ("12%" is 12: a percent keeps its unit).

    Example:
        >>> import polars as pl
        >>> read_numbers(pl.Series(["$1,200", "(300)", "€ 5", "x"]), "money").to_list()
        [1200.0, -300.0, 5.0, None]
        >>> read_numbers(pl.Series(["1.200,5", "12"]), "decimal comma").to_list()
        [1200.5, 12.0]
    """
    import polars as pl

    bare = text.str.strip_chars()
    if not reading:
        return bare.cast(pl.Float64, strict=False)
    comma = reading == "decimal comma"
    body = bare.str.extract(_COMMA if comma else _POINT, 1).str.replace_all(r"[\s\x{00a0}\x{202f}'’]", "")
    body = body.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True) if comma else body.str.replace_all(",", "")
    size = body.cast(pl.Float64, strict=False)
    negative = bare.str.contains(r"^\(|^[^\d]*[-−]")
    return pl.select(pl.when(negative).then(-size).otherwise(size)).to_series().alias(text.name)


def read_leniently(text: pl.Series, reading: str) -> pl.Series:
    """As `read_numbers`; what a plain reading leaves is tried as money, since new rows come from another hand."""
    plain = read_numbers(text, reading)
    if reading or plain.null_count() == text.null_count():
        return plain
    return plain.fill_null(read_numbers(text, "money"))


def decide_reading(values: pl.Series, counts: pl.Series, comma_free: bool = False) -> Reading:
    """The reading that makes numbers of most of a column.

    Args:
        values: (u,) the different values, without space around and without markers of missing values.
        counts: (u,) how often each occurs.
        comma_free: the file separates by something else than commas; decides where "1,234" could be both.

    Example:
        >>> import polars as pl
        >>> decide_reading(pl.Series(["1,5", "22,75"]), pl.Series([1, 1])).name
        'decimal comma'
    """
    plain = _share(values, counts, "")
    if plain == 1.0:
        return Reading("", 1.0)
    point, comma = _share(values, counts, "money"), _share(values, counts, "decimal comma")
    if max(point, comma) <= plain:
        return Reading("", plain)
    if comma > point:
        return Reading("decimal comma", comma)
    both = comma == point and bool(values.str.contains(",", literal=True).any())
    if both and (comma_free or bool(values.str.contains(r"^[^\d]*0,\d").any())):
        return Reading("decimal comma", comma, ambiguous=comma_free)
    return Reading(_name_of(values), point, ambiguous=both)


def _share(values: pl.Series, counts: pl.Series, reading: str) -> float:
    total = int(counts.sum())
    return int(counts.filter(read_numbers(values, reading).is_not_null()).sum()) / total if total else 0.0


def _name_of(values: pl.Series) -> str:
    if values.str.contains(r"%\s*\)?$").any():
        return "percent"
    return "money" if values.str.contains(_CURRENCY).any() else "thousands"

"""CSV and its relatives: the separator is found, every field is text, and every row has as many fields as the header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse, shown
from fathom.core.records.finding import Finding
from fathom.data.reading.raw import Raw
from fathom.data.sources.encodings import as_utf8

if TYPE_CHECKING:
    import polars as pl

SEPARATORS = (",", ";", "\t", "|")

_SNIFFED_BYTES, _SNIFFED_ROWS = 1 << 20, 50
_LONGEST_FIELD = 1 << 27


def read_delimited(data: bytes, path: str, *, tabs: bool = False) -> Raw:
    r"""A table of String columns, "" where a field is empty.

    Args:
        data: the file, not empty.
        path: for messages.
        tabs: the file's name says that tabs separate (.tsv).

    Raises:
        UnusableInput: header only, a ragged row (with its line), a name twice, a quote that never ends.

    Example:
        >>> read_delimited(b"a;b\n1,5;x\n", "t.csv").frame.rows()
        [('1,5', 'x')]
    """
    text, findings = as_utf8(data, path)
    text = _without_blank_end(_usual_line_ends(text))
    separator = "\t" if tabs and b"\t" in text[:_SNIFFED_BYTES] else sniff(text)
    names, found = _header(text, separator, path)
    frame = _rows(text, separator, names, path)
    if not frame.height:
        raise refuse(f"file '{path}'", expected="rows under the header", got="a header only")
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    return Raw(frame, name="", path=path, comma_free=separator != ",", findings=(*findings, *found))


def sniff(text: bytes) -> str:
    r"""The separator that cuts the most rows into the header's number of fields, more fields first; a space where no other cuts.

    Example:
        >>> sniff(b"a;b\n1,5;2\n3;4,0\n")
        ';'
    """
    head = text[:_SNIFFED_BYTES]
    if len(text) > len(head) and b"\n" in head:
        head = head[: head.rindex(b"\n")]
    lines = head.decode("utf-8", errors="replace")
    scores = {separator: _score(lines, separator) for separator in SEPARATORS}
    best = max(scores, key=lambda s: scores[s])  # the first one wins where two are alike
    return " " if not scores[best][0] and _score(lines, " ")[0] == 1.0 else best


def _score(text: str, separator: str) -> tuple[float, int]:
    try:
        rows = [r for r in islice(_reader(text, separator), _SNIFFED_ROWS) if r]
    except csv.Error:
        return (0.0, 0)
    if not rows or len(rows[0]) < 2:
        return (0.0, 0)
    return (Counter(map(len, rows))[len(rows[0])] / len(rows), len(rows[0]))


def _reader(text: str, separator: str) -> csv._reader:  # type: ignore[name-defined]
    csv.field_size_limit(_LONGEST_FIELD)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _usual_line_ends(text: bytes) -> bytes:
    head = text[:_SNIFFED_BYTES]
    return text.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else text


def _without_blank_end(text: bytes) -> bytes:
    """Blank lines at the end taken off, without a copy where there are none."""
    end = text[-65_536:]
    blank = len(end) - len(end.rstrip(b"\r\n \x1a"))
    return text[: len(text) - blank] + b"\n" if blank > 2 else text


def _header(text: bytes, separator: str, path: str) -> tuple[list[str], tuple[Finding, ...]]:
    """The names, without space around; empty ones become 'Unnamed: 0' and so on, as pandas calls them."""
    start = text[: _SNIFFED_BYTES * 8].decode("utf-8", errors="replace")
    first: list[str] = next((row for row in _reader(start, separator) if row), [])
    names = [name.strip() or f"Unnamed: {i}" for i, name in enumerate(first)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise refuse(
            f"file '{path}'", expected="column names that differ", got=f"{shown(map(repr, twice), 5)} more than once", fix="rename one"
        )
    if names and all(_is_number(name) for name in names):
        what = f"the first row of '{path}' is all numbers ({shown(names, 3)}) and is taken as the names of the columns."
        return names, (Finding(id="data.file.header", severity="warning", what=what, where=path, fix="Add a row of names if it has none."),)
    return names, ()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rows(text: bytes, separator: str, names: list[str], path: str) -> pl.DataFrame:
    from polars.exceptions import PolarsError

    try:
        frame = _parse(text, separator, '"')
    except PolarsError as error:
        frame = _without_quotes(text, separator, len(names), path, error)
    if frame.width != len(names):
        raise refuse(f"file '{path}'", expected=f"{len(names)} columns as the header has", got=f"{frame.width}")
    last = frame.to_series(frame.width - 1)
    if frame.width > 1 and bool((last == "").any()):  # polars fills short rows, so that only these can be short
        _check_short(text, separator, frame, path)
        frame = _without_blank_rows(frame)
    return frame


def _parse(text: bytes, separator: str, quote: str | None) -> pl.DataFrame:
    import polars as pl

    start = len(text[:65_536]) - len(text[:65_536].lstrip(b"\r\n"))
    return pl.read_csv(
        text[start:] if start else text, separator=separator, quote_char=quote, infer_schema=False, empty_string_is_null=False
    )


def _without_quotes(text: bytes, separator: str, width: int, path: str, error: Exception) -> pl.DataFrame:
    """A file with lone quotes in it (5" pipe): read with quotes as any other character, when that gives a full table."""
    from polars.exceptions import PolarsError

    try:
        frame = _parse(text, separator, None)
    except PolarsError:
        frame = None
    if frame is not None and text.count(separator.encode()) == (width - 1) * (frame.height + 1):
        return frame
    _refuse_ragged(text, separator, width, path)
    reason = str(error).splitlines()[0]
    raise refuse(f"file '{path}'", expected="a table of delimited text", got=reason, fix="look for a quote that never ends")


def _check_short(text: bytes, separator: str, frame: pl.DataFrame, path: str) -> None:
    """Compare the number of separators with what full rows have; where it is short, find the line."""
    if b'"' not in text:
        expected = (frame.width - 1) * (frame.height + 1)
        if text.count(separator.encode()) == expected:
            return
    _refuse_ragged(text, separator, frame.width, path)


def _refuse_ragged(text: bytes, separator: str, width: int, path: str) -> None:
    """Refuse the first row with more or fewer fields than the header.

    Raises:
        UnusableInput: with the row's line.
    """
    reader = _reader(text.decode("utf-8", errors="replace"), separator)
    line = 1
    try:
        for row in reader:
            if row and len(row) != width and not (len(row) == 1 and not row[0].strip()):
                raise _ragged(path, line, width, len(row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(f"file '{path}'", expected="a table of delimited text", got=f"{error} in line {line:,}") from None


def _ragged(path: str, line: int, expected: int, got: int) -> UnusableInput:
    fields = f"{got} field{'s' if got != 1 else ''}"
    fix = "a value with the separator in it needs quotes" if got > expected else "the row may be cut off"
    return refuse(f"file '{path}', line {line:,}", expected=f"{expected} fields as the header has", got=fields, fix=fix)


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    blank = frame.select(pl.all_horizontal(pl.all().str.strip_chars() == "")).to_series()
    return frame.filter(~blank) if blank.any() else frame

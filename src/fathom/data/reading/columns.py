"""From raw columns to typed ones: which kind each is, and what was seen on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from fathom.core.expectations import did_you_mean, one_of, refuse, shown
from fathom.core.records.column import Column, ColumnKind, Use
from fathom.core.records.finding import Finding
from fathom.data.reading.dates import decide_format
from fathom.data.reading.missing import without_markers
from fathom.data.reading.numerals import ENOUGH, Reading, decide_reading, read_numbers
from fathom.data.reading.truth import is_yes_no
from fathom.data.reading.values import LARGEST, plain_numbers, read
from fathom.data.reading.words import kind_of_words, names_an_identifier

if TYPE_CHECKING:
    import polars as pl

MANY_LEVELS = 50
"""Categories with more levels than this are said."""

_SAMPLE = 2_000
_SHORT = 20
"""In fewer rows than this, whole numbers in any order are no running count; nor are ones in order in half as many."""


@dataclass(frozen=True)
class Typed:
    """A column with its values; `values` is None where nothing of it can be used or shown."""

    column: Column
    values: pl.Series | None
    findings: tuple[Finding, ...] = ()


def type_column(
    raw: pl.Series,
    *,
    use: Use | None = None,
    told: str | None = None,
    array: bool = False,
    comma_free: bool = False,
    numbers: pl.Series | None = None,
) -> Typed:
    """Find a column's kind, read it, and say what was odd.

    Args:
        raw: (n,) as the source gave it.
        use: what the user said it is for ("group", "time", "id", "role"), or None.
        told: a kind, or a date format as '%d/%m/%Y', that the user gave; or None.
        array: the column is one of a matrix: never an identifier.
        comma_free: see `Raw`.
        numbers: the column as `easy_numbers` has read it already.
    """
    import polars as pl

    if numbers is not None and told in (None, "number"):
        column, values = Column(name=raw.name, kind="number", use=use or "input"), numbers
        kept = column if use else _set_aside(values, column, array or told is not None)
        return _finished(raw, values, column, kept, [])

    if isinstance(raw.dtype, pl.List | pl.Array | pl.Struct) or raw.dtype in (pl.Object, pl.Binary):
        return _nested(raw)
    kind, reading, findings = _told(raw, told, comma_free) if told else _detect(raw, comma_free)
    column = Column(name=raw.name, kind=kind, use=use or "input", reading=reading)
    values = read(raw, column)
    _refuse_infinite(raw, column)
    findings = [*findings, *_unread(raw, values, column)]
    kept = column if use else _set_aside(values, column, array or told is not None)
    return _finished(raw, values, column, kept, findings)


def _finished(raw: pl.Series, values: pl.Series, column: Column, kept: Column, findings: list[Finding]) -> Typed:
    if kept is not column:
        findings = [*findings, _aside_finding(kept, values)]
    values = values if kept.kind == column.kind else read(raw, kept)
    return Typed(kept, values, (*findings, *_levels(kept, values), *_things(kept, values)))


def easy_numbers(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns of plain numbers, found on a sample of rows and read in one pass; codes as '00123' are not among them."""
    import polars as pl

    head = frame.gather_every(max(1, frame.height // _SAMPLE)).select(
        *(pl.col(n) for n, d in frame.schema.items() if d == pl.String or d.is_numeric())
    )
    text = [n for n, d in head.schema.items() if d == pl.String]
    if text:
        padded = head.select(pl.col(text).str.contains(r"^\s*0\d").any()).row(0, named=True)
        some = head.select(pl.col(text).str.strip_chars().cast(pl.Float64, strict=False).is_not_null().any()).row(0, named=True)
        head = head.drop([n for n in text if padded[n] or not some[n]])
    return plain_numbers(frame, head.columns)


def check_told(told: Mapping[str, str], names: list[str]) -> None:
    """Refuse `types` that name no column or no kind."""
    for name, kind in told.items():
        if name not in names:
            raise refuse("`types`", expected="names of columns", got=repr(name), fix=did_you_mean(name, names))
        if "%" not in kind:
            one_of("types", kind, get_args(ColumnKind))


def merged(findings: list[Finding], most: int = 3) -> tuple[Finding, ...]:
    """Findings of one id as one, where more than `most` columns have them."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    return tuple(f for same in by_id.values() for f in (same if len(same) <= most else [_together(same)]))


def _together(same: list[Finding]) -> Finding:
    names = [f.where for f in same]
    what = f"{len(same):,} columns ({shown(names, 4)}): {same[0].what}"
    return replace(same[0], what=what, where=shown(names, 4), evidence={"columns": names, "first": same[0].evidence})


def _detect(raw: pl.Series, comma_free: bool) -> tuple[ColumnKind, str, list[Finding]]:
    import polars as pl

    if raw.dtype in (pl.Categorical, pl.Enum):
        return "category", "", []
    if raw.dtype == pl.Boolean:
        return "boolean", "", []
    if raw.dtype in (pl.Date, pl.Datetime):
        return "date", "", []
    return _detect_text(raw, comma_free) if raw.dtype == pl.String else ("number", "", [])


def _detect_text(raw: pl.Series, comma_free: bool) -> tuple[ColumnKind, str, list[Finding]]:
    width = _padded_width(raw)
    if not width and _all_numbers(raw):
        return "number", "", []
    values, counts = different(raw)
    if not len(values):
        return "category", "", []
    if is_yes_no(values):
        return "boolean", "yes/no", []
    numbers = Reading("", 0.0) if width else decide_reading(values, counts, comma_free)
    if numbers.share >= ENOUGH:
        return "number", numbers.name, _comma(raw.name, numbers, values)
    date = decide_format(values, counts, ENOUGH)
    if date:
        return "date", date.name, _order(raw.name, date.name) if date.ambiguous else []
    return kind_of_words(raw.name, values, counts), f"width {width}" if width else "", _mixed_words(raw.name, numbers, values)


def different(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The different values of a text column and their counts, missing values left out; in order of first occurrence."""
    import polars as pl

    bare = without_markers(raw.alias("value")).drop_nulls()
    table = bare.to_frame().group_by("value", maintain_order=True).agg(pl.len().alias("count"))
    return table.get_column("value"), table.get_column("count")


def _all_numbers(raw: pl.Series) -> bool:
    """True where all that is not missing is a plain number."""
    odd = raw.filter(read_numbers(raw).is_null() & raw.is_not_null())
    return len(odd) < len(raw) and not len(without_markers(odd.unique()).drop_nulls())


def _padded_width(raw: pl.Series) -> int:
    """The common width of codes as '00123', else 0."""
    head = without_markers(raw.gather_every(max(1, len(raw) // _SAMPLE))).drop_nulls()
    if not len(head) or not bool(head.str.contains(r"^0\d+$").any()) or not bool(head.str.contains(r"^\d+$").all()):
        return 0
    widths = head.str.len_bytes().unique()
    return int(widths[0]) if len(widths) == 1 else 0


def _told(raw: pl.Series, told: str, comma_free: bool) -> tuple[ColumnKind, str, list[Finding]]:
    """The kind that the user gave, with the reading that serves it best."""
    import polars as pl

    if "%" in told:
        return "date", told, []
    if raw.dtype == pl.String and told in ("number", "date", "category"):
        values, counts = different(raw)
        if told == "number":
            return "number", decide_reading(values, counts, comma_free).name, []
        if told == "date":
            found = decide_format(values, counts, 0.5)
            return "date", found.name if found else "", []
        return "category", "numeric" if not _padded_width(raw) and _all_numbers(raw) else "", []
    if told == "category" and raw.dtype.is_numeric():
        return "category", "numeric", []
    return told, "yes/no" if told == "boolean" else "", []  # type: ignore[return-value]


def _set_aside(values: pl.Series, column: Column, keep: bool) -> Column:
    if column.kind in ("text", "identifier"):
        return replace(column, use="aside")
    if values.null_count() == len(values):
        return replace(column, use="aside")
    if not keep and column.kind == "number" and _counts_rows(column.name, values):
        return replace(column, kind="identifier", use="aside", reading="numeric")
    return column


def _counts_rows(name: str, values: pl.Series) -> bool:
    """Whole numbers, all different, that are named as an identifier or are a running count from 0 or 1."""
    import polars as pl

    head = values.head(_SAMPLE)
    if values.null_count() or not all(v.is_integer() for v in head.head(_SHORT)) or head.n_unique() < len(head):
        return False
    n = len(values)
    first, last = (float(v) for v in (values.min(), values.max()))  # type: ignore[arg-type]
    running = first in (0.0, 1.0) and last - first == n - 1
    in_order = running and n >= _SHORT // 2 and bool((values.diff().drop_nulls() == 1).all())
    if not (in_order or names_an_identifier(name) or (running and n >= _SHORT)):
        return False
    return bool((values == values.floor()).all()) and values.cast(pl.Int64, strict=False).n_unique() == n


def _aside_finding(column: Column, values: pl.Series) -> Finding:
    name, evidence = column.name, {"different": values.n_unique(), "rows": len(values)}
    if values.null_count() == len(values):
        return _say("data.column.empty", "info", name, f"'{name}' has no values and is left aside.", {"rows": len(values)})
    if column.kind == "text":
        what = f"'{name}' is free text and is left aside ({evidence['different']:,} different texts in {len(values):,} rows)."
        return _say(
            "data.column.text",
            "warning",
            name,
            what,
            evidence,
            f"text='{name}' has the net read it; types={{'{name}': 'category'}} uses it as labels",
        )
    what = f"'{name}' names the rows and is left aside ({evidence['different']:,} different values in {len(values):,} rows)."
    kind = "number" if column.reading == "numeric" else "category"
    return _say("data.column.identifier", "info", name, what, evidence, f"types={{'{name}': '{kind}'}} uses it")


def _nested(raw: pl.Series) -> Typed:
    what = f"'{raw.name}' holds {str(raw.dtype).split('(')[0].lower()} values and is left out."
    finding = _say("data.column.nested", "warning", raw.name, what, {"type": str(raw.dtype)}, "give its parts as columns of their own")
    return Typed(Column(name=raw.name, kind="text", use="aside"), None, (finding,))


def _unread(raw: pl.Series, values: pl.Series, column: Column) -> list[Finding]:
    """A few values that are not of the column's kind."""
    import polars as pl

    if column.kind not in ("number", "date", "boolean") or raw.dtype != pl.String or values.null_count() == raw.null_count():
        return []
    odd = without_markers(raw.filter(values.is_null())).drop_nulls()
    odd = odd.filter(~odd.str.to_lowercase().is_in(_INFINITE)) if len(odd) else odd
    if not len(odd):
        return []
    examples = odd.unique(maintain_order=True).head(3).to_list()
    what = f"'{column.name}' is read as {column.kind}; {len(odd):,} of {len(raw):,} values are not, and count as missing"
    evidence = {"odd": len(odd), "rows": len(raw), "examples": examples}
    fix = f"correct them, or types={{'{column.name}': 'category'}}"
    return [_say("data.column.mixed", "warning", column.name, f"{what} ({shown(map(repr, examples))}).", evidence, fix)]


_CODES = 50
"""Different numbers in a column of numbers and text from which on it is no list of codes."""

_INFINITE = ["inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"]


def _refuse_infinite(raw: pl.Series, column: Column) -> None:
    """An infinite number in a set to learn from is a fault upstream (a division by zero), not a missing value."""
    import polars as pl

    if column.kind != "number" or not (raw.dtype.is_float() or raw.dtype == pl.String):
        return
    numbers = raw if raw.dtype.is_float() else read_numbers(raw)
    infinite = numbers.is_infinite().fill_null(False)
    fix = f"replace them, or leave the column out (ignore, --ignore {column.name})"
    if infinite.any():
        got = f"{int(infinite.sum()):,} infinite ones, the first in row {int(infinite.arg_max() or 0) + 1:,}"
        raise refuse(f"column '{column.name}'", expected="finite numbers", got=got, fix=fix)
    beyond = (numbers.fill_nan(None).abs() > LARGEST).fill_null(False)
    if beyond.any():
        got = f"{numbers[int(beyond.arg_max() or 0)]:g} in row {int(beyond.arg_max() or 0) + 1:,}"
        raise refuse(f"column '{column.name}'", expected=f"numbers up to {LARGEST:g}, whose squares can be summed", got=got, fix=fix)


def _levels(column: Column, values: pl.Series | None) -> list[Finding]:
    if column.kind != "category" or column.use != "input" or values is None:
        return []
    levels = values.drop_nulls().n_unique()
    if levels <= MANY_LEVELS:
        return []
    what = f"'{column.name}' has {levels:,} levels in {len(values):,} rows; rare ones are treated as one."
    return [_say("data.column.many_levels", "info", column.name, what, {"levels": levels, "rows": len(values)})]


def _things(column: Column, values: pl.Series) -> list[Finding]:
    """An input that is named as an identifier and repeats: several rows are about one thing."""
    if column.use != "input" or column.kind not in ("number", "category") or not names_an_identifier(column.name):
        return []
    different_, n = values.n_unique(), len(values)
    if different_ <= MANY_LEVELS or different_ > 0.9 * n:
        return []
    if column.kind == "number" and not bool((values.drop_nulls() == values.drop_nulls().floor()).all()):
        return []  # decimals name nothing
    what = f"'{column.name}' looks like the name of things with several rows each ({different_:,} in {n:,} rows)."
    fix = f"group='{column.name}' keeps the rows of one thing in one role, or ignore='{column.name}'"
    return [_say("data.column.repeated_identifier", "warning", column.name, what, {"different": different_, "rows": n}, fix)]


def _comma(name: str, numbers: Reading, values: pl.Series) -> list[Finding]:
    if not numbers.ambiguous:
        return []
    example = next(v for v in values if "," in v)
    meaning = "a decimal sign" if numbers.name == "decimal comma" else "a sign of thousands"
    what = f"'{name}': the comma of '{example}' is taken as {meaning}; the values fit both."
    return [
        _say("data.column.comma", "warning", name, what, {"example": example, "reading": numbers.name}, "write the numbers with a point")
    ]


def _order(name: str, format: str) -> list[Finding]:
    what = f"'{name}' is read as dates '{format}'; day and month could be the other way round."
    other = "%d/%m/%Y" if format.startswith("%m") else "%m/%d/%Y"
    return [_say("data.column.date_order", "warning", name, what, {"format": format}, f"types={{'{name}': '{other}'}} if so")]


def _mixed_words(name: str, numbers: Reading, values: pl.Series) -> list[Finding]:
    """Text that is numbers for a good part: said, since it may be a number column with dirt in it.

    Where most of it is numbers, and too many different ones to be codes (as in '12', '3B'), nobody but the user knows.
    """
    if numbers.share < 0.2:
        return []
    read_ones = read_numbers(values, numbers.name)
    words = values.filter(read_ones.is_null()).head(3).to_list()
    if numbers.share >= 0.5 and read_ones.drop_nulls().n_unique() > _CODES:
        got = f"{numbers.share:.0%} numbers and text such as {shown(map(repr, words))}"
        fix = f"correct them, or say --types {name}=number (the rest is missing) or {name}=category"
        raise refuse(f"column '{name}'", expected="numbers or text", got=got, fix=fix)
    what = f"'{name}' mixes numbers ({numbers.share:.0%}) and text ({shown(map(repr, words))}); it is read as text."
    fix = f"types={{'{name}': 'number'}} reads it as numbers, the rest as missing"
    return [_say("data.column.mixed", "warning", name, what, {"share_of_numbers": numbers.share, "examples": words}, fix)]


def _say(id: str, severity: Any, where: str, what: str, evidence: Mapping[str, Any], fix: str = "") -> Finding:
    return Finding(id=id, severity=severity, what=what, where=where, evidence=evidence, fix=f"{fix}." if fix else "")

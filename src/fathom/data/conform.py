"""New rows as people have them, typed exactly like the columns of a set that is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.data.dataset import Dataset
from fathom.data.reading.columns import merged
from fathom.data.reading.values import count_unread, plain_numbers, read
from fathom.data.sources.picture_block import Decoding
from fathom.data.sources.source import raw_of

if TYPE_CHECKING:
    import polars as pl

    from fathom.data.reading.raw import Raw

_POSITION = re.compile(r"^x(\d+)$")


def conform(source: Any, columns: Sequence[Column], *, need_target: bool) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Raw rows with the columns and types of a known set.

    Inputs must all be there, in any order and any type; group, time, id, role and source come along where they are; other
    columns are ignored and counted. Values that cannot be read are missing and counted.

    Args:
        source: what `fathom.load` reads, a Dataset, or a matrix (n, d) for a set that was made from arrays.
        columns: of the known set.
        need_target: True where the target must be there (dev, test); its rows without a value are left out. False leaves it out.

    Returns:
        The table, one column for each of `columns` that was taken, in their order; and what was seen.

    Raises:
        UnusableInput: a needed column is not there, or the source cannot be read.

    Example:
        >>> known = [Column(name="a", kind="number"), Column(name="b", kind="boolean")]
        >>> table, found = conform({"b": ["yes"], "a": ["1"], "c": [0]}, known, need_target=False)
        >>> table.rows(), [f.id for f in found]
        ([(1.0, True)], ['data.conform.extra'])
    """
    import polars as pl

    frame, seen = _frame(source, columns)
    needed = [c for c in columns if c.use == "input" or (need_target and c.use == "target")]
    frame = _positions_as_names(frame, needed)
    _check_there(frame, needed)
    taken = [c for c in columns if c in needed or (c.use in ("group", "time", "id", "role", "source") and c.name in frame.columns)]
    easy = plain_numbers(frame, [c.name for c in taken if c.kind == "number" and not c.reading])
    values = [easy[c.name] if c.name in easy else read(frame.get_column(c.name), c) for c in taken]
    unread = [f for c, s in zip(taken, values, strict=True) if c.name not in easy for f in _unread(frame, c, s)]
    findings = [*seen, *_extra(frame, columns), *merged(unread)]
    table = pl.DataFrame(values)
    return _with_target(table, columns, findings) if need_target else (table, tuple(findings))


def _frame(source: Any, columns: Sequence[Column]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    if isinstance(source, Dataset):
        return source.table, ()
    if isinstance(source, str) and source.startswith("sample:"):
        from fathom.data.samples import sample

        return sample(source.removeprefix("sample:")).table, ()
    inputs = [c.name for c in columns if c.use == "input"]
    raw = raw_of(source, pictures=Decoding(picture=Picture.among(inputs)))
    named = not raw.array or set(inputs) <= set(raw.frame.columns)
    return (raw.frame if named else _matrix(raw, columns)), raw.findings


def _matrix(raw: Raw, columns: Sequence[Column]) -> pl.DataFrame:
    """A matrix: column i is x<i> of a set that was made from arrays, else the i-th input where all are numbers."""
    inputs = [c for c in columns if c.use == "input"]
    width = sum(bool(_POSITION.match(name)) for name in raw.frame.columns)
    if all(_POSITION.match(c.name) for c in inputs):
        most = max(int(c.name[1:]) for c in inputs)
        if width <= most:
            raise refuse("X", expected=f"{most + 1:,} columns", got=f"{width:,}", fix=_row_hint(width, most + 1, raw.frame.height))
        return raw.frame
    if width != len(inputs) or any(c.kind not in ("number", "boolean") for c in inputs):
        expected = f"columns by name ({shown(c.name for c in inputs)})"
        raise refuse("X", expected=expected, got=f"a matrix of {width:,} columns", fix="give a frame or a file")
    return raw.frame.rename({f"x{i}": c.name for i, c in enumerate(inputs)})


def _row_hint(width: int, needed: int, rows: int) -> str:
    return "reshape a single example to (1, -1)" if width == 1 and rows == needed else ""


def _positions_as_names(frame: pl.DataFrame, needed: Sequence[Column]) -> pl.DataFrame:
    """Names without space around them, and in the known set's case where that alone differs."""
    wanted = {c.name.lower(): c.name for c in needed}
    there = set(frame.columns)
    renames = {
        n: wanted[n.strip().lower()] for n in frame.columns if n.strip().lower() in wanted and wanted[n.strip().lower()] not in there
    }
    return frame.rename(renames) if renames and len(set(renames.values())) == len(renames) else frame


def _check_there(frame: pl.DataFrame, needed: Sequence[Column]) -> None:
    absent = [c for c in needed if c.name not in frame.columns]
    if not absent:
        return
    first = absent[0]
    what = "column" if len(absent) == 1 else f"{len(absent):,} columns"
    names = shown((f"'{c.name}'" for c in absent), 5)
    others = [n for n in frame.columns if n not in {c.name for c in needed}]
    hint = did_you_mean(first.name, others) or f"it has {shown(frame.columns, 8)}"
    raise refuse("new rows", expected=f"the {what} {names}", got="a table without", fix=hint)


def _extra(frame: pl.DataFrame, columns: Sequence[Column]) -> list[Finding]:
    known = {c.name for c in columns}
    extra = [n for n in frame.columns if n not in known]
    if not extra:
        return []
    noun, are = ("columns", "are") if len(extra) > 1 else ("column", "is")
    what = f"{len(extra):,} {noun} that the set does not know ({shown(extra, 5)}) {are} ignored."
    return [Finding(id="data.conform.extra", severity="info", what=what, evidence={"columns": extra[:100]})]


def _unread(frame: pl.DataFrame, column: Column, values: pl.Series) -> list[Finding]:
    if column.kind not in ("number", "boolean", "date"):
        return []
    raw = frame.get_column(column.name)
    count = count_unread(raw, values)
    if not count:
        return []
    examples = raw.filter(values.is_null() & raw.is_not_null()).unique(maintain_order=True).head(3).to_list()
    what = f"'{column.name}': {count:,} of {len(raw):,} values cannot be read as {column.kind}, and count as missing"
    evidence = {"unreadable": count, "rows": len(raw), "examples": [str(e) for e in examples]}
    full = f"{what} ({shown(map(repr, examples))})."
    return [Finding(id="data.conform.unreadable", severity="warning", what=full, where=column.name, evidence=evidence)]


def _with_target(table: pl.DataFrame, columns: Sequence[Column], findings: list[Finding]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    name = next((c.name for c in columns if c.use == "target"), None)
    if name is None or not (missing := table.get_column(name).null_count()):
        return table, tuple(findings)
    what = f"{missing:,} of {table.height:,} rows have no target ('{name}') and are left out."
    evidence = {"missing": missing, "rows": table.height}
    found = Finding(id="data.target.missing", severity="warning", what=what, where=name, evidence=evidence)
    return table.drop_nulls(name), (*findings, found)

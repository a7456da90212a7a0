"""JSON: one object a line, or a list of objects."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.data.reading.raw import Raw
from fathom.data.sources.encodings import as_utf8

if TYPE_CHECKING:
    import polars as pl

FEW = 0.05
"""Share of the lines that may be broken."""


def read_json_lines(data: bytes, path: str, *, whole: bool = False) -> Raw:
    r"""A table with a column for each key; keys that an object lacks are missing values. A few broken lines are left out, and said.

    Args:
        data: the file.
        path: for messages.
        whole: the name says .json: a list of objects is accepted too.

    Raises:
        UnusableInput: more than a few lines are no JSON objects (with the number of the first).

    Example:
        >>> read_json_lines(b'{"a": 1}\n{"a": 2, "b": "x"}\n', "t.jsonl").frame.rows()
        [(1, None), (2, 'x')]
    """
    text, findings = as_utf8(data, path)
    as_list = text.lstrip()[:1] == b"["
    if as_list and not whole:
        raise refuse(f"file '{path}'", expected="one JSON object a line", got="a list", fix="call it .json")
    try:
        frame = _read(text, as_list)
    except ValueError as error:
        text, broken = _without_broken(text, path, as_list)
        if not broken:
            raise _refused(path, error) from None
        frame, findings = _read_again(text, path), (*findings, *broken)
    if not frame.height or not frame.width:
        raise refuse(f"file '{path}'", expected="objects with values", got="none")
    return Raw(frame, name="", path=path, findings=findings)


def _read(text: bytes, as_list: bool) -> pl.DataFrame:
    import polars as pl

    read = pl.read_json if as_list else pl.read_ndjson
    try:
        return read(io.BytesIO(text), infer_schema_length=None)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError(str(error)) from None


def _read_again(text: bytes, path: str) -> pl.DataFrame:
    try:
        return _read(text, False)
    except ValueError as error:
        raise _refused(path, error) from None


def _refused(path: str, error: ValueError) -> Exception:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return refuse(f"file '{path}'", expected="JSON objects with plain values", got=reason)


def _without_broken(text: bytes, path: str, as_list: bool) -> tuple[bytes, tuple[Finding, ...]]:
    """The lines that are objects, and what is said of the others.

    Raises:
        UnusableInput: more than a few are none; with the number of the first.
    """
    kept, wrong = list[bytes](), dict[int, str]()
    for number, line in enumerate([text] if as_list else text.splitlines(), start=1):
        fault = _fault(line, as_list) if line.strip() else None
        if fault is not None:
            wrong[fault[0] if as_list else number] = fault[1]
        elif line.strip():
            kept.append(line)
    count = len(kept) + len(wrong)
    if len(wrong) > FEW * count:
        first = next(iter(wrong))
        raise refuse(f"file '{path}', line {first:,}", expected="a JSON object", got=wrong[first])
    return b"\n".join(kept), _said(wrong, count, path)


def _fault(line: bytes, as_list: bool) -> tuple[int, str] | None:
    """Where in it and why a line is no object; None for one that is."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return getattr(error, "lineno", 1), str(error)[:120]
    return None if as_list or isinstance(value, dict) else (1, f"a {type(value).__name__}")


def _said(wrong: dict[int, str], count: int, path: str) -> tuple[Finding, ...]:
    if not wrong:
        return ()
    first, are = next(iter(wrong)), "lines are" if len(wrong) > 1 else "line is"
    what = f"{len(wrong):,} of {count:,} {are} no JSON object and left out, the first in line {first:,} ({wrong[first]})."
    evidence = {"broken": len(wrong), "of": count, "lines": list(wrong)[:100]}
    return (Finding(id="data.file.broken_lines", severity="warning", what=what, where=path, evidence=evidence),)

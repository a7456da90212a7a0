"""JSON: one object a line, or a list of objects."""

from __future__ import annotations

import io
import json

from fathom.core.expectations import refuse
from fathom.data.reading.raw import Raw
from fathom.data.sources.encodings import as_utf8


def read_json_lines(data: bytes, path: str, *, whole: bool = False) -> Raw:
    r"""A table with a column for each key; keys that an object lacks are missing values.

    Args:
        data: the file.
        path: for messages.
        whole: the name says .json: a list of objects is accepted too.

    Raises:
        UnusableInput: a line is no JSON object (with its number).

    Example:
        >>> read_json_lines(b'{"a": 1}\n{"a": 2, "b": "x"}\n', "t.jsonl").frame.rows()
        [(1, None), (2, 'x')]
    """
    import polars as pl

    text, findings = as_utf8(data, path)
    as_list = text.lstrip()[:1] == b"["
    if as_list and not whole:
        raise refuse(f"file '{path}'", expected="one JSON object a line", got="a list", fix="call it .json")
    try:
        frame = (
            pl.read_json(io.BytesIO(text), infer_schema_length=None)
            if as_list
            else pl.read_ndjson(io.BytesIO(text), infer_schema_length=None)
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        _refuse_line(text, path, as_list)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise refuse(f"file '{path}'", expected="JSON objects with plain values", got=reason) from None
    if not frame.height or not frame.width:
        raise refuse(f"file '{path}'", expected="objects with values", got="none")
    return Raw(frame, name="", path=path, findings=findings)


def _refuse_line(text: bytes, path: str, as_list: bool) -> None:
    """Name the first line that is no object.

    Raises:
        UnusableInput: with the line's number.
    """
    for number, line in enumerate([text] if as_list else text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            where = getattr(error, "lineno", 1) if as_list else number
            raise refuse(f"file '{path}', line {where:,}", expected="a JSON object", got=str(error)[:120]) from None
        if not as_list and not isinstance(value, dict):
            raise refuse(f"file '{path}', line {number:,}", expected="a JSON object", got=f"a {type(value).__name__}")

"""Text in the encodings that files come in, as UTF-8."""

from __future__ import annotations

import codecs

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def as_utf8(data: bytes, path: str) -> tuple[bytes, tuple[Finding, ...]]:
    """Bytes of a text file as UTF-8 without a mark, and a finding where the encoding had to be guessed.

    UTF-8 and UTF-16 by their marks, else UTF-8 where it is valid, else cp1252 (Windows), else latin-1.

    Raises:
        UnusableInput: the mark says UTF-16 and the bytes are not.

    Example:
        >>> as_utf8("é".encode("cp1252"), "a.csv")[0].decode()
        'é'
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, path), ()
    if _is_utf8(data):
        return data, ()
    guess = "cp1252" if _decodes(data, "cp1252") else "latin-1"
    what = f"'{path}' is not UTF-8; it is read as {guess}."
    finding = Finding(
        id="data.file.encoding", severity="info", what=what, where=path, evidence={"encoding": guess}, fix="Save it as UTF-8 to be sure."
    )
    return data.decode(guess).encode(), (finding,)


def _decoded(data: bytes, encoding: str, path: str) -> bytes:
    if encoding == "utf-8" and _is_utf8(data):
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise refuse(f"file '{path}'", expected=f"{encoding} as its first bytes say", got=f"other bytes at {error.start:,}") from None


def _is_utf8(data: bytes) -> bool:
    return data.isascii() or _decodes(data, "utf-8")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

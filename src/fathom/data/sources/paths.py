"""A path that can be read, and its bytes; what is there instead is said in one line."""

from __future__ import annotations

import zlib
from pathlib import Path

from fathom.core.expectations import did_you_mean, refuse

READABLE = ".csv, .tsv, .txt (also .gz), .parquet, .npz, .jsonl, .json"

MOST_BYTES = 64 * 2**30
"""An unpacked .gz larger than this is refused before it fills the memory."""

_FOREIGN = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a single .npy array",
    b"\x80\x04\x95": "a pickle, which is never opened",
    b"ARROW1": "an Arrow file",
}


def existing_file(path: Path) -> Path:
    """The path, when it is a file.

    Raises:
        UnusableInput: it is not there (the nearest name in its folder is shown), or a folder.
    """
    path = path.expanduser()
    try:
        if path.is_file():
            return path
        folder = path.is_dir()
        siblings = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() and not folder else []
    except (OSError, ValueError) as error:  # too long a name, a NUL byte, no right to look
        raise refuse(f"file '{str(path)[:200]}'", expected="a path that can be opened", got=str(error)) from None
    if folder:
        raise refuse(f"'{path}'", expected=f"a file ({READABLE})", got="a folder")
    hint = did_you_mean(path.name, siblings)
    raise refuse(f"file '{path}'", expected="a file that exists", got="no such file", fix=hint or "check the path")


def file_bytes(path: Path) -> bytes:
    """All bytes of a file, unpacked when it is gzip.

    Raises:
        UnusableInput: empty, not readable, damaged, or larger than `MOST_BYTES` unpacked.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(f"file '{path}'", expected="a file that can be read", got=error.strerror or str(error)) from None
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data, path)
    if not data[:4096].strip() and not data.strip():
        raise refuse(f"file '{path}'", expected="a table with a header", got="an empty file")
    return data


def refuse_foreign(data: bytes, path: str) -> None:
    """Refuse bytes that are no text.

    Raises:
        UnusableInput: another format by its first bytes, or control characters.
    """
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise refuse(f"file '{path}'", expected=f"a table ({READABLE})", got=what, fix="save it as CSV")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16 with its mark
        return
    head = data[:65_536]
    control = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 11, 12, 13))
    if b"\x00" in head or b"\x00" in data or control > 0.01 * len(head):
        raise refuse(f"file '{path}'", expected=f"a table ({READABLE})", got="binary data", fix="save it as CSV")


def stem_of(path: Path) -> str:
    """What a set from a file is called: the file's name up to its first dot."""
    return path.name.split(".")[0] or path.name


def _unpacked(data: bytes, path: Path) -> bytes:
    parts, size, rest = [], 0, data
    try:
        while rest:
            stream = zlib.decompressobj(wbits=31)
            while rest and not stream.eof:
                part = stream.decompress(rest, 2**26)
                size += len(part)
                if size > MOST_BYTES:
                    raise refuse(f"file '{path}'", expected=f"at most {MOST_BYTES >> 30} GiB unpacked", got="more", fix="split it")
                parts.append(part)
                rest = stream.unconsumed_tail or stream.unused_data
            if not stream.eof:
                raise zlib.error("it ends too early")
            rest = stream.unused_data.lstrip(b"\x00")
    except zlib.error as error:
        raise refuse(f"file '{path}'", expected="a gzip file that is whole", got=f"a damaged one ({error})") from None
    return b"".join(parts)

"""IDX files, the format of MNIST and its successors: a magic number, sizes, bytes; plain or gzip."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

MOST_VALUES = 2**31
"""A file that says it holds more values than this is refused before anything is unpacked."""

_MOST_AXES = 8


def read_idx(path: Path) -> NDArray[Any]:
    """The array of an IDX file, in the machine's byte order.

    The sizes in the header bound what is unpacked: a small file cannot fill the memory.

    Args:
        path: plain or gzip.

    Raises:
        UnusableInput: not an IDX file, cut off, with more bytes than its header says, or too large.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(f"file '{path}'", expected="a file that can be read", got=error.strerror or str(error)) from None
    zipped = data[:2] == b"\x1f\x8b"
    head = _unpack(data, 4 + 4 * _MOST_AXES, path) if zipped else data[: 4 + 4 * _MOST_AXES]
    dtype, shape = _header(head, path)
    start, size = 4 + 4 * len(shape), math.prod(shape) * dtype.itemsize
    body = _unpack(data, start + size + 1, path) if zipped else data
    if len(body) != start + size:
        got = "more" if len(body) > start + size else f"{len(body):,}"
        raise refuse(f"file '{path}'", expected=f"{start + size:,} bytes as its header says", got=got)
    return np.frombuffer(body, dtype=dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _header(head: bytes, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    if len(head) < 4 or head[:2] != b"\x00\x00" or head[2] not in _TYPES or not 1 <= head[3] <= _MOST_AXES:
        raise _refused(path, "another magic number")
    axes = head[3]
    if len(head) < 4 + 4 * axes:
        raise _refused(path, "a header that is cut off")
    shape = struct.unpack(f">{axes}I", head[4 : 4 + 4 * axes])
    if math.prod(shape) > MOST_VALUES:
        raise _refused(path, f"a header that says {math.prod(shape):,} values")
    return np.dtype(_TYPES[head[2]]), shape


def _refused(path: Path, got: str) -> UnusableInput:
    return refuse(f"file '{path}'", expected="an IDX file (magic 0 0 type axes)", got=got)


def _unpack(data: bytes, most: int, path: Path) -> bytes:
    """The first `most` bytes of a gzip file."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, most)
    except zlib.error as error:
        raise refuse(f"file '{path}'", expected="a gzip file that is whole", got=f"a damaged one ({error})") from None

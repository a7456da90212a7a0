"""Pictures of a few thousand pixels as PNG, written with zlib alone, for data: addresses."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse

KINDS = {1: 0, 3: 2, 4: 6}
"""Channels -> the color type that PNG has for them: gray; red, green, blue; with alpha."""


def png(pixels: NDArray[Any]) -> bytes:
    r"""A PNG file of 8 bits a channel, without filters.

    Args:
        pixels: (height, width) gray, or (height, width, 3 or 4) red, green, blue, alpha; numbers from 0 to 255.

    Returns:
        The bytes of the file, the same for the same pixels and zlib.

    Raises:
        UnusableInput: another shape, or no pixels.

    Source: ISO/IEC 15948 (PNG), sections 5 and 9 to 11.

    Example:
        >>> png(np.zeros((2, 3)))[:8]
        b'\x89PNG\r\n\x1a\n'
    """
    values = np.asarray(pixels, dtype=np.uint8)
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3 or values.shape[2] not in KINDS or not values.size:
        raise refuse("pixels", expected="an array (height, width) or (height, width, 3 or 4)", got=f"shape {np.shape(pixels)}")
    height, width, channels = values.shape
    rows = np.zeros((height, 1 + width * channels), dtype=np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:] = values.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, KINDS[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, data) for name, data in parts)


def address(pixels: NDArray[Any]) -> str:
    """The same picture as a data: address, which a page can hold."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode('ascii')}"


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

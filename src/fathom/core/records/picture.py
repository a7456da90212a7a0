"""How the input columns of a set form a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.record import Record

CHANNELS = (1, 3, 4)
"""Gray; red, green, blue; with alpha."""

SMALLEST = 4
"""Pixels each way."""

_NAME = re.compile(r"(pixel|red|green|blue)_(\d{1,4})_(\d{1,4})")


@dataclass(frozen=True, kw_only=True)
class Picture(Record):
    """The picture that columns in reading order are.

    Attributes:
        channels: 1 for gray, 3 for color, 4 with alpha.
        height, width: in pixels.
        last: whether the channels of a pixel stand side by side (height, width, channels), as Pillow and Keras have them; False where
            channel follows channel (channels, height, width), as torch has them.

    Example:
        >>> print(Picture.of("28x28", 784), Picture.of("32x32x3", 3072), Picture.of("3x5", 15))
        1x28x28 3x32x32 None
        >>> Picture.of("32x32x3", 3072).last, Picture.of("3x32x32", 3072).last
        (True, False)
    """

    channels: int
    height: int
    width: int
    last: bool = False

    @classmethod
    def of(cls, shape: str, inputs: int) -> Picture | None:
        """The picture of a shape as in '28x28', '3x32x32' or '32x32x3'; None where the input columns are not all of one.

        Args:
            shape: of an example, as a set notes it.
            inputs: columns that the net sees.
        """
        parts = shape.split("x")
        if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
            return None
        sizes = [int(part) for part in parts]
        if len(sizes) == 2:
            sizes = [1, *sizes]
        last = sizes[0] not in CHANNELS
        channels, height, width = (sizes[2], sizes[0], sizes[1]) if last else sizes
        if channels not in CHANNELS or min(height, width) < SMALLEST or channels * height * width != inputs:
            return None
        return cls(channels=channels, height=height, width=width, last=last)

    @classmethod
    def of_names(cls, names: Sequence[str]) -> Picture | None:
        """The picture of columns by the names that they have where pictures were decoded; None where they are others.

        Example:
            >>> names = Picture(channels=3, height=4, width=5).names
            >>> names[:2], names[-1], str(Picture.of_names(names))
            (['red_0_0', 'red_0_1'], 'blue_3_4', '3x4x5')
        """
        match = _NAME.fullmatch(names[-1]) if names else None
        if match is None:
            return None
        made = cls(channels=1 if match[1] == "pixel" else 3, height=int(match[2]) + 1, width=int(match[3]) + 1)
        return made if made.columns == len(names) and made.names == list(names) else None

    @classmethod
    def among(cls, names: Sequence[str]) -> Picture | None:
        """The picture of those columns that are pixels by their names, beside which there may be others; None where they are none.

        Example:
            >>> names = Picture(channels=1, height=4, width=4).names
            >>> str(Picture.among(["age", *names])), Picture.among(["age"])
            ('1x4x4', None)
        """
        return cls.of_names([name for name in names if _NAME.fullmatch(name)])

    @property
    def columns(self) -> int:
        """How many numbers a picture is."""
        return self.channels * self.height * self.width

    @property
    def names(self) -> list[str]:
        """The columns of a decoded picture of one or three channels, channel after channel, each in reading order."""
        colors = ("pixel",) if self.channels == 1 else ("red", "green", "blue", "alpha")[: self.channels]
        return [f"{color}_{i}_{j}" for color in colors for i in range(self.height) for j in range(self.width)]

    @property
    def channel_of(self) -> NDArray[np.int64]:
        """(columns,) the channel of each column."""
        places = np.arange(self.columns, dtype=np.int64)
        return places % self.channels if self.last else places // (self.height * self.width)

    def pixels(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, columns) -> (n, height, width, channels), as pictures are shown."""
        if self.last:
            return rows.reshape(-1, self.height, self.width, self.channels)
        return np.moveaxis(rows.reshape(-1, self.channels, self.height, self.width), 1, -1)

    def __str__(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"

"""One mistake in the terminal: its picture where the inputs are pixels, else its most telling columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from fathom.core.mistakes_table import cell, clean, size_of
from fathom.core.records.mistake import Mistake
from fathom.core.records.picture import Picture
from fathom.core.worst import inputs_of
from fathom.report.pixel_columns import picture_shape, pictures

if TYPE_CHECKING:
    import polars as pl

SHADES = " .:-=+*#%@"

LUMA = {1: np.ones(1), 3: np.array([0.299, 0.587, 0.114])}
"""Channels -> their weights in gray (ITU-R 601, as Pillow has them)."""

WIDEST = 64
"""Pixels of a row on the screen; of wider pictures every so many are left out."""


def mistake_lines(mistake: Mistake, kept: pl.DataFrame, width: int, most: int) -> Iterator[str]:
    """The lines below what was predicted.

    Args:
        mistake: one example.
        kept: the worst mistakes, whose columns stand in the order of the data.
        width: of the screen.
        most: input columns that are shown.
    """
    if mistake.likely:
        yield f"  label? the net takes it for {clean(mistake.likely, 40)}"
    if mistake.comment:
        yield f"  {clean(mistake.comment, width - 2)}"
    if mistake.words:
        yield f"  pulled by  {clean(' · '.join(mistake.words), width - 13)}"
    names = inputs_of(kept)
    picture = _picture(names)
    if picture is not None and set(names) <= set(mistake.inputs):
        pixels = picture.pixels(np.asarray([[float(mistake.inputs[name] or 0.0) for name in names]]))[0]
        yield from picture_lines(pixels @ LUMA[picture.channels], width)
        return
    texts = [f"{clean(name, 24)} {cell(value, 20)}" for name, value in list(mistake.inputs.items())[:most]]
    if texts:
        yield from _in_columns(texts, width)
        left = len(mistake.inputs) - len(texts)
        if left:
            yield f"  and {left:,} more input columns"
    else:
        yield "  (its input columns are not kept in the run folder)"


def _picture(names: Sequence[str]) -> Picture | None:
    known = Picture.of_names(names)
    shape = picture_shape(names)
    return Picture(channels=1, height=shape[0], width=shape[1]) if known is None and shape is not None else known


def picture_lines(pixels: ArrayLike, width: int) -> Iterator[str]:
    """Gray pixels (height, width) as signs, two beside each other for one pixel, since a sign is twice as high as wide.

    Example:
        >>> list(picture_lines([[0, 1], [1, 0]], 80))
        ['    @@', '  @@']
    """
    values = np.asarray(pixels, dtype=np.float64)
    step = -(-values.shape[1] // min(WIDEST, width - 2))
    values = values[::step, ::step]
    gray = pictures(values[None], values.shape)[0]
    twice = 2 if 2 * values.shape[1] + 2 <= width else 1
    for row in gray.tolist():
        yield "  " + "".join(SHADES[v * (len(SHADES) - 1) // 255] * twice for v in row).rstrip()


def _in_columns(texts: list[str], width: int) -> Iterator[str]:
    """Two beside each other where there is room."""
    size = max(map(size_of, texts)) + 3
    beside = max(min((width - 2) // size, 2), 1)
    for i in range(0, len(texts), beside):
        yield "  " + "".join(text + " " * (size - size_of(text)) for text in texts[i : i + beside]).rstrip()

"""Picture files: found in folders, looked at, decoded to one size and one number of channels; needs Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm")

GRAY = ("1", "L", "LA", "I;16", "I;16B", "I;16L")
"""Modes of Pillow without color."""

TURNED = (5, 6, 7, 8)
"""Orientations of EXIF that swap height and width."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Seen:
    """What the head of a file says.

    Attributes:
        size: (height, width) as people see it.
        mode: of Pillow: L, RGB, P, ...
        broken: why the file cannot be read; "" where it can.
    """

    size: tuple[int, int] = (0, 0)
    mode: str = ""
    broken: str = ""


def is_picture(name: str) -> bool:
    """Whether a name ends as picture files do.

    Example:
        >>> is_picture("a/B.JPG"), is_picture("notes.txt")
        (True, False)
    """
    return name.lower().endswith(SUFFIXES)


def look(paths: Sequence[Path]) -> list[Seen]:
    """Size and mode of every file, from its head alone."""
    return _each(_look, paths)


def decode(paths: Sequence[Path], size: tuple[int, int], channels: int) -> list[Pixels | str]:
    """The pixels of every file, or why there are none.

    Colors are those of the file on white where it is transparent; the picture is turned as its EXIF says and scaled so that it covers
    the size, the middle of its longer side kept; of 16 bits the upper eight count.

    Args:
        paths: of the files.
        size: (height, width) wanted.
        channels: 1 for gray, 3 for color.

    Returns:
        (channels, height, width) uint8 for each, or a text.
    """
    return _each(lambda path: _decode(path, size, channels), paths)


def _each(act: Callable[[Path], Any], paths: Sequence[Path]) -> list[Any]:
    """A few files at a time: Pillow lets other threads run while it decodes."""
    _pillow()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file's odd tags are no matter; what cannot be decoded raises
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(act, paths))


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        fix = "install it: pip install 'fathom-ml[images]'"
        raise refuse("pictures", expected="Pillow, which decodes them", got="no Pillow in this Python", fix=fix) from None
    return Image


def _look(path: Path) -> Seen:
    try:
        with _pillow().open(path) as image:
            width, height = image.size
            turned = image.getexif().get(0x0112) in TURNED
            return Seen((width, height) if turned else (height, width), image.mode)
    except Exception as error:
        return Seen(broken=_why(error))


def _decode(path: Path, size: tuple[int, int], channels: int) -> Pixels | str:
    from PIL import ImageOps

    try:
        with _pillow().open(path) as image:
            turned = ImageOps.exif_transpose(_plain(image))
            plain = turned.convert("L" if channels == 1 else "RGB")
            if plain.size != size[::-1]:
                plain = ImageOps.fit(plain, size[::-1], method=_pillow().Resampling.BICUBIC)
            pixels = np.asarray(plain, dtype=np.uint8).reshape(*size, channels)
            return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    except Exception as error:
        return _why(error)


def _plain(image: Any) -> Any:
    """Without transparency, without more than 8 bits."""
    if image.mode.startswith("I;16"):
        from PIL import Image

        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"mode {image.mode}, whose range is not known")
    if "A" in image.getbands() or "transparency" in image.info:
        from PIL import Image

        colored = image.convert("RGBA")
        white = Image.new("RGBA", colored.size, (255, 255, 255, 255))
        white.alpha_composite(colored)
        white.getexif().update(image.getexif())
        return white
    return image


def _why(error: Exception) -> str:
    """In a few words, without the path."""
    names = {"UnidentifiedImageError": "no picture", "DecompressionBombError": "too many pixels"}
    name = type(error).__name__
    return names.get(name) or (str(error).splitlines() or [name])[0][:80]

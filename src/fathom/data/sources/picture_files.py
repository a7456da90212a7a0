"""One picture file: what its head says, and its pixels at a wanted size; needs Pillow."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm")

FORMATS = ("JPEG", "MPO", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""Of Pillow; none that starts another program, as EPS does."""

GRAY = ("1", "L", "LA", "I;16", "I;16B", "I;16L", "I")
"""Modes of Pillow without color."""

MOST_PIXELS = 100_000_000
"""A file that says it holds more is left out before anything of it is unpacked."""

ORIENTATION = 0x0112
"""The tag of EXIF that says how the camera was held."""

TURNED = (5, 6, 7, 8)
"""Its values that swap height and width."""

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


def pillow() -> Any:
    """Pillow's Image module.

    Raises:
        UnusableInput: it is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        fix = "install it: pip install 'fathom-ml[images]'"
        raise refuse("pictures", expected="Pillow, which decodes them", got="no Pillow in this Python", fix=fix) from None
    return Image


def look(path: Path) -> Seen:
    """Size and mode of a file, from its head alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file's odd tags are no matter; what cannot be decoded raises
        try:
            with _open(path) as image:
                width, height = image.size
                return Seen((width, height) if _orientation(image) in TURNED else (height, width), image.mode)
        except Exception as error:
            return Seen(broken=_why(error))


def decode(path: Path, size: tuple[int, int], channels: int) -> Pixels | str:
    """The pixels of a file, or why there are none.

    Colors are those of the file on white where it is transparent; the picture is turned as its EXIF says and scaled so that it covers
    the size, the middle of its longer side kept; of 16 bits the upper eight count.

    Args:
        path: of the file.
        size: (height, width) wanted.
        channels: 1 for gray, 3 for color.

    Returns:
        (channels, height, width) uint8, or a text.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _open(path) as image:
                plain = _scaled(_upright(image, size), size, "L" if channels == 1 else "RGB")
            pixels = np.asarray(plain, dtype=np.uint8).reshape(*size, channels)
            return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
        except Exception as error:
            return _why(error)


def _open(path: Path) -> Any:
    """An image whose head is read, of no more pixels than are to be unpacked."""
    opener = pillow()
    opener.init()
    image = opener.open(path, formats=[name for name in FORMATS if name in opener.OPEN])
    if (pixels := image.size[0] * image.size[1]) > MOST_PIXELS:
        image.close()
        raise ValueError(f"{pixels / 1e6:,.0f} million pixels, over the {MOST_PIXELS / 1e6:,.0f} million that are unpacked")
    return image


def _orientation(image: Any) -> int:
    """How the camera was held; Pillow would unpack a whole PNG to look behind its pixels for that."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return int(image.getexif().get(ORIENTATION, 1) or 1)


def _upright(image: Any, size: tuple[int, int]) -> Any:
    """Without transparency, without more than 8 bits, turned; of a JPEG no more is unpacked than twice the size asks for."""
    from PIL import ImageOps

    if image.format == "JPEG":
        least = 2 * max(size)
        image.draft(None, (least, least))
    return ImageOps.exif_transpose(_plain(image))


def _plain(image: Any) -> Any:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        return pillow().fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"mode {image.mode}, whose range is not known")
    if "A" in image.getbands() or "transparency" in image.info:
        colored = image.convert("RGBA")
        white = pillow().new("RGBA", colored.size, (255, 255, 255, 255))
        white.alpha_composite(colored)
        white.getexif().update(image.getexif())
        return white
    return image


def _scaled(image: Any, size: tuple[int, int], mode: str) -> Any:
    """Of the wanted size and mode: scaled to cover the size, the middle kept."""
    height, width = size
    plain = image.convert(mode)
    if plain.size == (width, height):
        return plain
    across, down = plain.size
    scale = min(across / width, down / height)
    left, top = (across - scale * width) / 2, (down - scale * height) / 2
    box = (left, top, left + scale * width, top + scale * height)
    return plain.resize((width, height), resample=pillow().Resampling.BICUBIC, box=box, reducing_gap=3.0)


def _why(error: Exception) -> str:
    """In a few words, without the path."""
    names = {"UnidentifiedImageError": "no picture", "DecompressionBombError": "too many pixels", "FileNotFoundError": "no such file"}
    name = type(error).__name__
    return names.get(name) or (str(error).splitlines() or [name])[0][:80]

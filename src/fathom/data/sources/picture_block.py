"""Picture files as one block of pixels: looked at, brought to one size and one number of channels, decoded or taken from the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fathom.core.expectations import refuse, whole
from fathom.core.records.picture import SMALLEST, Picture
from fathom.data.sources import picture_cache as cache
from fathom.data.sources.picture_files import GRAY, Pixels, Seen, look, pillow
from fathom.data.sources.picture_pool import Told, cores, decode_into

SIDE = 32
"""Pixels each way where files differ in size or are larger than `LARGE`, as the course's LeNet-5 has them (C4W1-23)."""

LARGE = 64

FEW = 64
"""Files up to which nothing is kept."""

A_FILE = 5_000
"""What opening a file costs, in pixels that are decoded in the same time."""

MUCH = 10_000_000
"""Pixels from which on other processes decode, and the result is kept: half a second of one core."""

MOST_VALUES = 2**29
"""Numbers of all pictures together; the table holds each in 8 bytes."""

Size = int | tuple[int, int] | None
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Decoding:
    """How files are to be decoded.

    Attributes:
        size: the side that all are brought to, or (height, width); None keeps a size that all have up to 64 each way, else 32.
        picture: of a known set, that all are brought to.
        progress: called with files done, files in all, and a text.
    """

    size: Size = None
    picture: Picture | None = None
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """What the files hold.

    Attributes:
        pixels: (n, channels, height, width), a row for each file; mapped where they are kept.
        heads: of each file.
        picture: that all were brought to.
        broken: the places of files that cannot be read, and why.
    """

    pixels: Pixels
    heads: list[Seen]
    picture: Picture
    broken: dict[int, str]

    @property
    def sound(self) -> list[int]:
        """The places of files that could be read."""
        return [place for place in range(len(self.heads)) if place not in self.broken]


def block_of(paths: Sequence[Path], how: Decoding) -> Block:
    """All pictures as one block.

    Raises:
        UnusableInput: no Pillow, a size that cannot be, or more pixels than a table holds.
    """
    pillow()
    size = None if how.size is None else size_of(how.size)
    folder = cache.place() if len(paths) > FEW else None
    key = "" if folder is None else cache.key_of(paths, (size, how.picture))
    known = None if folder is None else _known(cache.kept(folder, key))
    if known is not None:
        return known
    heads = [look(path) for path in paths]
    sound = [place for place, head in enumerate(heads) if not head.broken]
    picture = how.picture or _wanted([heads[place] for place in sound], size)
    _check_amount(len(sound), picture)
    much = sum(head.size[0] * head.size[1] + A_FILE for head in heads) >= MUCH
    shape = (len(paths), picture.channels, picture.height, picture.width)
    with cache.new_file(folder if much else None, key, shape) as (pixels, file):
        broken = {place: head.broken for place, head in enumerate(heads) if head.broken}
        files = {place: paths[place] for place in sound}
        broken |= decode_into(pixels, files, file=file, workers=cores(), told=_told(how.progress, len(paths)))
        block = Block(pixels, heads, picture, dict(sorted(broken.items())))
        if folder is not None and file is not None:
            cache.keep(folder, key, file, _about(block))
    return block


def size_of(size: Any) -> tuple[int, int]:
    """(height, width) of a size as people give it: one number, or two.

    Example:
        >>> size_of(48), size_of((32, 24))
        ((48, 48), (32, 24))
    """
    sides = size if isinstance(size, tuple | list) else (size, size)
    if len(sides) != 2:
        raise refuse("`size`", expected="a side, or a height and a width as in (32, 48)", got=repr(size))
    height, width = (whole("size", side, low=SMALLEST, high=512) for side in sides)
    return height, width


def _wanted(heads: Sequence[Seen], size: tuple[int, int] | None) -> Picture:
    """Size and channels that all are brought to."""
    sizes = {head.size for head in heads}
    height, width = size or (SIDE, SIDE)
    if size is None and len(sizes) == 1 and min(heads[0].size) >= SMALLEST and max(heads[0].size) <= LARGE:
        height, width = heads[0].size
    return Picture(channels=1 if heads and all(head.mode in GRAY for head in heads) else 3, height=height, width=width)


def _check_amount(count: int, picture: Picture) -> None:
    if count * picture.columns > MOST_VALUES:
        got = f"{count:,} pictures of {picture.height} x {picture.width} with {picture.channels}"
        raise refuse("pictures", expected=f"at most {MOST_VALUES:,} numbers in all", got=got, fix="take a smaller size, as in size=32")


def _told(progress: Progress | None, files: int) -> Told | None:
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        progress(done, total, f"decoding {files:,} pictures")

    return tell


def _about(block: Block) -> dict[str, Any]:
    """What the cache keeps beside the pixels."""
    picture = block.picture
    return {
        "shape": list(block.pixels.shape),
        "picture": [picture.channels, picture.height, picture.width],
        "heads": [[*head.size, head.mode, head.broken] for head in block.heads],
        "broken": {str(place): why for place, why in block.broken.items()},
    }


def _known(entry: tuple[Pixels, dict[str, Any]] | None) -> Block | None:
    """What the cache kept; None where it is not there, or something else."""
    if entry is None:
        return None
    pixels, about = entry
    try:
        channels, height, width = about["picture"]
        heads = [Seen((int(h), int(w)), str(mode), str(broken)) for h, w, mode, broken in about["heads"]]
        broken = {int(place): str(why) for place, why in about["broken"].items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    whole_entry = len(heads) == len(pixels) and pixels.shape[1:] == (channels, height, width)
    return Block(pixels, heads, Picture(channels=channels, height=height, width=width), broken) if whole_entry else None

"""Decoded pictures kept on disk, memory-mapped: the next load of the same files opens none of them.

A folder `fathom/pictures` in the user's cache folder (FATHOM_CACHE names another, FATHOM_CACHE=off none). An entry is an array KEY.npy and
what was seen, KEY.json; the key is made of all paths, their sizes and times of change, and of what was asked for. Both are written
aside and renamed, the .json last: what is half written is never read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fathom.data.sources.picture_files import Pixels, pillow

VERSION = 1
"""Goes up when the same file gives other pixels."""

MOST_BYTES = 8 * 2**30
"""Of all entries; the longest unused go first."""

STALE = 86_400.0
"""Seconds after which a file that was left behind half written is removed."""

PART = ".part.npy"

Shape = tuple[int, int, int, int]


def place() -> Path | None:
    """The folder, made where it is not there; None where there is to be none or none can be made."""
    named = os.environ.get("FATHOM_CACHE", "")
    if named.lower() in ("off", "none", "0"):
        return None
    folder = Path(named or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fathom").expanduser() / "pictures"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


def key_of(paths: Sequence[Path], asked: Any) -> str:
    """A name for the decoded pixels of files as they are now; `asked` is what they are brought to."""
    state = hashlib.blake2b(repr((VERSION, getattr(pillow(), "__version__", ""), asked)).encode(), digest_size=16)
    for path in paths:
        try:
            about = path.stat()
            seen = (about.st_size, about.st_mtime_ns)
        except OSError:
            seen = (-1, -1)
        state.update(os.fsencode(path.absolute()) + repr(seen).encode() + b"\0")
    return state.hexdigest()


def kept(folder: Path, key: str) -> tuple[Pixels, dict[str, Any]] | None:
    """The pixels (n, channels, height, width) of an entry, mapped, and what was seen; None where it is not there or not whole."""
    try:
        about = json.loads((folder / f"{key}.json").read_text())
        pixels = np.load(folder / f"{key}.npy", mmap_mode="r", allow_pickle=False)
        os.utime(folder / f"{key}.npy")
    except (OSError, ValueError, EOFError):
        return None
    whole = isinstance(about, dict) and pixels.dtype == np.uint8 and list(pixels.shape) == about.get("shape")
    return (pixels, about) if whole else None


@contextlib.contextmanager
def new_file(folder: Path | None, key: str, shape: Shape) -> Iterator[tuple[Pixels, Path | None]]:
    """Pixels to be written, and the file that they are a map of; it is gone afterwards where `keep` has not named it.

    Where there is no folder, or no room in it, they are in memory and there is no file.
    """
    file = None if folder is None else folder / f".{key}.{os.getpid()}{PART}"
    pixels: Pixels | None = None
    try:
        if file is not None:
            pixels = _mapped(file, shape)
        yield (pixels, file) if pixels is not None else (np.zeros(shape, dtype=np.uint8), None)
    finally:
        if file is not None:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def keep(folder: Path, key: str, file: Path, about: dict[str, Any]) -> None:
    """Make an entry of a file that is whole; make room for it."""
    _make_room(folder, file.stat().st_size)
    aside = folder / f".{key}.{os.getpid()}.part.json"
    try:
        aside.write_text(json.dumps(about))
        os.replace(file, folder / f"{key}.npy")
        os.replace(aside, folder / f"{key}.json")
    except OSError:
        aside.unlink(missing_ok=True)


def _mapped(file: Path, shape: Shape) -> Pixels | None:
    """A new array on disk whose room is taken at once: a disk that fills up later would end the process."""
    try:
        pixels = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
        if hasattr(os, "posix_fallocate"):
            with file.open("r+b") as opened:
                os.posix_fallocate(opened.fileno(), 0, file.stat().st_size)
    except OSError:
        return None
    return pixels


def _make_room(folder: Path, size: int) -> None:
    """Remove what is longest unused until an entry of so many bytes fits, and what was left behind half written."""
    with contextlib.suppress(OSError):
        for left in (*folder.glob(f".*{PART}"), *folder.glob(".*.part.json")):
            if time.time() - left.stat().st_mtime > STALE:
                left.unlink(missing_ok=True)
        entries = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob("[0-9a-f]*.npy"))
        total = size + sum(entry[1] for entry in entries)
        for _, bytes_of, path in entries:
            if total <= MOST_BYTES:
                return
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
            total -= bytes_of

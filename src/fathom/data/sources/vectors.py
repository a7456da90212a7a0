"""Vectors of words that were trained elsewhere, from the usual text format: a word and its numbers a line (word2vec, GloVe)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse

MOST_DIMENSIONS = 65_536


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors of the words that were asked for.

    Attributes:
        places: (k,) of those that the file has, in the sequence that was asked for.
        values: (k, d) float32.
        lines: words in the file.
    """

    places: NDArray[np.int64]
    values: NDArray[np.float32]
    lines: int


def read_vectors(path: str | Path, words: Sequence[str]) -> Vectors:
    r"""The vectors of some words; the file is read line by line and only these are kept.

    Args:
        path: a text file, also .gz: 'word x1 ... xd' a line, with or without a first line 'words d'.
        words: as the vocabulary spells them. Where a file has a word in several spellings the exact one counts, else the first in
            another case.

    Raises:
        UnusableInput: the file cannot be read, its lines are not of one width, or it has none of the words.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "tiny.txt"
        ...     _ = path.write_text("2 3\nking 0 1 2\nqueen 1 1 2\n")
        ...     found = read_vectors(path, ["soup", "queen"])
        >>> found.places.tolist(), found.values.tolist(), found.lines
        ([1], [[1.0, 1.0, 2.0]], 2)
    """
    at = {word: i for i, word in enumerate(words)}
    exact: dict[int, NDArray[np.float32]] = {}
    other: dict[int, NDArray[np.float32]] = {}
    width = lines = 0
    for number, line in enumerate(_lines(Path(path)), start=1):
        parts = line.rstrip().split(" ")
        if number == 1 and len(parts) == 2 and all(part.isdecimal() for part in parts):
            continue  # word2vec's head
        width = width or _width(path, len(parts) - 1)
        if len(parts) <= width:
            raise refuse(f"'{path}'", expected=f"a word and {width} numbers in line {number:,}", got=f"{len(parts)} parts")
        lines += 1
        word = " ".join(parts[:-width])
        known, place = (exact, at[word]) if word in at else (other, at.get(word.lower(), -1))
        if place >= 0 and place not in known:
            known[place] = _numbers(path, parts[-width:], number)
    found = {**other, **exact}
    if not found:
        raise refuse(f"'{path}'", expected="vectors of words that train has", got=f"none among {lines:,} lines")
    places = np.array(sorted(found), dtype=np.int64)
    return Vectors(places, np.stack([found[int(i)] for i in places]), lines)


def _lines(path: Path) -> Iterator[str]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", errors="replace")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8", errors="replace", newline="\n") as file
        ):
            yield from (line for line in file if line.strip())
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(f"'{path}'", expected="a file of vectors", got=getattr(error, "strerror", None) or str(error)) from None


def _width(path: object, width: int) -> int:
    if not 1 <= width <= MOST_DIMENSIONS:
        raise refuse(f"'{path}'", expected="a word and its numbers a line, as word2vec and GloVe write text", got=f"{width + 1} parts")
    return width


def _numbers(path: object, parts: Sequence[str], line: int) -> NDArray[np.float32]:
    try:
        values = np.array(parts, dtype=np.float32)
    except ValueError:
        values = np.array([np.nan], dtype=np.float32)
    if not np.isfinite(values).all():
        raise refuse(f"'{path}'", expected=f"numbers in line {line:,}", got=" ".join(parts)[:60])
    return values

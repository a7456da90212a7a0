"""IDX files as a raw table: pictures with the labels that lie beside them, as MNIST and its successors come."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.records.picture import Picture
from fathom.core.roles import ROLES, role_of
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import digest_of, matrix_frame, series
from fathom.data.sources.idx import read_idx

TARGET, ROLE = "label", "role"

_NAME = re.compile(r"(?P<part>.*?)[-_.]?images?[-_.]?idx(?P<axes>\d)([-_.]ubyte)?(\.gz)?$", re.I)
_ENDING = re.compile(r"idx\d([-_.]ubyte)?(\.gz)?$", re.I)

PARTS = {"t10k": "test"}
"""What MNIST calls its 10,000 pictures for test."""


@dataclass(frozen=True)
class Part:
    """Pictures (n, height, width), their labels (n,) where there are any, and their role where the name tells it."""

    pictures: NDArray[Any]
    labels: NDArray[Any] | None
    role: str | None


def is_idx(path: Path) -> bool:
    """Whether a file is one by its name.

    Example:
        >>> is_idx(Path("train-images-idx3-ubyte.gz")), is_idx(Path("table.csv.gz"))
        (True, False)
    """
    return _ENDING.search(path.name) is not None


def idx_in(folder: Path) -> list[Path]:
    """The files of pictures in a folder, by their names."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())


def read_idx_file(path: Path) -> Raw:
    """A file of pictures, with the labels of the file beside it whose name differs by that word alone; without them where there is none."""
    return _raw([_part(path, needed=False)], path, path.name.split("-")[0].split(".")[0])


def read_idx_folder(folder: Path, files: Sequence[Path]) -> Raw:
    """All pairs of a folder; train and t10k (or test) are roles.

    Raises:
        UnusableInput: pictures without labels, or of several sizes.
    """
    parts = [_part(path, needed=True) for path in files]
    parts.sort(key=lambda part: ROLES.index(part.role) if part.role else len(ROLES))
    return _raw(parts, folder, folder.resolve().name)


def read_idx_pair(pictures: Path, labels: Path) -> Raw:
    """Two files, named by the user."""
    x, y = read_idx(pictures), read_idx(labels)
    return _raw(
        [Part(_checked(x, pictures), _checked_labels(y, len(x), labels), None)], pictures, pictures.name.split("-")[0].split(".")[0]
    )


def _part(path: Path, *, needed: bool) -> Part:
    pictures = _checked(read_idx(path), path)
    beside = _labels_of(path)
    if beside is None and needed:
        raise refuse(f"file '{path}'", expected="a file of labels beside it, as in train-labels-idx1-ubyte", got="none")
    found = _NAME.fullmatch(path.name)
    role = None if found is None else _role(found["part"])
    return Part(pictures, None if beside is None else _checked_labels(read_idx(beside), len(pictures), beside), role)


def _labels_of(path: Path) -> Path | None:
    """train-images-idx3-ubyte.gz -> train-labels-idx1-ubyte, packed or not."""
    plain = re.sub(r"idx\d", "idx1", re.sub("image", "label", path.name.removesuffix(".gz")))
    return next((p for p in (path.with_name(plain), path.with_name(f"{plain}.gz")) if plain != path.name and p.is_file()), None)


def _role(part: str) -> str | None:
    word = re.split(r"[-_.]", part.lower())[-1]
    try:
        return PARTS.get(word) or role_of(word)
    except UnusableInput:
        return None


def _checked(x: NDArray[Any], path: Path) -> NDArray[Any]:
    if x.ndim < 3 or not len(x):
        raise refuse(f"file '{path}'", expected="pictures (n, height, width)", got=f"shape {x.shape}")
    return x


def _checked_labels(y: NDArray[Any], count: int, path: Path) -> NDArray[Any]:
    if y.shape != (count,):
        raise refuse(f"file '{path}'", expected=f"a label for each of {count:,} pictures", got=f"shape {y.shape}")
    return y


def _raw(parts: Sequence[Part], path: Path, name: str) -> Raw:
    if len({part.pictures.shape[1:] for part in parts}) > 1:
        got = " and ".join("x".join(map(str, part.pictures.shape[1:])) for part in parts)
        raise refuse(f"'{path}'", expected="pictures of one size", got=got)
    x = np.concatenate([part.pictures for part in parts])
    frame = matrix_frame(x.reshape(len(x), -1), _names(x))
    labels = [part.labels for part in parts if part.labels is not None]
    roles = {part.role for part in parts}
    if len(labels) == len(parts):
        frame = frame.with_columns(series(TARGET, np.concatenate(labels)))
    if len(parts) > 1 and None not in roles and "train" in roles:
        frame = frame.with_columns(series(ROLE, np.repeat([str(part.role) for part in parts], [len(part.pictures) for part in parts])))
    raw = Raw(frame, name=name, path=str(path), digest=digest_of(x, *labels), array=True, notes={"shape": "x".join(map(str, x.shape[1:]))})
    return dataclasses.replace(raw, target=TARGET, kind="classification") if labels else raw


def _names(x: NDArray[Any]) -> list[str] | None:
    """Of the pixels, as decoded pictures have them; None for pictures in more than two dimensions."""
    return Picture(channels=1, height=x.shape[1], width=x.shape[2]).names if x.ndim == 3 else None

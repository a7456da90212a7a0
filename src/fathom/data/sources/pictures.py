"""Pictures as a raw table: a folder for each class, or a table with a column of paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.core.roles import role_of
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import digest_of, matrix_frame, series
from fathom.data.sources.picture_block import Decoding, block_of
from fathom.data.sources.picture_files import is_picture
from fathom.data.sources.picture_findings import converted, empty_classes, left_out, listing, other_files, resized

if TYPE_CHECKING:
    import polars as pl

TARGET, FILE, ROLE = "class", "file", "role"

HEAD = 20
"""Values by which a column of paths is known."""


@dataclass(frozen=True)
class Listed:
    """A file in a folder: its path, its name below the folder, class and role where the folders tell them."""

    path: Path
    name: str
    label: str | None = None
    role: str | None = None


def read_folder(folder: Path, how: Decoding) -> Raw:
    """A folder of pictures.

    Args:
        folder: with a folder for each class; with train, dev and test, each of which has those; or, where they are to be like known
            ones, with pictures alone.
        how: the pictures are decoded.

    Returns:
        Columns of pixels, 'file' as an id, 'class' and, where the folders tell it, 'role'.

    Raises:
        UnusableInput: no pictures, one class, none that can be read, or no Pillow.
    """
    listed, others = listed_in(folder)
    if not listed:
        got = f"a folder of {others:,} other file{'s' * (others != 1)}" if others else "an empty folder"
        raise refuse(f"'{folder}'", expected="a folder of pictures, one folder for each class", got=got)
    if how.picture is None:
        _check_classes(folder, listed)
    made, kept, findings = decoded([item.path for item in listed], [item.name for item in listed], how)
    empty = _without_pictures(folder, listed)
    there, listed = {item.label for item in listed}, [listed[place] for place in kept]
    if how.picture is None:
        _check_classes(folder, listed)
        findings = (*findings, *empty_classes([*(there - {item.label for item in listed}), *empty]))
    frame = made.frame.with_columns(series(FILE, np.array([item.name for item in listed])))
    labels, roles = [item.label for item in listed], [item.role for item in listed]
    if None not in labels:
        frame = frame.with_columns(series(TARGET, np.array(labels)))
    if None not in roles:
        frame = frame.with_columns(series(ROLE, np.array(roles)))
    ignored = (other_files(others, str(folder)),) if others else ()
    digest = digest_of(made.pixels, np.array([item.name for item in listed]))
    about = {
        "name": folder.resolve().name,
        "path": str(folder),
        "digest": digest,
        "uses": {FILE: "id"},
        "kind": "classification",
        "notes": {"shape": made.shape},
    }
    return Raw(frame, target=TARGET, array=True, findings=(*findings, *ignored), **about)  # type: ignore[arg-type]


def read_file(path: Path, picture: Picture) -> Raw:
    """One picture that is to be like those of a known set."""
    made, _, findings = decoded([path], [path.name], Decoding(picture=picture))
    frame = made.frame.with_columns(series(FILE, np.array([path.name])))
    return Raw(frame, name=path.stem, path=str(path), findings=findings, uses={FILE: "id"}, notes={"shape": made.shape})


def path_column(frame: pl.DataFrame, folder: Path) -> str | None:
    """The column of a table that holds paths of pictures, or None."""
    import polars as pl

    for name, dtype in frame.schema.items():
        if dtype == pl.String and frame.height:
            head = [value for value in frame.get_column(name).head(HEAD).to_list() if value]
            if head and all(is_picture(value.strip()) for value in head) and any(_file(folder, value).is_file() for value in head):
                return name
    return None


def with_pictures(raw: Raw, column: str, folder: Path, how: Decoding) -> Raw:
    """A table with the pixels of the pictures that a column names in place of it; it becomes the id.

    Args:
        raw: the table.
        column: of paths, below `folder` or whole.
        folder: that the table lies in.
        how: the pictures are decoded.
    """
    names = [value or "" for value in raw.frame.get_column(column).to_list()]
    made, kept, findings = decoded([_file(folder, name) for name in names], names, how)
    rest = raw.frame[kept].with_columns(raw.frame[kept].get_column(column).str.strip_chars())
    taken = [name for name in made.frame.columns if name in rest.columns]
    if taken:
        raise refuse(f"column '{taken[0]}'", expected="a name that no pixel has", got="a column of the table", fix="rename it")
    frame = made.frame.hstack(rest.get_columns())
    digest = digest_of(made.pixels, np.array([raw.digest]))
    return dataclasses.replace(
        raw, frame=frame, digest=digest, uses={column: "id"}, findings=(*raw.findings, *findings), notes={**raw.notes, "shape": made.shape}
    )


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels (n, columns) uint8, as a frame too, and the shape of a picture as in '3x32x32'."""

    pixels: NDArray[np.uint8]
    frame: pl.DataFrame
    shape: str


def decoded(paths: Sequence[Path], names: Sequence[str], how: Decoding) -> tuple[Decoded, list[int], tuple[Finding, ...]]:
    """Decode files to one size and one number of channels.

    Returns:
        What they hold, the places of those that could be read, and what was seen.
    """
    block = block_of(paths, how)
    kept, broken, picture = block.sound, {names[place]: why for place, why in block.broken.items()}, block.picture
    if not kept:
        raise refuse("pictures", expected="files that can be read", got=f"{len(paths):,} that cannot ({listing(broken, 2)})")
    pixels = (block.pixels if len(kept) == len(paths) else block.pixels[kept]).reshape(len(kept), -1)
    good = [block.heads[place] for place in kept]
    findings = (*left_out(broken, len(paths)), *resized(good, picture), *converted(good, picture))
    shape = str(picture) if picture.channels > 1 else f"{picture.height}x{picture.width}"
    return Decoded(pixels, matrix_frame(pixels, picture.names), shape), kept, findings


def listed_in(folder: Path) -> tuple[list[Listed], int]:
    """The pictures of a folder in the order of their names, and how many other files there are; hidden ones are not looked at."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p.relative_to(folder)))
    pictures = [p for p in files if is_picture(p.name)]
    tops = {p.relative_to(folder).parts[0] for p in pictures if len(p.relative_to(folder).parts) > 1}
    by_role = _are_roles(tops) and all(len(p.relative_to(folder).parts) > 2 for p in pictures)
    return [_listed(p, folder, by_role) for p in pictures], len(files) - len(pictures)


def _listed(path: Path, folder: Path, by_role: bool) -> Listed:
    parts = path.relative_to(folder).parts
    name = "/".join(parts)
    if by_role:
        return Listed(path, name, parts[1], role_of(parts[0]))
    return Listed(path, name, parts[0] if len(parts) > 1 else None)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _are_roles(names: set[str]) -> bool:
    try:
        roles = {role_of(name) for name in names}
    except UnusableInput:
        return False
    return "train" in roles


def _check_classes(folder: Path, listed: Sequence[Listed]) -> None:
    """Refuse what tells no classes."""
    loose = sum(item.label is None for item in listed)
    labels = sorted({item.label for item in listed if item.label is not None})
    wanted = f"'{folder}'", "a folder for each class, at least two"
    if loose == len(listed):
        raise refuse(
            wanted[0], expected=wanted[1], got=f"{loose:,} pictures and no folders", fix="sort them into folders, or give a CSV of paths"
        )
    if loose:
        raise refuse(
            wanted[0],
            expected=wanted[1],
            got=f"{loose:,} picture{'s' * (loose > 1)} beside the folders",
            fix="move them into the folder of a class",
        )
    if len(labels) < 2:
        raise refuse(wanted[0], expected=wanted[1], got=f"one: '{labels[0]}'", fix="add a folder with pictures that are something else")


def _file(folder: Path, name: str) -> Path:
    path = Path(name.strip()).expanduser()
    return path if path.is_absolute() else folder / path


def _without_pictures(folder: Path, listed: Sequence[Listed]) -> list[str]:
    """Folders beside those with pictures that hold none."""
    filled = {item.name.split("/")[0] for item in listed}
    beside = sorted(p.name for p in folder.iterdir() if p.is_dir() and not _hidden(p.relative_to(folder)))
    return [name for name in beside if name not in filled]

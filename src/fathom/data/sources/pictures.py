"""Pictures as a raw table: a folder for each class, or a table with a column of paths."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse, shown, whole
from fathom.core.records.finding import Finding
from fathom.core.records.picture import SMALLEST, Picture
from fathom.core.roles import role_of
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import digest_of, matrix_frame, series
from fathom.data.sources.picture_files import GRAY, Seen, decode, is_picture, look

if TYPE_CHECKING:
    import polars as pl

TARGET, FILE, ROLE = "class", "file", "role"

SIDE = 32
"""Pixels each way where files differ in size or are larger than `LARGE`, as the course's LeNet-5 has them (C4W1-23)."""

LARGE = 64

HEAD = 20
"""Values by which a column of paths is known."""

Size = int | tuple[int, int] | None


@dataclass(frozen=True)
class Listed:
    """A file in a folder: its path, its name below the folder, class and role where the folders tell them."""

    path: Path
    name: str
    label: str | None = None
    role: str | None = None


def read_folder(folder: Path, *, size: Size = None, picture: Picture | None = None) -> Raw:
    """A folder of pictures.

    Args:
        folder: with a folder for each class; with train, dev and test, each of which has those; or, where they are to be like known
            ones, with pictures alone.
        size: the side that all are brought to, or (height, width); None keeps a size that all have up to 64 each way, else 32.
        picture: of a known set, that all are brought to.

    Returns:
        Columns of pixels, 'file' as an id, 'class' and, where the folders tell it, 'role'.

    Raises:
        UnusableInput: no pictures, one class, none that can be read, or no Pillow.
    """
    listed, others = listed_in(folder)
    if not listed:
        got = f"a folder of {others:,} other file{'s' * (others != 1)}" if others else "an empty folder"
        raise refuse(f"'{folder}'", expected="a folder of pictures, one folder for each class", got=got)
    if picture is None:
        _check_classes(folder, listed)
    made, kept, findings = decoded([item.path for item in listed], [item.name for item in listed], size=size, picture=picture)
    listed = [listed[i] for i in kept]
    frame = made.frame.with_columns(series(FILE, np.array([item.name for item in listed])))
    labels, roles = [item.label for item in listed], [item.role for item in listed]
    if None not in labels:
        frame = frame.with_columns(series(TARGET, np.array(labels)))
    if None not in roles:
        frame = frame.with_columns(series(ROLE, np.array(roles)))
    ignored = (_ignored(others, folder),) if others else ()
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
    made, _, findings = decoded([path], [path.name], size=None, picture=picture)
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


def with_pictures(raw: Raw, column: str, folder: Path, *, size: Size = None, picture: Picture | None = None) -> Raw:
    """A table with the pixels of the pictures that a column names in place of it; it becomes the id.

    Args:
        raw: the table.
        column: of paths, below `folder` or whole.
        folder: that the table lies in.
        size, picture: as in `read_folder`.
    """
    names = [value or "" for value in raw.frame.get_column(column).to_list()]
    made, kept, findings = decoded([_file(folder, name) for name in names], names, size=size, picture=picture)
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


def decoded(
    paths: Sequence[Path], names: Sequence[str], *, size: Size, picture: Picture | None
) -> tuple[Decoded, list[int], tuple[Finding, ...]]:
    """Decode files to one size and one number of channels.

    Returns:
        What they hold, the places of those that could be read, and what was seen.
    """
    heads = look(paths)
    sound = [i for i, head in enumerate(heads) if not head.broken]
    wanted = picture or _wanted([heads[i] for i in sound], size)
    said: list[NDArray[np.uint8] | str] = decode([paths[i] for i in sound], (wanted.height, wanted.width), wanted.channels)
    kept = [i for i, pixels in zip(sound, said, strict=True) if not isinstance(pixels, str)]
    broken = {names[i]: head.broken for i, head in enumerate(heads) if head.broken}
    broken |= {names[i]: pixels for i, pixels in zip(sound, said, strict=True) if isinstance(pixels, str)}
    if not kept:
        raise refuse("pictures", expected="files that can be read", got=f"{len(paths):,} that cannot ({_listing(broken, 2)})")
    block = np.stack([pixels for pixels in said if not isinstance(pixels, str)]).reshape(len(kept), -1)
    good = [heads[i] for i in kept]
    findings = (*_broken(broken, len(paths)), *_resized(good, wanted), *_converted(good, wanted))
    shape = str(wanted) if wanted.channels > 1 else f"{wanted.height}x{wanted.width}"
    return Decoded(block, matrix_frame(block, wanted.names), shape), kept, findings


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
            wanted[0], expected=wanted[1], got=f"{loose:,} pictures beside the folders", fix="move them into the folder of a class"
        )
    if len(labels) < 2:
        raise refuse(wanted[0], expected=wanted[1], got=f"one: '{labels[0]}'", fix="add a folder with pictures that are something else")


def _file(folder: Path, name: str) -> Path:
    path = Path(name.strip()).expanduser()
    return path if path.is_absolute() else folder / path


def _wanted(heads: Sequence[Seen], size: Size) -> Picture:
    """Size and channels that all are brought to."""
    sizes = {head.size for head in heads}
    if size is not None:
        height, width = size_of(size)
    elif len(sizes) == 1 and min(heads[0].size) >= SMALLEST and max(heads[0].size) <= LARGE:
        height, width = heads[0].size
    else:
        height, width = SIDE, SIDE
    return Picture(channels=1 if heads and all(head.mode in GRAY for head in heads) else 3, height=height, width=width)


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


def _listing(broken: dict[str, str], most: int) -> str:
    return shown((f"{name}: {why}" for name, why in broken.items()), most)


def _broken(broken: dict[str, str], total: int) -> list[Finding]:
    if not broken:
        return []
    are = "is" if len(broken) == 1 else "are"
    what = f"{len(broken):,} of {total:,} files cannot be read as pictures and {are} left out ({_listing(broken, 3)})."
    evidence = {"files": dict(list(broken.items())[:1_000]), "count": len(broken)}
    return [Finding(id="data.picture.broken", severity="warning", what=what, where=next(iter(broken)), evidence=evidence)]


def _resized(heads: Sequence[Seen], wanted: Picture) -> list[Finding]:
    size = (wanted.height, wanted.width)
    others = [head.size for head in heads if head.size != size]
    if not others:
        return []
    sizes = sorted(set(others), key=lambda s: (s[0] * s[1], s))
    span = f"{sizes[0][0]} x {sizes[0][1]}" + (f" to {sizes[-1][0]} x {sizes[-1][1]}" if len(sizes) > 1 else "")
    cut = " and cut to their middle" if any(h * size[1] != w * size[0] for h, w in sizes) else ""
    what = f"{len(others):,} of {len(heads):,} pictures, of {span}, are scaled{cut} to {size[0]} x {size[1]} (height x width)."
    evidence = {"resized": len(others), "sizes": len(sizes), "size": list(size)}
    return [
        Finding(id="data.picture.resized", severity="info", what=what, evidence=evidence, fix="Another size keeps more or less: size=64.")
    ]


def _converted(heads: Sequence[Seen], wanted: Picture) -> list[Finding]:
    usual = "L" if wanted.channels == 1 else "RGB"
    modes = Counter(head.mode for head in heads if head.mode != usual)
    if not modes:
        return []
    count, listing = sum(modes.values()), shown(f"{n:,} of mode {mode}" for mode, n in modes.most_common())
    what = f"{count:,} of {len(heads):,} pictures are converted to {'gray' if usual == 'L' else 'RGB'} ({listing})."
    return [Finding(id="data.picture.converted", severity="info", what=what, evidence={"modes": dict(modes), "rows": len(heads)})]


def _ignored(count: int, folder: Path) -> Finding:
    what = f"{count:,} file{'s' if count > 1 else ''} in '{folder}' {'are' if count > 1 else 'is'} no picture by the name and left aside."
    return Finding(id="data.picture.other_file", severity="info", what=what, where=str(folder), evidence={"files": count})

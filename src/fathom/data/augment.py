"""`fathom.augment`: more examples of train out of those that are there."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import number, refuse, shown, whole
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.seeding import generator
from fathom.data.augmenting.warp import Images, mirror, warp
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits

if TYPE_CHECKING:
    import polars as pl

ORIGINAL = "original"
"""The group column that says which example a copy was made from, where the set has no groups of its own."""

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How far copies may differ from their original; the arguments of `augment`."""

    times: int
    rotate: float
    shift: float
    zoom: float
    flip: bool
    seed: int

    def __str__(self) -> str:
        parts = [
            f"turned by up to {self.rotate:g} degrees" if self.rotate else "",
            f"moved by up to {self.shift:g} pixels" if self.shift else "",
        ]
        parts += [f"scaled by up to {self.zoom:.0%}" if self.zoom else "", "every other one mirrored" if self.flip else ""]
        return ", ".join(p for p in parts if p) or "unchanged"


@overload
def augment(
    data: Splits,
    *,
    size: Size | None = None,
    times: int = 4,
    rotate: float = 10.0,
    shift: float = 1.0,
    zoom: float = 0.1,
    flip: bool = False,
    seed: int = 0,
) -> Splits: ...
@overload
def augment(
    data: Dataset,
    *,
    size: Size | None = None,
    times: int = 4,
    rotate: float = 10.0,
    shift: float = 1.0,
    zoom: float = 0.1,
    flip: bool = False,
    seed: int = 0,
) -> Dataset: ...
def augment(
    data: Splits | Dataset,
    *,
    size: Size | None = None,
    times: int = 4,
    rotate: float = 10.0,
    shift: float = 1.0,
    zoom: float = 0.1,
    flip: bool = False,
    seed: int = 0,
) -> Splits | Dataset:
    """Enlarge train by altered copies of its pictures; dev and test stay as they are (C2W1-36).

    For tables whose inputs are the pixels of a picture, row by row. A copy keeps the label, the id and the group of its original; where
    there are no groups, each original becomes one, so that intervals count originals and a later split parts none from its copies.

    Args:
        data: Splits, whose train is enlarged; or a Dataset, all of it.
        size: height and width; left out, what the set knows of itself (digits, fashion-mnist).
        times: copies of each example; train grows by the factor 1 + times.
        rotate: degrees; each copy is turned by an angle drawn evenly between -rotate and rotate.
        shift: pixels, down and to the right, drawn evenly between -shift and shift.
        zoom: each copy is scaled by a factor drawn evenly between 1 - zoom and 1 + zoom.
        flip: mirror the first, third, fifth, ... copy left to right; not for digits or text.
        seed: of the draws.

    Returns:
        What was given, with the copies behind the originals.

    Raises:
        UnusableInput: the inputs are no pixels of a picture of that size, or a number outside its range.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("digits"), seed=0)
        >>> more = fathom.augment(splits, times=4, rotate=10)
        >>> len(splits.train), len(more.train), len(more.dev) == len(splits.dev)
        (1079, 5395, True)
    """
    changes = _checked(times, rotate, shift, zoom, flip, seed)
    if isinstance(data, Dataset):
        grouped = data if data.column_for("time") else _grouped(data, "row")
        enlarged = _enlarged(grouped, _size(data, size), changes)
        return dataclasses.replace(enlarged, findings=(*data.findings, _before_split(changes)))
    if not isinstance(data, Splits):
        raise refuse("`data`", expected="Splits or a Dataset", got=type(data).__name__, fix="use fathom.split(fathom.load(...))")
    roles = data.roles if data.train.column_for("group") else {role: _grouped(part, role) for role, part in data.roles.items()}
    roles = {**roles, "train": _enlarged(roles["train"], _size(data.train, size), changes)}
    how = dataclasses.replace(data.how, rows={role: len(part) for role, part in roles.items()})
    return Splits(roles, how, (*data.findings, _said(len(data.train), changes)))


def _checked(times: int, rotate: float, shift: float, zoom: float, flip: bool, seed: int) -> Changes:
    return Changes(
        times=whole("times", times, low=1, high=1_000),
        rotate=number("rotate", rotate, low=0.0, high=180.0),
        shift=number("shift", shift, low=0.0),
        zoom=number("zoom", zoom, low=0.0, high=1.0, high_open=True),
        flip=bool(flip),
        seed=whole("seed", seed, low=-(2**63)),
    )


def _size(data: Dataset, size: Size | None) -> Size:
    """Height and width, checked against the input columns."""
    known = data.notes.get("shape", "").split("x")
    width = len(data.inputs)
    if size is None and len(known) != 2:
        root = math.isqrt(width)
        fix = f"pass size=({root}, {root})" if root * root == width else "pass size=(height, width)"
        raise refuse("`size`", expected="the height and width of the pictures", got="none", fix=fix)
    sides = known if size is None else size
    if not isinstance(sides, tuple | list) or len(sides) != 2:
        raise refuse("`size`", expected="a height and a width, as in (8, 8)", got=repr(size))
    h, w = (whole("size", int(side) if size is None else side, low=1) for side in sides)
    if h * w != width:
        got = f"{width:,} of them ({shown((c.name for c in data.inputs), 4)})"
        raise refuse("`size`", expected=f"{h * w:,} input columns for pictures of {h} x {w}", got=got, fix="pass the pictures' own size")
    odd = [c.name for c in data.inputs if c.kind != "number"]
    missing = [c.name for c in data.inputs if data.table.get_column(c.name).null_count()]
    if odd or missing:
        raise refuse(
            "`data`", expected="a number in every pixel", got=f"{'other values' if odd else 'missing ones'} in {shown(odd or missing, 4)}"
        )
    return h, w


def _grouped(data: Dataset, word: str) -> Dataset:
    """The set with a group for each example, unless it has groups already."""
    import polars as pl

    if data.column_for("group"):
        return data
    name = ORIGINAL
    while name in data.table.columns:
        name += "_"
    column = Column(name=name, kind="identifier", use="group")
    groups = pl.Series(name, [f"{word} {row}" for row in data.rows.tolist()], dtype=pl.String)
    return dataclasses.replace(data, table=data.table.with_columns(groups), columns=(*data.columns, column))


def _enlarged(data: Dataset, size: Size, changes: Changes) -> Dataset:
    """The originals, and behind them `times` altered copies of all of them, in the same order."""
    import polars as pl

    names = [c.name for c in data.inputs]
    images = data.table.select(names).to_numpy().astype(np.float64).reshape(-1, *size)
    copies = [_with_pixels(data.table, names, _copy(images, changes, k)) for k in range(changes.times)]
    notes = {**data.notes, "augmented": f"{changes.times} copies of each example, {changes}, seed {changes.seed}"}
    return dataclasses.replace(data, table=pl.concat([data.table, *copies]), rows=np.tile(data.rows, 1 + changes.times), notes=notes)


def _copy(images: Images, changes: Changes, k: int) -> Images:
    """The k-th altered copy of each picture, counted from 0."""
    draws = generator(changes.seed, "augment", k).uniform(-1.0, 1.0, size=(4, len(images)))
    turned: NDArray[np.float64] = warp(
        mirror(images) if changes.flip and k % 2 == 0 else images,
        angle=changes.rotate * draws[0],
        down=changes.shift * draws[1],
        right=changes.shift * draws[2],
        scale=1.0 + changes.zoom * draws[3],
    )
    return turned


def _with_pixels(table: pl.DataFrame, names: list[str], images: Images) -> pl.DataFrame:
    import polars as pl

    flat = images.reshape(len(images), -1)
    return table.with_columns([pl.Series(name, flat[:, i]).cast(table.schema[name]) for i, name in enumerate(names)])


def _said(originals: int, changes: Changes) -> Finding:
    rows = originals * (1 + changes.times)
    what = f"train has {rows:,} examples: {originals:,} originals and {changes.times} copies of each, {changes}."
    evidence = {"originals": originals, **dataclasses.asdict(changes)}
    return Finding(id="data.augment.train", severity="info", what=what, where="train", evidence=evidence)


def _before_split(changes: Changes) -> Finding:
    return Finding(
        id="data.augment.before_split",
        severity="warning",
        what=f"The set holds {changes.times} altered copies of each example; split from it, dev and test would hold them too.",
        evidence=dataclasses.asdict(changes),
        cause="the set was augmented before it was split",
        fix="Split first, then augment the splits: only train is enlarged.",
    )

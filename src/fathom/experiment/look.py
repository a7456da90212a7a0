"""What is kept of dev's mistakes, so that they can be looked at without the data: the worst, some drawn at random, and the slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fathom.core import run_folder
from fathom.core.expectations import number, refuse, whole
from fathom.core.records.estimate import Estimate
from fathom.core.records.marked_text import MarkedTexts
from fathom.core.records.slice import Slice
from fathom.core.records.slices import Slices
from fathom.core.records.target import Target
from fathom.core.worst import inputs_of, worst
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare
from fathom.data.preparing.pictures import picture_in
from fathom.data.splits import Splits
from fathom.diagnosis.mistakes.slicing import slices_of
from fathom.experiment.drawn import drawn, names_of
from fathom.experiment.marked_words import marked_words
from fathom.experiment.mistakes import MOST, mistakes_of, rows_as_seen
from fathom.report.pixel_columns import picture_shape

if TYPE_CHECKING:
    import polars as pl
    from torch import nn

SEED = 0
"""Of the draw whose inputs are kept."""

MOST_SLICES = 100


@dataclass(frozen=True, eq=False)
class Look:
    """What is kept.

    Attributes:
        worst: the 200 worst dev examples with their inputs, the worst first.
        drawn: those of the first 200 drawn with seed 0 that are not among the worst, with their inputs; None where the data were not
            at hand.
        slices: where dev does worse than chance allows; None where it was not asked.
        marked: the words of the worst that counted most; None where no text was read.
    """

    worst: pl.DataFrame
    drawn: pl.DataFrame | None = None
    slices: Slices | None = None
    marked: MarkedTexts | None = None


class Measured(Protocol):
    """What is read of a run."""

    tables: dict[str, pl.DataFrame]
    target: Target
    prepare: Prepare
    net: nn.Module | None

    @property
    def splits(self) -> Splits | None: ...  # noqa: D102


def look_of(run: Measured) -> Look:
    """What to keep of a run that has a dev set."""
    splits = run.splits
    made = look_at(run.tables["dev"], None if splits is None else splits.dev, None if splits is None else splits.train, run.target)
    return replace(made, marked=_marked(run, made))


def _marked(run: Measured, look: Look) -> MarkedTexts | None:
    """The words of the worst mistakes."""
    dev = None if run.splits is None else run.splits.dev
    words = run.prepare.vocabulary
    if dev is None or run.net is None or words is None or not look.worst.height:
        return None
    rows = worst(run.tables["dev"], number=run.target.kind == "regression", most=MOST)
    names = names_of(run.tables["dev"])
    column = inputs_of(look.worst)[[c.name for c in dev.inputs].index(words.column)]
    taken = [names[row] for row in rows]
    return marked_words(run.net, run.prepare, run.target, look.worst, dev.take(rows), names=taken, column=column)


def look_at(table: pl.DataFrame, data: Dataset | None, train: Dataset | None, target: Target) -> Look:
    """What to keep of a table of errors.

    Args:
        table: of dev.
        data: its examples, row by row as in the table; None where they are not at hand.
        train: to say how much of train a slice is.
        target: what is predicted.
    """
    import polars as pl

    is_number = target.kind == "regression"
    seen = mistakes_of(table, data, number=is_number)
    if data is None:
        return Look(seen, None, slices_of(table, pl.DataFrame(), number=is_number))
    inputs = data.table.select(c.name for c in data.inputs)
    pixels = picture_in(data) is not None or picture_shape(inputs.columns) is not None
    cut = inputs.select([]) if pixels else inputs
    slices = slices_of(table, cut, number=is_number, train=None if train is None else train.table, target=target.name)
    rows = further_rows(table, number=is_number)
    return Look(seen, rows_as_seen(table, rows, data) if rows else None, slices)


def further_rows(table: pl.DataFrame, *, number: bool) -> list[int]:
    """The rows of the first 200 mistakes drawn that are not among the 200 worst."""
    among = set(worst(table, number=number, most=MOST))
    return [row for row in dict.fromkeys(drawn(table, number=number, seed=SEED)[:MOST]) if row not in among]


def write_look(folder: Path, look: Look) -> None:
    """Write it into a folder of a run that is being made."""
    (folder / run_folder.MISTAKES).parent.mkdir(exist_ok=True)
    look.worst.write_parquet(folder / run_folder.MISTAKES)
    if look.drawn is not None:
        look.drawn.write_parquet(folder / run_folder.DRAWN)
    if look.slices is not None:
        run_folder.write_json(folder / run_folder.SLICES, look.slices.to_json())
    if look.marked is not None:
        run_folder.write_json(folder / run_folder.MARKED, look.marked.to_json(), short=True)


def read_marked(folder: Path) -> MarkedTexts | None:
    """The marked words that a folder holds, checked; None where it holds none.

    Raises:
        UnusableInput: damaged.
    """
    there = (folder / run_folder.MARKED).exists()
    return MarkedTexts.from_json(run_folder.read_json(folder, run_folder.MARKED)) if there else None


def read_slices(folder: Path) -> Slices | None:
    """The slices that a folder holds, every number checked; None where it holds none.

    Raises:
        UnusableInput: damaged.
    """
    if not (folder / run_folder.SLICES).exists():
        return None
    values = run_folder.read_json(folder, run_folder.SLICES)
    found = [_slice(each) for each in values["found"][:MOST_SLICES]]
    telling = tuple(str(name) for name in values["telling"])
    return Slices(
        found=tuple(found), tried=whole("tried", values["tried"]), n=whole("n", values["n"]), telling=telling, note=str(values["note"])
    )


def _slice(values: Mapping[str, Any]) -> Slice:
    rates = {name: number(name, values[name], low=0.0) for name in ("p", "at_best", "of_wrong", "of_right")}
    of_train = None if values["of_train"] is None else number("of_train", values["of_train"], low=0.0, high=1.0)
    if values["kind"] not in ("number", "category", "missing", "class", "prediction", "group"):
        raise refuse("slice", expected="a kind of slice", got=repr(values["kind"])[:40])
    return Slice(
        says=str(values["says"]),
        column=str(values["column"]),
        kind=values["kind"],
        n=whole("n", values["n"]),
        error=_estimate(values["error"]),
        rest=_estimate(values["rest"]),
        of_train=of_train,
        within=str(values["within"]),
        **rates,
    )


def _estimate(values: Mapping[str, Any]) -> Estimate:
    ends = {name: None if values[name] is None else number(name, values[name], low=0.0) for name in ("low", "high")}
    value = number("value", values["value"], low=0.0)
    return Estimate(value=value, low=ends["low"], high=ends["high"], n=whole("n", values["n"]), method=str(values["method"]))

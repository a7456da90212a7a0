"""Splits with a leak planted, or with a test set from elsewhere: does the audit say so, and of the right rows or column?

Each is planted in a frame of real rows, cut at random into train, dev and test, and the same cut without it is the control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from benchmarks.situations.sources import Rows
from fathom.data.auditing.audit import audit
from fathom.data.splits import Splits, split

Frames = dict[str, pl.DataFrame]
Change = Callable[[Frames, np.random.Generator], Frames]

COPIED = 0.05
"""Share of dev that is also in train."""

TARGET = "y"


@dataclass(frozen=True)
class Leak:
    """A fault of a split.

    Attributes:
        kind: what is planted.
        table: where.
        ids: findings that name it.
        where: what the finding has to name, a role or a column.
        rows: the table.
        plant: from clean frames to faulty ones.
        control: what the clean frames have that the faulty ones have too, as a harmless column; nothing where left out.
        rules: further arguments of `split`.
    """

    kind: str
    table: str
    ids: tuple[str, ...]
    where: str
    rows: Callable[[], Rows]
    plant: Change
    control: Change = lambda frames, rng: frames
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.table}"

    def splits(self, seed: int, *, faulty: bool) -> Splits:
        """One cut, with the fault or without."""
        rng = np.random.default_rng([seed, 17])
        frames = cut(self.rows(), rng)
        frames = (self.plant if faulty else self.control)(frames, rng)
        return split(**frames, target=TARGET, **self.rules)


def said(leak: Leak, seed: int, *, faulty: bool) -> bool:
    """Whether the audit says it, as a warning or an error, and names the place."""
    found = audit(leak.splits(seed, faulty=faulty))
    return any(f.severity != "info" and f.id in leak.ids and leak.where in f.where for f in found)


def framed(rows: Rows) -> pl.DataFrame:
    """Columns x0, x1, ... and y."""
    columns = {f"x{i}": rows.x[:, i] for i in range(rows.x.shape[1])}
    return pl.DataFrame({**columns, TARGET: rows.labels})


def cut(rows: Rows, rng: np.random.Generator) -> Frames:
    """At random, 60 / 20 / 20; equal rows once, so that the table itself does not leak."""
    frame = framed(rows).unique(maintain_order=True)
    order = rng.permutation(frame.height)
    a, b = 3 * frame.height // 5, 4 * frame.height // 5
    parts = {"train": order[:a], "dev": order[a:b], "test": order[b:]}
    return {role: frame[part] for role, part in parts.items()}


def copied(alter: Callable[[np.ndarray[Any, Any], np.random.Generator], Any] | None = None) -> Change:
    """A share of dev is rows of train again, altered or as they are."""

    def copy(frames: Frames, rng: np.random.Generator) -> Frames:
        train, dev = frames["train"], frames["dev"]
        count = max(round(COPIED * dev.height), 2)
        again = train[rng.permutation(train.height)[:count]]
        if alter is not None:
            inputs = [name for name in again.columns if name != TARGET]
            values = alter(again.select(inputs).to_numpy(), rng).astype(np.float32)
            again = again.with_columns(pl.Series(name, values[:, i]) for i, name in enumerate(inputs))
        return {**frames, "dev": pl.concat([dev[count:], again])}

    return copy


def jittered(share: float) -> Callable[[np.ndarray[Any, Any], np.random.Generator], Any]:
    """Every number off by so much of its column's spread: measured again."""
    return lambda x, rng: x + rng.normal(0, share, x.shape) * np.maximum(x.std(axis=0), 1e-6)


def with_column(name: str, of: Callable[[pl.DataFrame, np.random.Generator], Any]) -> Change:
    """One more column in every role."""
    return lambda frames, rng: {role: f.with_columns(pl.Series(name, of(f, rng))) for role, f in frames.items()}


def answer(frame: pl.DataFrame, rng: np.random.Generator) -> Any:
    """The target in other words, with a little noise: a code that is written when the answer is known."""
    y = frame[TARGET]
    known = y.to_numpy() if y.dtype.is_numeric() else y.rank("dense").to_numpy() * 10.0
    return known + rng.normal(0, 0.01 * max(float(np.std(known)), 1e-9), frame.height)


def noise(frame: pl.DataFrame, rng: np.random.Generator) -> Any:
    return rng.normal(size=frame.height)


def patients(each: int) -> Change:
    """Some rows a patient, cut row by row: patients stand in several roles."""

    def name(frames: Frames, rng: np.random.Generator) -> Frames:
        names = rng.permutation(sum(f.height for f in frames.values())) // each
        return _shared_out(frames, "patient_id", [f"p{i}" for i in names])

    return name


def apart(each: int) -> Change:
    """Some rows a patient, each patient in one role."""

    def name(frames: Frames, rng: np.random.Generator) -> Frames:
        return _shared_out(frames, "patient_id", [f"{role}{i // each}" for role, f in frames.items() for i in range(f.height)])

    return name


def sorted_number(frames: Frames, rng: np.random.Generator) -> Frames:
    """The row's number in a file that is sorted by the target."""
    y = np.concatenate([f[TARGET].to_numpy() for f in frames.values()])
    place = np.empty(len(y), np.int64)
    place[np.argsort(y, kind="stable")] = np.arange(len(y))
    return _shared_out(frames, "record", place)


def shuffled_time(frames: Frames, rng: np.random.Generator) -> Frames:
    """Days, cut at random: train knows days after those of dev and test."""
    rows = sum(f.height for f in frames.values())
    return _shared_out(frames, "day", rng.permutation(rows) // 4)


def orderly_time(frames: Frames, rng: np.random.Generator) -> Frames:
    """Days, those of train the first."""
    return _shared_out(frames, "day", [i // 4 + k for k, part in enumerate(_places(frames)) for i in part])


def _places(frames: Frames) -> Iterator[range]:
    start = 0
    for frame in frames.values():
        yield range(start, start + frame.height)
        start += frame.height


def _shared_out(frames: Frames, name: str, values: Any) -> Frames:
    parts = zip(frames.items(), _places(frames), strict=True)
    return {role: f.with_columns(pl.Series(name, list(values[part.start : part.stop]))) for (role, f), part in parts}


def other_test(alter: Callable[[Rows, np.random.Generator], Rows]) -> Change:
    """Test is altered as `alterations` has it."""

    def change(frames: Frames, rng: np.random.Generator) -> Frames:
        test = frames["test"]
        inputs = [name for name in test.columns if name != TARGET]
        x = alter(Rows(test.select(inputs).to_numpy(), np.zeros(test.height, np.int64)), rng).x
        return {**frames, "test": test.with_columns(pl.Series(name, x[:, i]) for i, name in enumerate(inputs))}

    return change

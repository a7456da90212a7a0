"""The nets of a learning curve: trained on parts of train of several sizes, one program a size, and measured on rows they never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.balanced import balanced
from fathom.core.exceptions import TrainingDiverged
from fathom.core.records.errors import Errors
from fathom.core.seeding import derive, generator
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits
from fathom.data.splitting.draws import Drawing
from fathom.data.together import choosable
from fathom.diagnosis.curve_evidence import Rows, SizeErrors
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.run import Run
from fathom.experiment.subsets import Subset, fit_subsets

MOST_HELD = 20_000
"""Rows of the rest of train that nets are measured on at most."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Planned:
    """One net of the curve.

    Attributes:
        size: of the curve's axis.
        subset: what it is trained and measured on.
    """

    size: int
    subset: Subset


def on_parts(splits: Splits, sizes: Sequence[int], repeats: int, seed: int) -> list[Planned]:
    """Nets on random parts of train: stratified, copies and groups whole; each is measured on dev and, where dev is of the same
    kind, on the rest of train.

    Args:
        splits: with a dev set.
        sizes: rows of train, ascending.
        repeats: nets of each size.
        seed: of the draws and of the nets.
    """
    drawing, m = Drawing.of(splits.train), len(splits.train)
    dev = np.arange(m, len(choosable(splits)), dtype=np.int64)
    planned = []
    for size in sizes:
        for repeat in range(repeats):
            part, rest = drawing.draw(size, generator(seed, "part", size, repeat))
            held = _measured(rest, seed, repeat) if alike(splits) else rest[:0]
            own = {"seed": derive(seed, "net", size, repeat) % 2**31}
            planned.append(Planned(size, Subset(part, np.concatenate([dev, held]), own)))
    return planned


def of_widths(splits: Splits, hidden: Sequence[int], widths: Sequence[int], repeats: int, seed: int) -> list[Planned]:
    """Nets on all of train whose hidden layers are wider and wider, in the proportions of `hidden`; `widths` are those of the first."""
    rows, dev = len(splits.train), len(choosable(splits))
    train, held = np.arange(rows, dtype=np.int64), np.arange(rows, dev, dtype=np.int64)
    planned = []
    for width in widths:
        layers = tuple(max(1, round(h * width / hidden[0])) for h in hidden)
        for repeat in range(repeats):
            own = {"seed": derive(seed, "net", width, repeat) % 2**31, "hidden": layers}
            planned.append(Planned(width, Subset(train, held, own)))
    return planned


def alike(splits: Splits) -> bool:
    """Whether dev was drawn from the same rows as train, so that the rest of train tells of dev too."""
    made = splits.how.method == "made" or splits.how.dev_from_train
    return made and not splits.how.time and splits.train_dev is None


def measure(
    splits: Splits, planned: Sequence[Planned], *, by_class: bool, net: NetLike, progress: Progress | None, arguments: Mapping[str, Any]
) -> tuple[list[SizeErrors], Rows, Run]:
    """Train them all.

    Args:
        splits: whose train and dev are used; test stays closed.
        planned: from `on_parts` or `of_widths`.
        by_class: balanced errors.
        net: see `fathom.fit`.
        progress: see `fathom.fit`.
        arguments: what all nets share.

    Returns:
        The errors by size, the rows that they are of, and a net of the largest size.

    Raises:
        TrainingDiverged: a net did.
    """
    data = choosable(splits)
    runs = fit_subsets(data, [p.subset for p in planned], net=net, how=splits.how, progress=progress, **arguments)
    if len(runs) < len(planned):
        raise KeyboardInterrupt
    for run in runs:
        if run.experiment is None:
            raise TrainingDiverged(run.findings[0].what)
    rows = _rows(splits, data, by_class)
    largest = runs[-1]
    unit = 1.0 if largest.prepare.target_scale is None else largest.prepare.target_scale.baseline
    return [_of_size(size, planned, runs, len(data), rows, unit) for size in sorted({p.size for p in planned})], rows, largest


def _of_size(size: int, planned: Sequence[Planned], runs: Sequence[Run], total: int, rows: Rows, unit: float) -> SizeErrors:
    """The errors of the nets of one size; those of a number to predict in the unit of the largest size."""
    chosen = [(p, run) for p, run in zip(planned, runs, strict=True) if p.size == size]
    errors = np.full((len(chosen), total), np.nan)
    train = np.zeros(len(chosen))
    for place, (p, run) in enumerate(chosen):
        scale = 1.0 if run.prepare.target_scale is None else run.prepare.target_scale.baseline / unit
        errors[place, p.subset.held_out] = run.errors["dev"] * scale
        seen = run.tables["train"]
        known = balanced(_errors(seen), seen.get_column("truth").to_numpy()) if _uneven(rows) else _errors(seen)
        train[place] = known.rate * scale
    return SizeErrors(float(size), errors, train)


def _errors(table: Any) -> Errors:
    return Errors.of(table.get_column("error").to_numpy(), table.get_column("weight").to_numpy())


def _uneven(rows: Rows) -> bool:
    return bool(np.ptp(rows.weight) > 0)


def _rows(splits: Splits, data: Dataset, by_class: bool) -> Rows:
    """Weights by which each class counts alike in dev and in train, groups, and which rows are dev's."""
    part = (np.arange(len(data)) < len(splits.train)).astype(np.int64)
    weight = np.ones(len(data))
    if by_class:
        y = data.y
        for p in (0, 1):
            weight[part == p] = balanced(Errors.of(np.zeros(int((part == p).sum()))), y[part == p]).weight * (part == p).sum()
    group = data.column_for("group")
    unit = np.arange(len(data)) if group is None else np.unique(data.table.get_column(group).cast(str).to_numpy(), return_inverse=True)[1]
    return Rows(weight, unit.astype(np.int64), part)


def _measured(rest: NDArray[np.int64], seed: int, repeat: int) -> NDArray[np.int64]:
    """The rest of train, or a draw of it where it is large."""
    if len(rest) <= MOST_HELD:
        return rest
    return np.sort(generator(seed, "held out", repeat).choice(rest, MOST_HELD, replace=False))

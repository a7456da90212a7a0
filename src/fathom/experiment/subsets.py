"""Nets trained on subsets of a set of examples, as one population: folds, and the points of a learning curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fathom.core.expectations import refuse
from fathom.core.picture_nets import for_pictures
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.split_plan import SplitPlan
from fathom.core.seeding import generator
from fathom.data.dataset import Dataset
from fathom.data.prepare import prepare_splits
from fathom.data.splits import Splits
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.candidate import Candidate
from fathom.experiment.ready import Ready
from fathom.experiment.run import Run
from fathom.experiment.run_of import run_of
from fathom.experiment.training import train_all

SPARE = 2
"""Rows that a subset may lose so that it trains together with smaller ones."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Subset:
    """What one net is trained on, and what it is measured on.

    Attributes:
        train: positions in the set; `Prepare` is fitted on these alone.
        held_out: positions that are measured, never trained on; the role "dev" of its run.
        arguments: of this net alone, on top of those that all share (its seed).
    """

    train: Rows
    held_out: Rows
    arguments: Mapping[str, Any] = field(default_factory=dict)


def fit_subsets(
    data: Dataset,
    subsets: Sequence[Subset],
    *,
    net: NetLike | None = None,
    how: SplitPlan | None = None,
    announce: Callable[[Experiment], None] | None = None,
    progress: Progress | None = None,
    deterministic: bool = False,
    **arguments: Any,
) -> list[Run]:
    """Train one net on each of several subsets, each prepared inside its own, and measure it on what was held out.

    Subsets of as many rows, with as many features, train as one program; each net has the same numbers as if it had been trained
    alone. So that subsets which differ by a row or two stay together, the larger ones lose up to two rows, drawn at random; the run
    then has a finding that says so. Others form programs of their own.

    Args:
        data: all examples.
        subsets: one a net; where two name the same rows the data are prepared once.
        net: a name, or a callable that builds a module; a module is refused, because every net needs one of its own.
        how: the split that the set comes from, to be kept with the runs.
        announce: called with the experiment of the first net once it is settled, before the training.
        progress: called with updates done, updates in all, and a text.
        deterministic: as in `fit_many`.
        **arguments: what all nets share.

    Returns:
        One run a subset, in their order: `run.errors["train"]`, `run.errors["dev"]` for the held-out rows. After Ctrl-C those are
        missing that have not finished an epoch.

    Raises:
        UnusableInput: no subsets, one without rows, or rows both trained on and held out.

    Example:
        >>> import fathom
        >>> wine = fathom.sample("wine")
        >>> odd, even = np.arange(1, 178, 2), np.arange(0, 178, 2)
        >>> runs = fit_subsets(wine, [Subset(odd, even), Subset(even, odd)], epochs=5)
        >>> [len(run.errors["dev"]) for run in runs], runs[0].plan["members"]
        ([89, 89], 2)
    """
    if not subsets:
        raise refuse("`subsets`", expected="at least one", got="none")
    if isinstance(net, nn.Module):
        raise refuse("`net`", expected="a name or a callable that builds a module", got="a module", fix="pass lambda: MyNet(...)")
    kept, dropped = trimmed(subsets)
    readies = _readies(data, kept, how or SplitPlan(method="taken"), pictures=for_pictures(net) or bool(arguments.get("augment")))
    given = [{**arguments, **subset.arguments} for subset in kept]
    candidates = [Candidate.of(ready, net, own) for ready, own in zip(readies, given, strict=True)]
    if announce is not None:
        announce(candidates[0].experiment)
    trained = train_all(candidates, progress, deterministic=deterministic)
    runs = {place: run_of(candidates[place], result, given[place]) for place, result in trained.items()}
    for place, run in runs.items():
        run.findings = Findings((*run.findings, *_said(dropped[place], len(subsets[place].train))))
    return list(runs.values())


def trimmed(subsets: Sequence[Subset]) -> tuple[list[Subset], list[int]]:
    """The subsets with their sizes made equal where they differ by at most two rows, and how many rows each has lost.

    Example:
        >>> kept, lost = trimmed([Subset(np.arange(n), np.array([99])) for n in (7, 8, 30)])
        >>> [len(s.train) for s in kept], lost
        ([7, 7, 30], [0, 1, 0])
    """
    size: dict[int, int] = {}
    for n in sorted({len(s.train) for s in subsets}):
        size[n] = next((smaller for smaller in size.values() if n - smaller <= SPARE), n)
    lost = [len(s.train) - size[len(s.train)] for s in subsets]
    return [_without(s, n) for s, n in zip(subsets, lost, strict=True)], lost


def _without(subset: Subset, rows: int) -> Subset:
    """A subset less some rows; which ones hangs on its rows alone, so that equal subsets stay equal."""
    if not rows:
        return subset
    drawn = generator(int(subset.train.sum()), "trim").choice(len(subset.train), rows, replace=False)
    return replace(subset, train=np.delete(subset.train, drawn))


def _readies(data: Dataset, subsets: Sequence[Subset], how: SplitPlan, *, pictures: bool) -> list[Ready]:
    """The data of each subset, prepared inside it; those that name the same rows share them."""
    known: dict[tuple[bytes, bytes], Ready] = {}
    found = []
    for subset in subsets:
        key = (_key(subset.train), _key(subset.held_out))
        if key not in known:
            _check(subset, len(data))
            roles = {"train": data.take(subset.train), "dev": data.take(subset.held_out)}
            rows = {role: len(part) for role, part in roles.items()}
            splits = Splits(roles, replace(how, rows=rows))
            prepared = prepare_splits(splits, like=data, pictures=pictures)
            known[key] = Ready(splits, *prepared)  # the whole set was audited, not each part of it
        found.append(known[key])
    return found


def _key(rows: Rows) -> bytes:
    return np.ascontiguousarray(rows, dtype=np.int64).tobytes()


def _check(subset: Subset, rows: int) -> None:
    train, held_out = np.asarray(subset.train), np.asarray(subset.held_out)
    if not len(train) or not len(held_out):
        raise refuse("a subset", expected="rows to train on and rows to measure on", got=f"{len(train)} and {len(held_out)}")
    both = np.intersect1d(train, held_out)
    if len(both):
        raise refuse("a subset", expected="rows either trained on or held out", got=f"{len(both)} rows that are both")
    outside = [int(r.max()) for r in (train, held_out) if r.min() < 0 or r.max() >= rows]
    if outside:
        raise refuse("a subset", expected=f"positions from 0 to {rows - 1}", got=f"{outside[0]}")


def _said(dropped: int, rows: int) -> tuple[Finding, ...]:
    """What a net was not trained on."""
    if not dropped:
        return ()
    what = f"{dropped} of {rows:,} rows were left out of this net's training, so that nets on subsets train as one program."
    return (Finding(id="data.subset.trimmed", severity="info", what=what, evidence={"dropped": dropped, "rows": rows}),)

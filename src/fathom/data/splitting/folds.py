"""Folds: every example is held out once, and the others train (k nets in place of one).

Classes (tenths of a number's range) are spread evenly over the folds, equal rows share one, groups stay whole. With a time nothing is
trained on what came after it: the examples are cut into k + 1 stretches, and each stretch but the earliest is a fold, whose net learns
from all that lies before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse, whole
from fathom.core.records.finding import Finding
from fathom.data.dataset import Dataset
from fathom.data.splitting.by_time import times_of
from fathom.data.splitting.made import GROUPS_A_STRATUM, ranked_rows
from fathom.data.splitting.ranking import Units

Rows = NDArray[np.int64]

NEVER = -1
"""The fold of an example that is never held out."""


@dataclass(frozen=True, eq=False)
class FoldPlan:
    """Who is held out when.

    Attributes:
        of: (n,) the fold that each example is held out in, from 0; -1 for those that only ever train.
        folds: k.
        time: the column that rules, or "".
        findings: what was seen.
    """

    of: Rows
    folds: int
    time: str = ""
    findings: tuple[Finding, ...] = ()

    def train(self, fold: int) -> Rows:
        """The positions that the net of a fold learns from; with a time all that lies before it."""
        return np.flatnonzero((self.of < fold) if self.time else (self.of != fold))

    def held_out(self, fold: int) -> Rows:
        """The positions that it is measured on."""
        return np.flatnonzero(self.of == fold)


def plan_folds(data: Dataset, folds: int, *, seed: int = 0, stratify: bool = True) -> FoldPlan:
    """Give each example the fold in which it is held out.

    Args:
        data: the examples that may be trained on or chosen by, and none of test.
        folds: k, at least 2.
        seed: of the ranks, as in a split.
        stratify: False to draw from all classes together.

    Raises:
        UnusableInput: fewer than two folds, or fewer examples, groups or moments than folds.

    Example:
        >>> from fathom.data.samples import sample
        >>> plan = plan_folds(sample("wine"), 5)
        >>> np.bincount(plan.of).tolist()
        [36, 36, 36, 35, 35]
    """
    whole("folds", folds, low=2)
    time = data.column_for("time")
    if time:
        return _by_time(data, time, folds)
    units = ranked_rows(data, seed, stratify).units
    group = data.column_for("group")
    if len(units.rank) < folds:
        what = "groups" if group else "different examples"
        raise refuse("`folds`", expected=f"at most {len(units.rank)} for as many {what}", got=f"{folds}", fix="take fewer folds")
    if group and _few(units):
        units = units.one_stratum()
    of = _dealt(units, folds)[units.of]
    return FoldPlan(of, folds, findings=_uneven(of, folds, group))


def _few(units: Units) -> bool:
    """Whether groups are too few for each class to get its share of them."""
    counts = np.bincount(units.stratum)
    return bool(counts[counts > 0].min() < GROUPS_A_STRATUM)


def _dealt(units: Units, folds: int) -> Rows:
    """(u,) the fold of each unit: class by class, large ones first, each to the fold that has least of its class, then least in all."""
    of, total = np.zeros(len(units.rank), dtype=np.int64), np.zeros(folds, dtype=np.int64)
    of_stratum = np.zeros((int(units.stratum.max(initial=0)) + 1, folds), dtype=np.int64)
    for unit in np.lexsort((units.rank, -units.weight, units.stratum)):
        own = of_stratum[units.stratum[unit]]
        least = np.flatnonzero(own == own.min())
        fold = int(least[np.argmin(total[least])])
        of[unit], weight = fold, units.weight[unit]
        own[fold] += weight
        total[fold] += weight
    return of


def _uneven(of: Rows, folds: int, group: str | None) -> tuple[Finding, ...]:
    sizes = np.bincount(of, minlength=folds)
    if not group or sizes.max() - sizes.min() <= 0.1 * sizes.mean():
        return ()
    what = f"the folds hold {sizes.min():,} to {sizes.max():,} examples: groups stay whole."
    return (Finding(id="data.folds.group_sizes", severity="info", what=what, evidence={"sizes": sizes.tolist()}),)


def _by_time(data: Dataset, time: str, folds: int) -> FoldPlan:
    """k + 1 stretches of about as many examples; rows of one moment stay together, rows without a time come first."""
    times = times_of(data.table.get_column(time))
    known = np.flatnonzero(~(np.isnat(times) if times.dtype.kind == "M" else np.isnan(times)))
    moments, counts = np.unique(times[known], return_counts=True)
    if len(moments) <= folds:
        raise refuse("`folds`", expected=f"fewer than {len(moments)}, the distinct moments", got=f"{folds}", fix="take fewer folds")
    middle = np.cumsum(counts) - counts / 2
    stretch = np.minimum((middle * (folds + 1) / counts.sum()).astype(np.int64), folds)
    stretch = _none_skipped(stretch, folds + 1)
    of = np.full(len(times), NEVER, dtype=np.int64)
    of[known] = stretch[np.searchsorted(moments, times[known])] - 1
    return FoldPlan(of, folds, time, (_said(int((of == NEVER).sum()), folds),))


def _none_skipped(stretch: Rows, stretches: int) -> Rows:
    """Each stretch gets at least one moment: none starts later than leaves one for each that follows, nor before the one before it."""
    starts = np.searchsorted(stretch, np.arange(stretches))
    for s in range(1, stretches):
        starts[s] = min(max(starts[s], starts[s - 1] + 1), len(stretch) - (stretches - s))
    return np.searchsorted(starts, np.arange(len(stretch)), side="right") - 1


def _said(rows: int, folds: int) -> Finding:
    what = f"by time each net learns only from what lies before its fold: the earliest {rows:,} rows are never held out."
    return Finding(id="data.folds.by_time", severity="info", what=what, evidence={"never_held_out": rows, "folds": folds})

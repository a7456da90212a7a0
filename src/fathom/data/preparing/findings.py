"""What is seen while prepare is fitted and applied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.data.preparing.levels import Levels
from fathom.data.preparing.scaling import Scaling


def constant(dropped: Sequence[str], rows: int) -> tuple[Finding, ...]:
    """Columns that have one value on train: they tell nothing and are dropped."""
    if not dropped:
        return ()
    have, are = ("has", "is") if len(dropped) == 1 else ("have", "are")
    what = f"{shown(map(repr, dropped), 6)} {have} one value in all {rows:,} rows of train and {are} dropped."
    evidence = {"columns": list(dropped), "rows": rows}
    return (Finding(id="data.column.constant", severity="info", what=what, where=shown(dropped, 6), evidence=evidence),)


def pooled(levels: Sequence[Levels]) -> tuple[Finding, ...]:
    """Categories some levels of which share a feature, because few rows have them; one finding for all where they are many."""
    found = [level for level in levels if level.pooled]
    return tuple(_pooled(level) for level in found) if len(found) <= _FEW else (_pooled_together(found),)


_FEW = 3
"""More columns than this are said in one line."""


def _pooled(level: Levels) -> Finding:
    what = f"{level.pooled:,} of {_count(level):,} levels of '{level.column}' have few rows and share the feature 'other'."
    evidence = {"pooled": level.pooled, "kept": len(level.kept)}
    return Finding(id="data.column.rare_levels", severity="info", what=what, where=level.column, evidence=evidence)


def _pooled_together(levels: Sequence[Levels]) -> Finding:
    names = [level.column for level in levels]
    rare, all_ = sum(level.pooled for level in levels), sum(map(_count, levels))
    what = f"{len(levels):,} columns ({shown(names, 4)}): {rare:,} of {all_:,} levels have few rows and share a feature 'other'."
    evidence = {"columns": {level.column: {"pooled": level.pooled, "kept": len(level.kept)} for level in levels}}
    return Finding(id="data.column.rare_levels", severity="info", what=what, where=shown(names, 4), evidence=evidence)


def _count(level: Levels) -> int:
    return level.pooled + len(level.kept)


def unseen(column: str, count: int, rows: int) -> Finding:
    """Levels, or missing values, that train does not have."""
    what = f"'{column}' has a level that train does not have in {count:,} of {rows:,} rows; it counts as none of those it has."
    return Finding(id="data.prepare.unseen_level", severity="info", what=what, where=column, evidence={"rows": count})


def new_missing(scaling: Scaling, missing: NDArray[np.int64]) -> tuple[Finding, ...]:
    """Missing values in columns that have none on train: filled with its mean, and nothing says so to the net.

    Args:
        scaling: fitted on train.
        missing: (k,) missing values of each number.
    """
    found, seen = [], {scaling.raws[i].column for i in np.flatnonzero(scaling.flagged)}
    for i in np.flatnonzero(missing):
        column = scaling.raws[i].column
        if column not in seen:
            seen.add(column)
            what = f"'{column}' lacks {missing[i]:,} of its values and none on train; filled with {scaling.fill[i]:.4g}."
            evidence = {"rows": int(missing[i])}
            found.append(Finding(id="data.prepare.new_missing", severity="info", what=what, where=column, evidence=evidence))
    return tuple(found)


FAR = 20.0
"""Standard deviations of train that no picture on train's own scale is away."""


def other_scale(scaled: NDArray[np.float32], scaling: Scaling) -> tuple[Finding, ...]:
    """Pictures whose pixels are on another scale than train's: 0 to 1 beside 0 to 255.

    Args:
        scaled: (n, columns) by train's mean and standard deviation.
        scaling: fitted on train.
    """
    if not len(scaled):
        return ()
    top = float((scaled.max(axis=0) * scaling.std + scaling.mean).max())
    usual = float((scaling.mean + scaling.std).max())
    far = float(np.abs(scaled).max()) > FAR
    small = 0 < top <= 1.001 and usual > 5.0  # scaled in float32 and back, 1 may come out just above
    if not far and not small:
        return ()
    what = f"Pixels reach {top:.4g}, and those of train have a mean of {float(scaling.mean.mean()):.4g}: they are on another scale."
    evidence = {"largest": top, "mean_of_train": float(scaling.mean.mean())}
    return (
        Finding(
            id="data.prepare.pixel_scale",
            severity="warning",
            what=what,
            evidence=evidence,
            cause="one set goes from 0 to 255 and the other from 0 to 1 or 16",
            fix="Bring them to the scale of train; predictions mean nothing else.",
        ),
    )

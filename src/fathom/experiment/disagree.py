"""`fathom.disagree`: two runs, of which the metric prefers one and the user the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.records.disagreement import Disagreement
from fathom.core.records.ladder import Ladder
from fathom.data.conform import conform
from fathom.data.splits import Splits
from fathom.data.target import decode, encode
from fathom.diagnosis.comparison import Candidate, matched_rows
from fathom.diagnosis.disagreement import Both, disagreement
from fathom.experiment.compare import checked_runs
from fathom.experiment.run import Run

if TYPE_CHECKING:
    import polars as pl


def disagree(prefer: Run | str | Path, over: Run | str | Path, *, elsewhere: Any = None, splits: Splits | None = None) -> Disagreement:
    """When the metric says one net and you want the other: what to change.

    Either the metric does not weigh what you care for, or dev and test are not drawn from it. Slices in which your net is better are
    found in the columns of the data; `elsewhere` is a set of examples that are what you care for.

    Args:
        prefer: the run that you want, or its folder.
        over: the one that the metric says.
        elsewhere: rows with the target: a file, a frame, a Dataset.
        splits: of the runs, where they were opened from disk: the columns of their data.

    Returns:
        A `Disagreement`; print it. Each of its changes says what to do, and the metric to use from now on.

    Raises:
        UnusableInput: not the same dev examples, or rows without the target.

    Source:
        C3W1-15..17.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("moons"), seed=0)
        >>> short, long = fathom.fit(splits, epochs=1), fathom.fit(splits, epochs=60)
        >>> fathom.disagree(long, short).agrees
        True
    """
    wanted, other = checked_runs([prefer, over])
    names = _names(wanted, other)
    table, rows = other.tables["dev"], _rows(wanted, other)
    both = Both(
        over=table.get_column("error").to_numpy(),
        prefer=wanted.tables["dev"][rows].get_column("error").to_numpy() * _factor(other, wanted),
        weight=table.get_column("weight").to_numpy(),
        ids=table.get_column("id").to_numpy(),
        columns=_columns(other, wanted, table, splits),
    )
    return disagreement(*names, both, None if elsewhere is None else (_errors(other, elsewhere), _errors(wanted, elsewhere)))


def _names(wanted: Run, other: Run) -> tuple[str, str]:
    folders = [None if run.folder is None else run.folder.resolve().name for run in (wanted, other)]
    if folders[0] and folders[1] and folders[0] != folders[1]:
        return folders[0], folders[1]
    return "the preferred net", "the other"


def _rows(wanted: Run, other: Run) -> NDArray[np.int64]:
    empty = Ladder(rungs=())
    first, second = (
        Candidate(name=name, label="", ladder=empty, dev=run.tables["dev"]) for name, run in (("over", other), ("prefer", wanted))
    )
    return matched_rows(first, second)


def _factor(first: Run, other: Run) -> float:
    a, b = first.prepare.target_scale, other.prepare.target_scale
    return 1.0 if a is None or b is None else b.baseline / a.baseline


def _columns(first: Run, second: Run, table: pl.DataFrame, splits: Splits | None) -> dict[str, NDArray[Any]]:
    """Columns of the data where they are at hand, and the truth of classes."""
    found = {"truth": table.get_column("truth").to_numpy()} if first.target.kind != "regression" else {}
    known = splits or first.splits or second.splits
    data = None if known is None else known.roles.get("dev")
    if data is None or len(data) != table.height:
        return found
    others = [name for name in data.table.columns if name != first.target.name]
    return {**found, **{name: data.table.get_column(name).to_numpy() for name in others}}


def _errors(run: Run, rows: Any) -> NDArray[np.float64]:
    """The errors of a run on other rows, in the unit of its ladder."""
    table, _ = conform(rows, run.prepare.columns, need_target=True)
    if run.target.name not in table.columns or not table.height:
        raise refuse("elsewhere", expected=f"rows with the target '{run.target.name}'", got="none")
    found, truth = run.predict(rows).get_column("prediction"), encode(table.get_column(run.target.name), run.target)
    scale = run.prepare.target_scale
    if scale is not None:
        return np.asarray(np.abs(truth - found.to_numpy()) / scale.baseline, dtype=np.float64)
    return np.asarray((decode(truth, run.target) != found).to_numpy(), dtype=np.float64)

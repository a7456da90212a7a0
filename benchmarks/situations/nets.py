"""One net of a situation: rows by role, `fathom.fit`, and its errors on all rows that each role could have been drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.situations.alterations import Alteration
from benchmarks.situations.situation import Floats, Planted, Pool
from benchmarks.situations.sources import Rows
from fathom.data.splits import split
from fathom.experiment.fit import fit
from fathom.experiment.run import Run


def plant(
    seed: int,
    *,
    table: Callable[[], Rows],
    train: int,
    human: float,
    alter: Mapping[str, Alteration] | None = None,
    roles: Sequence[str] = ("dev", "test"),
    balanced: bool = False,
    own: int = 1_000,
    **arguments: Any,
) -> Planted:
    """Draw train, train a net, and measure it on every row left.

    Args:
        seed: of the rows of train and of the net.
        table: all rows.
        train: how many of them train.
        human: the human level that the diagnosis is told.
        alter: by role, what is done to its rows.
        roles: those there are beside train.
        balanced: whether the error counts each class alike.
        own: rows of each role that the run itself has beside train, at most as many as there are.
        **arguments: of `fathom.fit`.
    """
    rng = np.random.default_rng([seed, 7])
    every = table()
    order = rng.permutation(len(every))
    rows = {"train": every.at(order[:train]), **{role: every.at(order[train:]) for role in roles}}
    rows = {role: alter[role](r, rng) if alter and role in alter else r for role, r in rows.items()}
    parts = {role: r.at(_some(len(r), train if role == "train" else own, rng)) for role, r in rows.items()}
    run = fit(split(**{role: (r.x, r.labels) for role, r in parts.items()}), seed=seed, **arguments)
    return measured(run, rows, human=human, balanced=balanced)


def _some(rows: int, n: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int64]]:
    return rng.permutation(rows)[:n] if n < rows else np.arange(rows)


def measured(run: Run, rows: Mapping[str, Rows], *, human: float, balanced: bool = False) -> Planted:
    """A run as it judges itself, and its errors on all the rows of each role."""
    if "test" in rows:
        run.open_test()
    own = run.diagnose(human=human, references=False)
    pools = {role: Pool(errors_of(run, r), r.y.astype(np.int64) if balanced else None) for role, r in rows.items()}
    sizes = {role: len(run.errors[role]) for role in rows}
    scale = run.prepare.target_scale
    return Planted(pools, human, None if scale is None else scale.baseline, own, sizes)


def errors_of(run: Run, rows: Rows) -> Floats:
    """(n,) 0 or 1 for classes; |y - prediction| over the baseline's for numbers, counted here and not by the run."""
    prediction = run.predict(rows.x).get_column("prediction").to_numpy()
    scale = run.prepare.target_scale
    if scale is not None:
        return np.abs(prediction.astype(np.float64) - rows.y) / scale.baseline
    return np.asarray(prediction.astype(np.str_) != rows.labels, np.float64)

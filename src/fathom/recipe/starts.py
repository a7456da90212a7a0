"""Several nets of the same settings from different starts, trained together; their errors on each dev example.

One net's dev error moves by a point or two when only its start changes. The mean over a few starts says what the settings are worth,
and its paired differences are that much sharper; with many nets in one program it costs little more than one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.fit import fit_many
from fathom.experiment.ready import Ready
from fathom.experiment.run import Run

Matrix = NDArray[np.float64]

HELD = "held"
"""The role of the half of dev that early stopping did not see."""


def starts_for(dev: int) -> int:
    """How many starts: more where dev is small, and the noise of a start as large as what is looked for.

    Example:
        >>> [starts_for(n) for n in (100, 2000, 10_000)]
        [4, 3, 2]
    """
    return 4 if dev < 2_000 else 3 if dev < 5_000 else 2


def dev_errors(
    ready: Ready, net: NetLike, choices: Sequence[Mapping[str, Any]], *, starts: int, progress: Progress | None, role: str = "dev"
) -> list[Matrix | None]:
    """The errors (starts, n) on dev of each choice; None for one of which a start diverged.

    Args:
        ready: the data.
        net: as in `fit`.
        choices: all arguments, "seed" among them; further starts count on from it.
        starts: nets of each choice.
        progress: as in `fit`.
        role: whose errors.

    Raises:
        KeyboardInterrupt: the training was interrupted; nothing can be said of it.
    """
    settings = [{**choice, "seed": choice["seed"] + i} for choice in choices for i in range(starts)]
    runs = fit_many(ready, net=net, settings=settings, progress=progress)
    if len(runs) < len(settings) or any(run.history.stopped == "interrupted" for run in runs):
        raise KeyboardInterrupt
    return [_errors(runs[place : place + starts], role) for place in range(0, len(runs), starts)]


def _errors(runs: Sequence[Run], role: str) -> Matrix | None:
    if any(run.experiment is None for run in runs):
        return None
    return np.stack([run.tables[role].get_column("error").to_numpy() for run in runs]).astype(np.float64)


def stopped_errors(ready: Ready, net: NetLike, choice: Mapping[str, Any], *, starts: int, progress: Progress | None) -> Matrix | None:
    """The errors (starts, n) of early stopping on dev examples that it did not stop by.

    The epoch with the lowest error on dev looks better on that dev than it is. So dev is halved, each half is stopped by once, and its
    nets are measured on the other half.

    Args:
        ready, net, starts, progress: as in `dev_errors`.
        choice: all arguments, "early_stopping" among them.
    """
    first = _half(ready, choice["seed"])
    found: Matrix | None = None
    for stop, held in ((first, ~first), (~first, first)):
        measured = dev_errors(_halved(ready, stop, held), net, [choice], starts=starts, progress=progress, role=HELD)[0]
        if measured is None:
            return None
        found = np.empty((starts, len(first))) if found is None else found
        found[:, held] = measured
    return found


def _half(ready: Ready, seed: int) -> NDArray[np.bool_]:
    """One half of dev, (n,); groups stay together."""
    groups = ready.prepared.groups.get("dev")
    codes = np.arange(len(ready.prepared.targets["dev"])) if groups is None else np.unique(groups, return_inverse=True)[1]
    order = generator(seed, "halves of dev").permutation(int(codes.max()) + 1)
    return order[codes] < (len(order) + 1) // 2


def _halved(ready: Ready, stop: NDArray[np.bool_], held: NDArray[np.bool_]) -> Ready:
    """The data with a part of dev as dev, and another in a role of its own."""

    def parts(of_role: Mapping[str, Any]) -> dict[str, Any]:
        if "dev" not in of_role:
            return dict(of_role)
        return {**of_role, "dev": of_role["dev"][stop], HELD: of_role["dev"][held]}

    p = ready.prepared
    halved = dataclasses.replace(p, inputs=parts(p.inputs), targets=parts(p.targets), ids=parts(p.ids), groups=parts(p.groups))
    return Ready(ready.splits, ready.prepare, halved)


def correlation_of(errors: Matrix) -> float | None:
    """The mean correlation of the rows (k, n) of a matrix over its columns; None where fewer than two rows vary.

    Example:
        >>> round(correlation_of(np.array([[0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]])), 9)
        1.0
    """
    spread = errors[errors.std(axis=1) > 0]
    k = len(spread)
    if k < 2:
        return None
    normal = (spread - spread.mean(axis=1, keepdims=True)) / spread.std(axis=1, keepdims=True)
    of_sum = float((normal.sum(axis=0) ** 2).mean())
    return (of_sum - k) / (k * (k - 1))

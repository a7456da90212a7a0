"""The answers of a net with two inputs over their plane, and the examples on it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fathom.core.records.boundary import Boundary, Points
from fathom.core.records.target import Target
from fathom.core.seeding import generator
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare
from fathom.data.splits import Splits
from fathom.engine.plans.loop import outputs_of
from fathom.experiment.tensors import pair
from fathom.tasks.task import Task

PLACES = 120
"""Of the grid, each way: 14,400 answers, a tenth of a second for a small net."""

MOST = 2_000
"""Examples of a role."""

MARGIN = 0.06
"""Of the range of the examples, on each side of them."""

DIGITS = 6
"""Of a number that is kept."""

ROLES = ("train", "dev")

Numbers = NDArray[np.float64]


class Fitted(Protocol):
    """What is read of a run."""

    prepare: Prepare
    net: nn.Module | None
    task: Task | None
    target: Target

    @property
    def splits(self) -> Splits | None: ...  # noqa: D102


def boundary_of(run: Fitted) -> Boundary | None:
    """The net's answers on a grid over its two inputs, with the examples of train and dev (C2W1-08).

    Args:
        run: a trained net whose data are at hand.

    Returns:
        Grid, answers and at most 2,000 examples a role; None where the net has not exactly two numbers as inputs, or where it, the
        data or two different values of an input are not at hand.

    Example:
        >>> import fathom
        >>> run = fathom.fit(fathom.split(fathom.sample("moons"), seed=0), epochs=5)
        >>> print(boundary_of(run))
        x0 by x1: 120 x 120 grid, 2 classes
    """
    axes, splits = axes_of(run.prepare), run.splits
    if axes is None or splits is None or run.net is None or run.task is None:
        return None
    points = {role: _points(splits.roles[role], axes, run.target) for role in ROLES if role in splits.roles}
    x, y = (_grid([v for p in points.values() for v in (p.x, p.y)[i]]) for i in (0, 1))
    if x is None or y is None:
        return None
    answer, sureness = _answers(run, run.net, run.task, axes, x, y)
    return Boundary(
        axes=axes,
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        answer=answer,
        sureness=sureness,
        classes=run.target.classes,
        points=points,
    )


def axes_of(prepare: Prepare) -> tuple[str, str] | None:
    """The names of the two inputs; None where there are more or fewer, or one that is no number or was dropped."""
    inputs = prepare.inputs
    if len(inputs) != 2 or prepare.layout.dropped or any(column.kind != "number" for column in inputs):
        return None
    return inputs[0].name, inputs[1].name


def _points(data: Dataset, axes: tuple[str, str], target: Target) -> Points:
    """Examples with both inputs, drawn at random where there are many; always the same ones."""
    x, y = (data.table.get_column(name).cast(float).to_numpy() for name in axes)
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(rows) > MOST:
        rows = np.sort(generator(0, "boundary", target.name).choice(rows, MOST, replace=False))
    return Points(_kept(x[rows]), _kept(y[rows]), _kept(data.y[rows]))


def _grid(values: list[float]) -> Numbers | None:
    """Evenly spaced places that reach a little beyond all values; None where they are one and the same."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    margin = MARGIN * high - MARGIN * low
    places = np.array(_kept(np.linspace(low - margin, high + margin, PLACES)))
    return places if np.isfinite(places).all() and (np.diff(places) > 0).all() else None


def _answers(
    run: Fitted, net: nn.Module, task: Task, axes: tuple[str, str], x: Numbers, y: Numbers
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """Class (or prediction) and probability over the grid: rows of y, columns of x."""
    import polars as pl

    across, up = np.meshgrid(x, y)
    features = run.prepare(pl.DataFrame({axes[0]: across.ravel(), axes[1]: up.ravel()}))
    parameter = next(net.parameters())
    inputs = pair(features, np.zeros(len(features), dtype=np.int64), device=parameter.device, dtype=parameter.dtype).inputs
    columns = task.decode(outputs_of(net, inputs))
    chances = [values for name, values in columns.items() if name != "prediction"]
    answer = _rows(columns["prediction"], across.shape)
    return answer, _rows(np.round(np.max(chances, axis=0), 4), across.shape) if chances else ()


def _rows(values: Any, shape: tuple[int, ...]) -> tuple[tuple[float, ...], ...]:
    return tuple(_kept(row) for row in np.asarray(values, dtype=np.float64).reshape(shape))


def _kept(values: Any) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in np.asarray(values, dtype=np.float64).tolist())

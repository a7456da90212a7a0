"""What a net says of a role, example by example: the table behind errors/<role>.parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fathom.core.expectations import refuse
from fathom.core.records.errors import Errors
from fathom.core.records.picture import Picture
from fathom.core.records.target import Target
from fathom.data.prepare import Prepare
from fathom.data.target import decode
from fathom.engine.plans.loop import outputs_of
from fathom.experiment.tensors import Pair
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl


def outcome(net: nn.Module, task: Task, target: Target, pair: Pair, ids: NDArray[Any], groups: NDArray[Any] | None) -> pl.DataFrame:
    """The table of one role: id, group, truth, prediction, p_<class>, error, weight; one row an example."""
    import polars as pl

    outputs = outputs_of(net, pair.inputs)
    errors = task.errors(outputs, pair.targets)
    truth = pair.targets.cpu().numpy()
    if target.kind == "regression":
        truth = task.decode(pair.targets[:, None])["prediction"]
    columns: dict[str, Any] = {"id": ids}
    if groups is not None:
        columns["group"] = groups
    columns["truth"] = decode(truth, target)
    columns |= {name: decode(v, target) if name == "prediction" else v for name, v in task.decode(outputs).items()}
    return pl.DataFrame({**columns, "error": errors.value, "weight": errors.weight})


def errors_in(table: pl.DataFrame) -> Errors:
    """The errors of a role from its table."""
    group = table.get_column("group").to_numpy() if "group" in table.columns else None
    return Errors.of(table.get_column("error").to_numpy(), table.get_column("weight").to_numpy(), group)


def predictions(net: nn.Module, task: Task, target: Target, inputs: Any, threshold: float | None = None) -> pl.DataFrame:
    """Prediction and p_<class> for inputs (n, d), in the user's own labels; of two classes cut at `threshold` where one is given."""
    import polars as pl

    columns = task.decode(outputs_of(net, inputs))
    if threshold is not None:
        if target.kind != "binary":
            raise refuse("threshold", expected="a target of two classes", got=f"'{target.name}', {target.kind}")
        columns["prediction"] = (columns[f"p_{target.classes[1]}"] >= threshold).astype(np.int64)
    return pl.DataFrame({name: decode(np.asarray(v), target) if name == "prediction" else v for name, v in columns.items()})


def with_files(said: pl.DataFrame, table: pl.DataFrame, prepare: Prepare) -> pl.DataFrame:
    """Predictions with the file of each picture before them, where the rows were picture files.

    Args:
        said: what `predictions` gives.
        table: the rows, as they were conformed.
        prepare: of the run.
    """
    file = next((c.name for c in prepare.columns if c.use == "id" and c.name in table.columns), None)
    if file is None or file in said.columns or Picture.among([c.name for c in prepare.inputs]) is None:
        return said
    return said.insert_column(0, table.get_column(file))

"""Answers of a trained net: for new rows as people have them, and on a sealed test set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.records.target import Target
from fathom.data.conform import conform
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare
from fathom.data.preparing.identity import ids_and_groups
from fathom.experiment.averaging import over_crops
from fathom.experiment.outcome import outcome, with_files
from fathom.experiment.sourced import sourced
from fathom.experiment.tensors import device_of, dtype_of, pair
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl


def predicted(
    net: nn.Module, task: Task, target: Target, prepare: Prepare, rows: Any, *, threshold: float | None, crops: int = 1
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """The table of predictions, and what was seen while the rows were read.

    Args:
        net, task, target, prepare: of the run.
        rows: as `Run.predict` takes them.
        threshold: of two classes, the probability from which on the positive one is predicted; None for the likelier one.
        crops: of each picture, whose answers are averaged.

    Raises:
        UnusableInput: a needed column is missing, or nothing can be read.
    """
    table, found = conform(rows, prepare.columns, need_target=False)
    if not table.height:
        raise refuse("rows", expected="at least one", got="none")
    features, seen = prepare.apply(table)
    inputs = pair(features, np.zeros(table.height, dtype=np.int64), device=device_of(net), dtype=dtype_of(net)).inputs
    said = over_crops(net, task, target, prepare, inputs, crops, threshold)
    return with_files(said, table, prepare), (*found, *seen)


def measured_on_test(net: nn.Module, task: Task, target: Target, prepare: Prepare, test: Dataset) -> dict[str, pl.DataFrame]:
    """The table of test, under its name, as those of the other roles were made when the run was."""
    truth = prepare.scale_target(test.y) if target.kind == "regression" else test.y
    data = pair(prepare(test), truth, device=device_of(net), dtype=dtype_of(net))
    ids, groups = ids_and_groups(test)
    return sourced({"test": outcome(net, task, target, data, ids, groups)}, {"test": test})

"""What `fathom.fit` and the plain loop beside it train on: a split set, as a user has it."""

from __future__ import annotations

import functools
from typing import Any

import fathom
from benchmarks.engine.cases import Case
from benchmarks.engine.sets import rows_of
from fathom.data.splits import Splits
from fathom.experiment.ready import make_ready


@functools.cache
def splits_of(case: Case) -> Splits:
    """The bundled breast-cancer set as it is; of Fashion-MNIST the rows of the case."""
    if case.data == "breast-cancer":
        return fathom.split(fathom.sample("breast-cancer"), seed=0)
    return fathom.split(fathom.load(rows_of(case), kind="multiclass"), seed=0)


@functools.cache
def prepared_train(case: Case) -> tuple[Any, Any]:
    """Inputs (m, n_x) and classes (m,) of train, prepared as fit prepares them."""
    prepared = make_ready(splits_of(case)).prepared
    return prepared.inputs["train"], prepared.targets["train"]

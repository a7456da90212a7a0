"""Plain methods on the same split: the lowest of their dev errors bounds the floor from above."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.errors import Errors
from fathom.core.records.prepared import Prepared
from fathom.core.records.record import Record
from fathom.core.seeding import generator
from fathom.tasks.regression import Regression
from fathom.tasks.task import Task


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedReference(Record):
    """One reference and how it did.

    Attributes:
        name: "linear", "nearest neighbors" or "boosted trees".
        about: the method in a few words.
        errors: of each dev example, in the net's own terms.
        rows: examples of train that it was fitted on; fewer than all where all would have taken too long.
        seconds: fitting and predicting.
    """

    name: str
    about: str
    errors: Errors
    rows: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} {self.errors.rate:.2%} ({self.about}, {self.rows:,} rows, {self.seconds:.1f} s)"


@dataclass(frozen=True, kw_only=True)
class Method:
    """One plain method.

    Attributes:
        name, about: as in `FittedReference`.
        make: (regression or not, seed) -> an estimator with fit and predict.
        rows_at: (features, classes, dev rows) -> the most rows of train that it is fitted on, so that it takes about 3 s at most.
    """

    name: str
    about: str
    make: Callable[[bool, int], Any]
    rows_at: Callable[[int, int, int], float]


def _linear(regression: bool, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return Ridge(alpha=1.0) if regression else LogisticRegression(C=1.0, max_iter=200)


def _neighbors(regression: bool, seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    return KNeighborsRegressor(n_neighbors=15) if regression else KNeighborsClassifier(n_neighbors=15)


def _boosted(regression: bool, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if regression:
        return HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=100, learning_rate=0.1, early_stopping=False, random_state=seed
        )
    return HistGradientBoostingClassifier(max_iter=60, learning_rate=0.1, early_stopping=False, random_state=seed)


METHODS = (
    Method(name="linear", about="ridge or logistic, C=1", make=_linear, rows_at=lambda d, c, dev: 1e8 / (d * c)),
    Method(name="nearest neighbors", about="15 neighbors", make=_neighbors, rows_at=lambda d, c, dev: 1.5e10 / (d * dev)),
    Method(name="boosted trees", about="histogram gradient boosting", make=_boosted, rows_at=lambda d, c, dev: 2.5e7 / (d * c)),
)


def references(prepared: Prepared, task: Task, *, classes: int, seed: int = 0) -> list[FittedReference]:
    """Fit the references on train's prepared inputs and measure them on dev.

    How many rows each takes follows from shapes, never from a clock, so that the same data give the same references.

    Args:
        prepared: inputs and targets by role.
        task: of the net; errors are in its terms.
        classes: of the target; 1 for a regression.
        seed: of the rows that are drawn where all would take too long, and of the trees.

    Returns:
        One record a method, in the order linear, nearest neighbors, boosted trees; [] without a dev set.
    """
    if not len(prepared.targets.get("dev", ())):
        return []
    return [_measure(method, prepared, task, classes, seed) for method in METHODS]


def _measure(method: Method, prepared: Prepared, task: Task, classes: int, seed: int) -> FittedReference:
    x, y = prepared.inputs["train"], prepared.targets["train"]
    dev_x, dev_y = prepared.inputs["dev"], prepared.targets["dev"]
    most = int(max(200.0, method.rows_at(x.shape[1], max(1, classes), len(dev_y))))
    rows = _drawn(len(y), most, seed)
    started = time.perf_counter()
    estimator = method.make(task.kind == "regression", seed)
    if method.name == "nearest neighbors":
        estimator.set_params(n_neighbors=min(15, len(rows)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence warnings: a bound that is not the tightest is still a bound
        predicted = estimator.fit(x[rows], y[rows]).predict(dev_x)
    errors = errors_of(task, predicted, dev_y)
    return FittedReference(name=method.name, about=method.about, errors=errors, rows=len(rows), seconds=time.perf_counter() - started)


def _drawn(rows: int, most: int, seed: int) -> NDArray[np.int64]:
    if rows <= most:
        return np.arange(rows)
    return np.sort(generator(seed, "references").choice(rows, size=most, replace=False))


def errors_of(task: Task, predicted: NDArray[Any], truth: NDArray[Any]) -> Errors:
    """Errors of predicted codes, or of predicted standardized numbers, in the task's terms."""
    if isinstance(task, Regression):
        return Errors.of(np.abs(np.asarray(predicted, dtype=np.float64) - truth) * (task.std / task.baseline))
    return Errors.of(predicted != truth)

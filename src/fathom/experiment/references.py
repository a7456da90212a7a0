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
class Effort:
    """How much of the data a method is given, so that it takes about 3 s at most on one core.

    Attributes:
        rows: of train, at most.
        features: the most telling ones by a univariate F test, at most.
        rounds: of boosting.
    """

    rows: int
    features: int
    rounds: int = 0


def linear_effort(features: int, outputs: int, dev: int) -> Effort:
    """100 iterations cost about 0.03 us for each cell of train and output."""
    return Effort(rows=int(8e7 / (features * outputs)), features=features)


def neighbors_effort(features: int, outputs: int, dev: int) -> Effort:
    """A distance costs about 0.1 ns a feature."""
    return Effort(rows=int(1.5e10 / (features * max(dev, 1))), features=features)


def boosted_effort(features: int, outputs: int, dev: int) -> Effort:
    """A tree costs about 50 us + 0.012 us a row for each feature; rounds give way first, then features, then rows.

    Example:
        >>> boosted_effort(30, 1, 100).rounds, boosted_effort(784, 10, 10_000)
        (100, Effort(rows=5022, features=133, rounds=30))
    """
    budget = 4.4e6  # us
    few = 50 + 0.012 * 5_000
    rounds = int(min(100, max(30, budget / (features * outputs * few))))
    kept = int(min(features, budget / (rounds * outputs * few)))
    rows = int((budget / (rounds * outputs * kept) - 50) / 0.012 + 1e-6)
    return Effort(rows=max(rows, 1_000), features=max(kept, 1), rounds=rounds)


@dataclass(frozen=True, kw_only=True)
class Method:
    """One plain method.

    Attributes:
        name, about: as in `FittedReference`.
        make: (regression or not, seed, effort) -> an estimator with fit and predict.
        effort: (features, outputs, dev rows) -> what it is given.
    """

    name: str
    about: str
    make: Callable[[bool, int, Effort], Any]
    effort: Callable[[int, int, int], Effort]


def _linear(regression: bool, seed: int, effort: Effort) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return Ridge(alpha=1.0) if regression else LogisticRegression(C=1.0, max_iter=100)


def _neighbors(regression: bool, seed: int, effort: Effort) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    return KNeighborsRegressor(n_neighbors=15) if regression else KNeighborsClassifier(n_neighbors=15)


def _boosted(regression: bool, seed: int, effort: Effort) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    settings = {"max_iter": effort.rounds, "learning_rate": 0.1, "early_stopping": False, "random_state": seed}
    if regression:
        return HistGradientBoostingRegressor(loss="absolute_error", **settings)
    return HistGradientBoostingClassifier(**settings)


METHODS = (
    Method(name="linear", about="ridge (1) or logistic regression (C = 1)", make=_linear, effort=linear_effort),
    Method(name="nearest neighbors", about="15 neighbors", make=_neighbors, effort=neighbors_effort),
    Method(name="boosted trees", about="histogram gradient boosting", make=_boosted, effort=boosted_effort),
)


def references(prepared: Prepared, task: Task, *, classes: int, seed: int = 0) -> list[FittedReference]:
    """Fit the references on train's prepared inputs and measure them on dev.

    How much each is given follows from shapes, never from a clock, and each runs on one thread: the same data give the
    same references on every machine of one kind.

    Args:
        prepared: inputs and targets by role.
        task: of the net; errors are in its terms.
        classes: of the target; 0 for a regression.
        seed: of the rows that are drawn where all would take too long, and of the trees.

    Returns:
        One record a method, in the order linear, nearest neighbors, boosted trees; [] without a dev set.
    """
    from threadpoolctl import threadpool_limits

    if not len(prepared.targets.get("dev", ())):
        return []
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence: a bound that is not the tightest is still a bound
        return [_measure(method, prepared, task, classes, seed) for method in METHODS]


def _measure(method: Method, prepared: Prepared, task: Task, classes: int, seed: int) -> FittedReference:
    started = time.perf_counter()
    x, y = prepared.inputs["train"], prepared.targets["train"]
    dev_x, dev_y = prepared.inputs["dev"], prepared.targets["dev"]
    effort = method.effort(x.shape[1], classes if classes > 2 else 1, len(dev_y))
    rows = drawn_rows(y, max(200, effort.rows), seed)
    columns = _telling(x[rows], y[rows], effort.features, task.kind == "regression")
    estimator = method.make(task.kind == "regression", seed, effort)
    if method.name == "nearest neighbors":
        estimator.set_params(n_neighbors=min(15, len(rows)))
    predicted = estimator.fit(x[rows][:, columns], y[rows]).predict(dev_x[:, columns])
    errors = errors_of(task, predicted, dev_y, prepared.groups.get("dev"))
    return FittedReference(name=method.name, about=method.about, errors=errors, rows=len(rows), seconds=time.perf_counter() - started)


def drawn_rows(y: NDArray[Any], most: int, seed: int) -> NDArray[np.int64]:
    """At most `most` rows of train, and the first of each class, so that none is unknown to a method."""
    if len(y) <= most:
        return np.arange(len(y))
    drawn = generator(seed, "references").choice(len(y), size=most, replace=False)
    if np.issubdtype(y.dtype, np.integer):
        drawn = np.concatenate([drawn, np.unique(y, return_index=True)[1]])
    return np.unique(drawn).astype(np.int64)


def _telling(x: NDArray[np.float32], y: NDArray[Any], most: int, regression: bool) -> NDArray[np.int64]:
    """The features that tell most about the target, each on its own; all where they are few enough."""
    if x.shape[1] <= most:
        return np.arange(x.shape[1])
    from sklearn.feature_selection import f_classif, f_regression

    scores = (f_regression if regression else f_classif)(x, y)[0]
    return np.sort(np.argsort(-np.nan_to_num(scores, nan=-1.0), kind="stable")[:most])


def errors_of(task: Task, predicted: NDArray[Any], truth: NDArray[Any], groups: NDArray[Any] | None = None) -> Errors:
    """Errors of predicted codes, or of predicted standardized numbers, in the task's terms."""
    if isinstance(task, Regression):
        return Errors.of(np.abs(np.asarray(predicted, dtype=np.float64) - truth) * (task.std / task.baseline), group=groups)
    return Errors.of(predicted != truth, group=groups)

"""Plain methods on the words of a text and the columns beside it: a linear model on tf-idf, naive Bayes, boosted trees."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.prepared import Prepared
from fathom.experiment.references import METHODS, Effort, FittedReference, drawn_rows, errors_of
from fathom.tasks.task import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST = 4_000_000
"""Cells of train (words of texts, numbers beside them) times classes that a method is given: some seconds at most on one core."""

TELLING = 100
"""Words that boosted trees are given."""

BOOSTED = 3
"""A cell costs a hundred rounds of boosting so many times what it costs a linear model."""


def counts_of(indices: NDArray[np.float32], size: int) -> csr_matrix:
    """How often each text has each word: indices (n, T) -> (n, size) sparse, padding left out.

    Example:
        >>> counts_of(np.array([[2, 3, 2, 0]], dtype=np.float32), 4).toarray().tolist()
        [[0.0, 0.0, 2.0, 1.0]]
    """
    from scipy.sparse import csr_matrix

    rows, places = np.nonzero(indices)
    return csr_matrix((np.ones(len(rows)), (rows, indices[rows, places].astype(np.int64))), shape=(len(indices), size))


def text_references(prepared: Prepared, task: Task, *, length: int, size: int, classes: int, seed: int = 0) -> list[FittedReference]:
    """Fit the references on train's words, and on the features beside them, and measure them on dev.

    Args:
        prepared: indices of words with the features behind them, and targets, by role.
        task: of the net; errors are in its terms.
        length: indices of a row.
        size: of the vocabulary.
        classes: of the target; 0 for a number.
        seed: of the rows that are drawn where all would take too long.

    Returns:
        "linear" on tf-idf (weights fitted on train) and the features, for classes "naive Bayes" on counts alone, and where there are
        features "boosted trees" on them and the most telling words; [] without a dev set.
    """
    from threadpoolctl import threadpool_limits

    if not len(prepared.targets.get("dev", ())):
        return []
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence: a bound that is not the tightest is still a bound
        rows = {role: Words.of(prepared.inputs[role], length, size) for role in ("train", "dev")}
        return [_measure(method, rows, prepared, task, classes, seed) for method in _methods(task.kind == "regression", rows["train"])]


@dataclass(frozen=True, eq=False)
class Words:
    """Rows as the methods read them.

    Attributes:
        counts: (n, size) how often each word occurs, sparse.
        beside: (n, d) the features behind the words.
    """

    counts: csr_matrix
    beside: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[np.float32], length: int, size: int) -> Words:
        """Rows (n, length + d)."""
        return cls(counts_of(rows[:, :length], size), rows[:, length:])

    def take(self, rows: NDArray[np.int64]) -> Words:
        """The rows at those positions."""
        return Words(self.counts[rows], self.beside[rows])


@dataclass(frozen=True, eq=False)
class _Method:
    """A plain method: its name, a few words about it, the model, and whether it reads more than counts."""

    name: str
    about: str
    model: Any
    weighed: bool = True
    telling: int = 0

    def fit(self, words: Words, y: NDArray[Any]) -> Callable[[Words], Any]:
        """Fit it; what it then predicts for other rows."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.feature_extraction.text import TfidfTransformer

        if not self.weighed:
            model = self.model.fit(words.counts, y)
            return lambda of: model.predict(of.counts)
        tf_idf = TfidfTransformer(sublinear_tf=True).fit(words.counts)
        kept = self._kept(tf_idf.transform(words.counts), y)

        def rows(of: Words) -> Any:
            weighed = tf_idf.transform(of.counts)[:, kept]
            both = hstack([weighed, csr_matrix(of.beside)], format="csr") if of.beside.shape[1] else weighed
            return both.toarray() if self.telling else both

        model = self.model.fit(rows(words), y)
        return lambda of: model.predict(rows(of))

    def _kept(self, weighed: csr_matrix, y: NDArray[Any]) -> Any:
        """The words that are read: all, or those that tell most about the target, each on its own."""
        if not self.telling or weighed.shape[1] <= self.telling:
            return slice(None)
        from sklearn.feature_selection import f_classif, f_regression

        scores = (f_classif if np.issubdtype(y.dtype, np.integer) else f_regression)(weighed, y)[0]
        return np.sort(np.argsort(-np.nan_to_num(scores, nan=-1.0), kind="stable")[: self.telling])


def _methods(regression: bool, train: Words) -> list[_Method]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.naive_bayes import MultinomialNB

    beside = train.beside.shape[1]
    tf_idf = "tf-idf and columns" if beside else "tf-idf"
    model, about = (
        (Ridge(alpha=1.0), "ridge (1)") if regression else (LogisticRegression(C=1.0, max_iter=100), "logistic regression (C = 1)")
    )
    found = [_Method("linear", f"{tf_idf}, {about}", model)]
    if not regression:
        found.append(_Method("naive Bayes", "counts of words", MultinomialNB(), weighed=False))
    return [*found, _boosted(regression)] if beside else found


def _boosted(regression: bool) -> _Method:
    """Boosted trees, which need a table without gaps: of the words the most telling ones."""
    make = next(method.make for method in METHODS if method.name == "boosted trees")
    model = make(regression, 0, Effort(rows=0, features=0, rounds=100))
    return _Method("boosted trees", f"columns and the {TELLING} most telling words", model, telling=TELLING)


def _measure(method: _Method, words: Mapping[str, Words], prepared: Prepared, task: Task, classes: int, seed: int) -> FittedReference:
    started = time.perf_counter()
    y = prepared.targets["train"]
    rows = _drawn(words["train"], y, classes if classes > 2 else 1, seed, method.telling)
    predicted = method.fit(words["train"].take(rows), y[rows])(words["dev"])
    errors = errors_of(task, predicted, prepared.targets["dev"], prepared.groups.get("dev"))
    return FittedReference(name=method.name, about=method.about, errors=errors, rows=len(rows), seconds=time.perf_counter() - started)


def _drawn(words: Words, y: NDArray[Any], outputs: int, seed: int, telling: int) -> NDArray[np.int64]:
    """As many rows of train as have the cells that a method is given, and the first of each class."""
    beside = words.beside.shape[1]
    cells = (beside + telling) * BOOSTED if telling else float(words.counts.sum()) / len(y) + beside
    return drawn_rows(y, max(200, int(MOST / outputs / max(cells, 1.0))), seed)

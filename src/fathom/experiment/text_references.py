"""Plain methods on the words of a text: a linear model on tf-idf, and naive Bayes."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.prepared import Prepared
from fathom.core.seeding import generator
from fathom.experiment.references import FittedReference, errors_of
from fathom.tasks.task import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST = 4_000_000
"""Tokens of train times classes that a method is given; then it takes some seconds at most on one core."""


def counts_of(indices: NDArray[np.float32], size: int) -> csr_matrix:
    """How often each text has each word: indices (n, T) -> (n, size) sparse, padding left out.

    Example:
        >>> counts_of(np.array([[2, 3, 2, 0]], dtype=np.float32), 4).toarray().tolist()
        [[0.0, 0.0, 2.0, 1.0]]
    """
    from scipy.sparse import csr_matrix

    rows, places = np.nonzero(indices)
    return csr_matrix((np.ones(len(rows)), (rows, indices[rows, places].astype(np.int64))), shape=(len(indices), size))


def text_references(prepared: Prepared, task: Task, *, size: int, classes: int, seed: int = 0) -> list[FittedReference]:
    """Fit the references on train's words and measure them on dev.

    Args:
        prepared: indices of words, and targets, by role.
        task: of the net; errors are in its terms.
        size: of the vocabulary.
        classes: of the target; 0 for a number.
        seed: of the rows that are drawn where all would take too long.

    Returns:
        "linear" on tf-idf (weights fitted on train), and for classes "naive Bayes" on counts; [] without a dev set.
    """
    from threadpoolctl import threadpool_limits

    if not len(prepared.targets.get("dev", ())):
        return []
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence: a bound that is not the tightest is still a bound
        return [_measure(*method, prepared, task, size, classes, seed) for method in _methods(task.kind == "regression")]


def _methods(regression: bool) -> list[tuple[str, str, Any]]:
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    tf_idf = TfidfTransformer(sublinear_tf=True)
    if regression:
        return [("linear", "tf-idf, ridge (1)", make_pipeline(tf_idf, Ridge(alpha=1.0)))]
    linear = make_pipeline(tf_idf, LogisticRegression(C=1.0, max_iter=100))
    return [("linear", "tf-idf, logistic regression (C = 1)", linear), ("naive Bayes", "counts of words", MultinomialNB())]


def _measure(name: str, about: str, method: Any, prepared: Prepared, task: Task, size: int, classes: int, seed: int) -> FittedReference:
    started = time.perf_counter()
    x, y = prepared.inputs["train"], prepared.targets["train"]
    rows = _drawn(x, y, classes if classes > 2 else 1, seed)
    method.fit(counts_of(x[rows], size), y[rows])
    predicted = method.predict(counts_of(prepared.inputs["dev"], size))
    errors = errors_of(task, predicted, prepared.targets["dev"], prepared.groups.get("dev"))
    return FittedReference(name=name, about=about, errors=errors, rows=len(rows), seconds=time.perf_counter() - started)


def _drawn(x: NDArray[np.float32], y: NDArray[Any], outputs: int, seed: int) -> NDArray[np.int64]:
    """As many rows of train as have the tokens that a method is given, and the first of each class."""
    most = max(200, int(MOST / outputs / max(float((x != 0).sum()) / len(x), 1.0)))
    if len(y) <= most:
        return np.arange(len(y))
    drawn = generator(seed, "references").choice(len(y), size=most, replace=False)
    if np.issubdtype(y.dtype, np.integer):
        drawn = np.concatenate([drawn, np.unique(y, return_index=True)[1]])
    return np.unique(drawn).astype(np.int64)

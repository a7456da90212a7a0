"""scikit-learn's MLPClassifier, one net after another. Of two classes it makes one logistic output, which is a little less to do."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.sets import rows_of
from benchmarks.engine.timing import Asked, Stopwatch, Timing


class Timed(MLPClassifier):
    """Says how long its steps took, without the checks of the rows before them."""

    def _fit_stochastic(self, *given: Any, **named: Any) -> None:
        watch = Stopwatch()
        watch.start()
        super()._fit_stochastic(*given, **named)
        watch.stop()
        self.seconds_ = watch.seconds


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another, none of them stopped early."""
    X, y = rows_of(case)
    nets = []
    with threadpool_limits(asked.threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = time.perf_counter()
        for k, rate in enumerate(rates(asked.members, each=asked.each)):
            nets.append(_net(case, asked, rate, k).fit(X, y))
        call = time.perf_counter() - started
    return Timing(
        seconds=sum(net.seconds_ for net in nets),
        call=call,
        steps=sum(net.n_iter_ for net in nets) * case.steps_an_epoch,
        parameters=sum(a.size for a in (*nets[0].coefs_, *nets[0].intercepts_)),
        loss=float(-np.log(np.maximum(nets[0].predict_proba(X)[np.arange(len(y)), y], 1e-30)).mean()),
    )


def _net(case: Case, asked: Asked, rate: float, k: int) -> Timed:
    return Timed(
        hidden_layer_sizes=case.sizes[1:-1],
        alpha=0.0,
        batch_size=case.batch,
        learning_rate_init=rate,
        max_iter=asked.epochs,
        tol=0.0,
        n_iter_no_change=1_000_000,
        random_state=asked.seed + k,
    )

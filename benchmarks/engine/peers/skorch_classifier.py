"""skorch's NeuralNetClassifier, callbacks off and no validation split, one net after another."""

from __future__ import annotations

import time
from typing import Any

import torch
from skorch import NeuralNetClassifier
from torch import nn

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.sets import rows_of
from benchmarks.engine.timing import Asked, Stopwatch, Timing
from benchmarks.engine.torch_nets import loss_of, module, size


class Timed(NeuralNetClassifier):
    """Says how long its epochs took."""

    def fit_loop(self, *given: Any, **named: Any) -> Any:
        """See skorch."""
        self.watch = Stopwatch()
        self.watch.start()
        try:
            return super().fit_loop(*given, **named)
        finally:
            self.watch.stop()


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another."""
    torch.set_num_threads(asked.threads)
    X, y = rows_of(case)
    nets = []
    started = time.perf_counter()
    for k, rate in enumerate(rates(asked.members, each=asked.each)):
        net = Timed(
            module(case, k),
            criterion=nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=rate,
            max_epochs=asked.epochs,
            batch_size=case.batch,
            iterator_train__shuffle=True,
            train_split=None,
            callbacks="disable",
            verbose=0,
        )
        nets.append(net.fit(X, y))
    call = time.perf_counter() - started
    return Timing(
        seconds=sum(net.watch.seconds for net in nets),
        call=call,
        steps=sum(len(epoch["batches"]) for net in nets for epoch in net.history),
        parameters=size(nets[0].module_),
        loss=loss_of(nets[0].module_, case),
    )

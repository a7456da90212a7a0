"""`fathom.fit` as a user calls it: errors of train and dev measured and reported, one net.

The steps are what the run's history says of its training, measurements included; the whole call prepares the data too.
"""

from __future__ import annotations

import time

import torch

import fathom
from benchmarks.engine.cases import Case
from benchmarks.engine.peers.whole_fit_rows import splits_of
from benchmarks.engine.timing import Asked, Timing


def run(case: Case, asked: Asked) -> Timing:
    """One fit."""
    torch.set_num_threads(asked.threads)
    splits = splits_of(case)
    started = time.perf_counter()
    run = fathom.fit(splits, hidden=case.sizes[1:-1], batch_size=case.batch, epochs=asked.epochs, seed=asked.seed)
    call = time.perf_counter() - started
    history = run.history
    measured = len(history.measured("dev"))
    return Timing(
        seconds=history.seconds,
        call=call,
        steps=history.epochs[-1].updates,
        parameters=sum(p.numel() for p in run.net.parameters()),
        loss=history.epochs[-1].data_term,
        more={"epochs": len(history), "measured": measured},
    )

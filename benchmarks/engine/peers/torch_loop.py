"""A plain loop over tensors with torch.optim.Adam as it comes: no DataLoader, one net after another."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch.nn import functional

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.timing import Asked, Stopwatch, Timing
from benchmarks.engine.torch_nets import loss_of, module, size, tensors


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another."""
    return timed(case, asked)


def timed(case: Case, asked: Asked, **of_adam: Any) -> Timing:
    """The same with arguments for Adam."""
    torch.set_num_threads(asked.threads)
    X, y = tensors(case)
    watch, steps, nets = Stopwatch(), 0, []
    started = time.perf_counter()
    for k, rate in enumerate(rates(asked.members, each=asked.each)):
        net = module(case, k).train()
        optimizer = torch.optim.Adam(net.parameters(), lr=rate, **of_adam)
        order = torch.Generator().manual_seed(asked.seed + k)
        watch.start()
        for _ in range(asked.epochs):
            for rows in torch.randperm(len(X), generator=order).split(case.batch):
                optimizer.zero_grad()
                functional.cross_entropy(net(X[rows]), y[rows]).backward()
                optimizer.step()
                steps += 1
        watch.stop()
        nets.append(net)
    call = time.perf_counter() - started
    return Timing(seconds=watch.seconds, call=call, steps=steps, parameters=size(nets[0]), loss=loss_of(nets[0], case))

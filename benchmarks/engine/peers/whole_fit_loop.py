"""The plain loop on the rows that `fathom.fit` trains on, for as many epochs; errors not measured."""

from __future__ import annotations

import time
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.whole_fit_rows import prepared_train
from benchmarks.engine.timing import Asked, Timing
from benchmarks.engine.torch_nets import size


def run(case: Case, asked: Asked) -> Timing:
    """One training; of two classes with one logit, as fit has it."""
    torch.set_num_threads(asked.threads)
    rows, classes = prepared_train(case)
    X, y = torch.as_tensor(rows), torch.as_tensor(classes).long()
    two, steps = case.classes == 2, 0
    started = time.perf_counter()
    net = _net([X.shape[1], *case.sizes[1:-1], 1 if two else case.classes], asked.seed)
    optimizer = torch.optim.Adam(net.parameters())
    order = torch.Generator().manual_seed(asked.seed)
    first = time.perf_counter()
    for _ in range(asked.epochs):
        for taken in torch.randperm(len(X), generator=order).split(case.batch):
            optimizer.zero_grad()
            _loss(net(X[taken]), y[taken], two).backward()
            optimizer.step()
            steps += 1
    last = time.perf_counter()
    with torch.no_grad():
        loss = float(_loss(net(X), y, two))
    return Timing(seconds=last - first, call=last - started, steps=steps, parameters=size(net), loss=loss, more={"epochs": asked.epochs})


def _net(sizes: list[int], seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _loss(outputs: Tensor, y: Tensor, two: bool) -> Tensor:
    if two:
        return functional.binary_cross_entropy_with_logits(outputs[:, 0], y.float())
    return functional.cross_entropy(outputs, y)

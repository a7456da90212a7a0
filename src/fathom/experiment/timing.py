"""How long a net takes for one example, and how many numbers it has."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor, nn

from fathom.core.intervals import normal_quantile
from fathom.core.records.estimate import Estimate

REPEATS = 201
WARM = 20


def time_of(net: nn.Module, inputs: Tensor) -> Estimate:
    """Milliseconds for one example at a time: the median of 201 calls, after 20 that do not count, with the interval of a median.

    Args:
        net: in evaluation mode afterwards as before.
        inputs: (n, d) examples as the net gets them, taken in turn.
    """
    was = net.training
    net.eval()
    try:
        with torch.no_grad():
            seconds = [_once(net, inputs[i % len(inputs)][None]) for i in range(WARM + REPEATS)][WARM:]
    finally:
        net.train(was)
    ordered = sorted(1e3 * s for s in seconds)
    reach = math.ceil(normal_quantile(0.95) * math.sqrt(REPEATS) / 2)
    middle = REPEATS // 2
    return Estimate(value=ordered[middle], low=ordered[middle - reach], high=ordered[middle + reach], n=REPEATS, method="median")


def _once(net: nn.Module, row: Tensor) -> float:
    start = time.perf_counter()
    net(row)
    if row.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - start


def parameters_of(net: nn.Module) -> Estimate:
    """How many numbers a net has that are trained."""
    return Estimate(value=float(sum(p.numel() for p in net.parameters())), method="counted")

"""The floor of the machine: the rate of a large matrix product and of a copy, and what a step would take at these rates.

A step of one net is at least its products (2 operations a weight and example forward, 4 backward, 2 less in the first layer) at
the rate of a product of 1,024 x 1,024 numbers, and Adam's traffic (theta, gradient and two memories read, three of them
written: 28 bytes a parameter) at the rate of a copy between two vectors as long as theta of the K nets.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from benchmarks.engine.cases import Case, operations, parameters
from benchmarks.engine.timing import Asked, Timing

SIDE = 1_024
BYTES_A_PARAMETER = 28


def run(case: Case, asked: Asked) -> Timing:
    """The rates, and the seconds that the steps of K nets would take at these rates."""
    torch.set_num_threads(asked.threads)
    started = time.perf_counter()
    product, copy = product_rate(), copy_rate(asked.members * parameters(case))
    steps = asked.members * asked.epochs * case.steps_an_epoch
    seconds = steps * (operations(case) / product + BYTES_A_PARAMETER * parameters(case) / copy)
    call = time.perf_counter() - started
    rates = {"operations_a_second": product, "bytes_a_second": copy}
    return Timing(seconds=seconds, call=call, steps=steps, parameters=parameters(case), loss=0.0, more=rates)


def product_rate() -> float:
    """Operations a second of a product of two square matrices, float32."""
    a, b = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    out = torch.empty(SIDE, SIDE)
    return 2 * SIDE**3 / _best(lambda: torch.mm(a, b, out=out))


def copy_rate(numbers: int) -> float:
    """Bytes read and written a second, of a vector of so many float32 numbers; of many copies in a row where it is short."""
    numbers = max(numbers, 1_024)
    a, b = torch.rand(numbers), torch.empty(numbers)
    times = max(1, 4_000_000 // numbers)

    def copies() -> None:
        for _ in range(times):
            b.copy_(a)

    return 8 * numbers * times / _best(copies)


def _best(work: Callable[[], object], least: float = 0.1) -> float:
    """Seconds of the quickest of several goes, which take `least` together."""
    work()
    best, until = float("inf"), time.perf_counter() + least
    while time.perf_counter() < until:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best

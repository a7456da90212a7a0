"""How many threads a training uses: part of the plan, because the bits depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

WORTH_A_SECOND_THREAD = 45_000_000
"""Multiplications a step (6 x batch x parameters) under which a second thread gained less than 1.3x on two cores."""


def threads_for(batch: int, parameters: int) -> int:
    """Threads for a net trained in batches: from shapes alone, never from a clock.

    Example:
        >>> threads_for(batch=64, parameters=4_130)
        1
    """
    return 1 if 6 * batch * parameters < WORTH_A_SECOND_THREAD else torch.get_num_threads()


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Run with `count` threads and put the former number back."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)

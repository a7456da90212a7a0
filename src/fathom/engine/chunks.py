"""How many members are trained as one program: as many as the caches hold, because an update walks over all of their state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import torch

T = TypeVar("T")

MOST = 64
"""Members of one program at most: beyond that, what a step costs besides its arithmetic is already shared well enough."""

NUMBERS = 1_200_000
"""Parameters of all members of a program on the CPU: with gradients and Adam's two averages about 20 MB, of a last cache of 32.
784-512-512-10 (669,706) is faster alone than two at a time; 784-128-64-10 (109,386) is as fast by 4 as by 16, and slower alone."""


def members_at_once(parameters: int, device: str = "cpu") -> int:
    """Members of one program, from the shape of one of them: never from a clock.

    Example:
        >>> members_at_once(4_130), members_at_once(109_386), members_at_once(669_706), members_at_once(669_706, "cuda")
        (64, 10, 1, 64)
    """
    return MOST if device != "cpu" else max(1, min(MOST, NUMBERS // max(1, parameters)))


def chunks_of(members: Sequence[T], at_once: int) -> Iterator[list[T]]:
    """As few chunks of at most so many members as there can be, of as equal sizes as there can be.

    Example:
        >>> [len(chunk) for chunk in chunks_of(range(16), 10)], [len(chunk) for chunk in chunks_of(range(7), 3)]
        ([8, 8], [3, 2, 2])
    """
    count = -(-len(members) // at_once)
    ends = [len(members) * number // count for number in range(count + 1)] if count else [0]
    sizes = sorted((b - a for a, b in pairwise(ends)), reverse=True)
    start = 0
    for size in sizes:
        yield list(members[start : start + size])
        start += size


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch could not get the memory that it asked for, on a GPU or on the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error) or "DefaultCPUAllocator" in str(error)

"""How many members are trained as one program: as many as the caches hold, because an update walks over all of their state."""

from __future__ import annotations

import torch

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


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch could not get the memory that it asked for, on a GPU or on the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error) or "DefaultCPUAllocator" in str(error)

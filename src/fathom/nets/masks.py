"""Dropout masks that follow from a key and the place of a unit, computed and never drawn.

A mask is a hash of (key, row of the batch, unit): the same for one net alone, for a net among many that are trained as one
program, and after a training is taken up again. The key follows from (seed, layer, step).
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from fathom.core.seeding import derive

_MIX = 0x9E3779B1 - 2**32, 0x85EBCA6B - 2**32, 0xC2B2AE35 - 2**32
"""Odd 32-bit constants (of the golden ratio, and of MurmurHash3's finalizer), as signed numbers."""


def key(seed: int, layer: int, step: int) -> int:
    """The key of a mask: a signed 32-bit number.

    Example:
        >>> key(0, 1, 0) == key(0, 1, 0), key(0, 1, 0) == key(0, 1, 1)
        (True, False)
    """
    h = (_base(seed, layer) + step * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF  # splitmix64's sequence and finalizer
    h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (h >> 32) - 2**31


@functools.lru_cache(maxsize=4096)
def _base(seed: int, layer: int) -> int:
    return derive(seed, "dropout", layer)


def keep(keys: Tensor, places: Tensor, p: float | Tensor) -> Tensor:
    """Which units are kept: a boolean tensor of the shape that keys and places have together.

    Args:
        keys: int32, of a shape that goes with places: () for one net, (K, 1, 1) for K of them.
        places: from `places`.
        p: the probability of dropping, a number in [0, 1), or a tensor of the shape of keys.

    Example:
        >>> kept = keep(torch.tensor(7, dtype=torch.int32), places((100, 50)), 0.2)
        >>> abs(float(kept.float().mean()) - 0.8) < 0.02
        True
    """
    h = torch.bitwise_xor(places, keys)
    h = h * _MIX[1]
    h = torch.bitwise_xor(h, (h >> 15) & 0x1FFFF)
    h = h * _MIX[2]
    threshold = p * 2.0**32 - 2.0**31
    limit = int(threshold) if isinstance(threshold, float) else threshold.to(torch.int64).to(torch.int32)
    return h >= limit


@functools.lru_cache(maxsize=64)
def places(shape: tuple[int, ...], device: torch.device | str = "cpu") -> Tensor:
    """A number for each (row of the batch, unit), int32 of the shape; the first rows of a larger batch are those of a smaller one.

    Args:
        shape: (rows, units), or (rows, ...) where an example has several axes.
        device: where to lay it.
    """
    units = 1
    for size in shape[1:]:
        units *= size
    rows = _scrambled(torch.arange(shape[0], dtype=torch.int32, device=device)).unsqueeze(1)
    return _scrambled(rows + torch.arange(units, dtype=torch.int32, device=device)).view(shape)


def _scrambled(h: Tensor) -> Tensor:
    """MurmurHash3's finalizer, on int32."""
    h = h * _MIX[0]
    h = torch.bitwise_xor(h, (h >> 16) & 0xFFFF) * _MIX[1]
    h = torch.bitwise_xor(h, (h >> 13) & 0x7FFFF) * _MIX[2]
    return torch.bitwise_xor(h, (h >> 16) & 0xFFFF)

"""Inverted dropout whose masks follow from a seed, never from a global generator."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fathom.nets.masks import keep, key, places


class SeededDropout(nn.Module):
    """Inverted dropout (C2W1-26..29): each unit is zeroed with probability p, the others are divided by 1 - p.

    The mask follows from (seed, layer, step); the engine calls `at` before each step, so that the same step draws the
    same mask whatever ran in between. In evaluation mode it does nothing.

    Args:
        p: the probability of dropping, in [0, 1) (1 - keep_prob).
        layer: a number for the layer, part of the mask's seed.

    Example:
        >>> drop = SeededDropout(0.2, layer=1)
        >>> drop.at(seed=0, step=0)
        >>> drop(torch.ones(1, 5)).unique().tolist() in ([0.0, 1.25], [1.25])
        True
    """

    seeded_mask = True
    """The mark by which the engine knows that a layer wants to be told the step."""

    def __init__(self, p: float, layer: int) -> None:
        super().__init__()
        self.p = p
        self.layer = layer
        self._key = (0, 0)
        self.now: Tensor | None = None
        """A key from outside, in place of that of `at`: of many members at once, under `vmap`."""

    def at(self, *, seed: int, step: int) -> None:
        """Choose the mask of one step; every pass until the next call has the same."""
        self._key = (seed, step)

    @staticmethod
    def key(seed: int, layer: int, step: int) -> int:
        """The key of the mask of a layer at a step; see `masks.key`."""
        return key(seed, layer, step)

    @staticmethod
    def keeps(keys: Tensor, shape: tuple[int, ...], p: float | Tensor) -> Tensor:
        """Which units are kept, for one key or for several; see `masks.keep`."""
        return keep(keys, places(shape, keys.device), p)

    def forward(self, inputs: Tensor) -> Tensor:
        """(n, units) -> (n, units)."""
        if not self.training or self.p == 0.0:
            return inputs
        now = self.now
        if now is None:
            now = torch.tensor(key(self._key[0], self.layer, self._key[1]), dtype=torch.int32, device=inputs.device)
        kept = self.keeps(now, tuple(inputs.shape), self.p)
        return inputs * kept.to(inputs.dtype) / (1.0 - self.p)

    def extra_repr(self) -> str:
        """The probability, as torch's own layer prints it."""
        return f"p={self.p}"

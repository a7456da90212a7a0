"""Inverted dropout whose masks follow from a seed, never from a global generator."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fathom.core.seeding import derive


class SeededDropout(nn.Module):
    """Inverted dropout (C2W1-27..29): each unit is zeroed with probability p, the others are divided by 1 - p.

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
        self._source: torch.Generator | None = None
        self._key = (0, 0)

    def at(self, *, seed: int, step: int) -> None:
        """Choose the mask of one step; every pass until the next call draws on from there."""
        self._key = (seed, step)
        if self._source is not None:
            self._source.manual_seed(derive(seed, "dropout", self.layer, step))

    def forward(self, inputs: Tensor) -> Tensor:
        """(n, units) -> (n, units)."""
        if not self.training or self.p == 0.0:
            return inputs
        if self._source is None or self._source.device != inputs.device:
            self._source = torch.Generator(device=inputs.device)
            self._source.manual_seed(derive(self._key[0], "dropout", self.layer, self._key[1]))
        keep = torch.rand(inputs.shape, generator=self._source, device=inputs.device, dtype=torch.float32) >= self.p
        return inputs * keep.to(inputs.dtype) / (1.0 - self.p)

    def extra_repr(self) -> str:
        """The probability, as torch's own layer prints it."""
        return f"p={self.p}"

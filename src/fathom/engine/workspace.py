"""Tensors that are written anew in every step: kept, because making them costs more than filling them."""

from __future__ import annotations

import torch
from torch import Tensor


class Workspace:
    """Scratch tensors by purpose and shape; what one held before is gone when it is asked for again.

    Example:
        >>> space = Workspace(torch.zeros(1))
        >>> space.of("Z1", (2, 3)) is space.of("Z1", (2, 3)), space.of("Z1", (2, 3)) is space.of("Z2", (2, 3))
        (True, False)
    """

    def __init__(self, like: Tensor) -> None:
        self._like = like
        self._kept: dict[tuple[str, tuple[int, ...]], Tensor] = {}

    def of(self, purpose: str, shape: tuple[int, ...]) -> Tensor:
        """An uninitialized tensor of the dtype and device of this workspace."""
        key = (purpose, shape)
        if key not in self._kept:
            self._kept[key] = torch.empty(shape, dtype=self._like.dtype, device=self._like.device)
        return self._kept[key]

    def zeros(self, purpose: str, shape: tuple[int, ...]) -> Tensor:
        """The same, 0 when it is made; later what was written into it."""
        if (purpose, shape) not in self._kept:
            self.of(purpose, shape).zero_()
        return self.of(purpose, shape)

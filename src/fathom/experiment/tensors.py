"""From prepared arrays to tensors on the device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True)
class Pair:
    """Inputs and targets of one role on the device.

    Attributes:
        inputs: (n, d) floats.
        targets: (n,) int64 codes, or floats of the standardized target.
    """

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, rows: NDArray[np.int64]) -> Pair:
        """The examples at those positions."""
        index = torch.from_numpy(rows).to(self.targets.device)
        return Pair(self.inputs[index], self.targets[index])


def pair(inputs: NDArray[Any], targets: NDArray[Any], *, device: torch.device, dtype: torch.dtype) -> Pair:
    """Arrays (n, d) and (n,) -> tensors; whole-number targets stay codes, others take the inputs' precision."""
    codes = np.issubdtype(targets.dtype, np.integer)
    y = torch.from_numpy(np.ascontiguousarray(targets)).to(device=device, dtype=torch.int64 if codes else dtype)
    return Pair(torch.from_numpy(np.ascontiguousarray(inputs)).to(device=device, dtype=dtype), y)


def device_of(net: nn.Module) -> torch.device:
    """Where a net's parameters are."""
    return next(net.parameters()).device


def dtype_of(net: nn.Module) -> torch.dtype:
    """The precision of a net's parameters."""
    return next(net.parameters()).dtype

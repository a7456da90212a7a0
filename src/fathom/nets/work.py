"""How much a net computes for one example."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def multiplications(net: nn.Module, inputs: int) -> int:
    """Multiplications of the linear and convolutional layers in one forward pass of one example (C4W2-19, 20).

    Args:
        net: takes rows (n, inputs).
        inputs: columns of a row.

    Example:
        >>> multiplications(nn.Sequential(nn.Unflatten(1, (1, 6, 6)), nn.Conv2d(1, 5, 3), nn.Flatten(), nn.Linear(80, 2)), 36)
        880
    """
    counted: list[int] = []

    def count(layer: Any, given: Any, made: Tensor) -> None:
        width = layer.weight.shape[0]
        counted.append(made.numel() // width * layer.weight.numel())

    layers = [m for m in net.modules() if isinstance(m, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    before = net.training
    try:
        weight = next(net.parameters())
        with torch.no_grad():
            net.eval()(torch.zeros(1, inputs, dtype=weight.dtype, device=weight.device))
    finally:
        net.train(before)
        for hook in hooks:
            hook.remove()
    return sum(counted)

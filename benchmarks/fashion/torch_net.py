"""The course's LeNet-5 as a torch user writes it, with He's initialization and no biases at the start."""

from __future__ import annotations

import torch
from torch import nn


def lenet(seed: int) -> nn.Sequential:
    """62,558 parameters on 28 x 28."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    for layer in net:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return net


def wrong(net: nn.Module, X: torch.Tensor, y: torch.Tensor) -> int:
    """Pictures that a net gets wrong."""
    with torch.no_grad():
        return int((torch.cat([net.eval()(part) for part in X.split(1_000)]).argmax(1) != y).sum())

"""The nets of the cases as torch modules, and their loss over all rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.cases import Case
from benchmarks.engine.sets import rows_of


def module(case: Case, seed: int = 0) -> nn.Sequential:
    """The net of a case with torch's own initialization."""
    torch.manual_seed(seed)
    if not case.dense:
        return _lenet()
    layers: list[nn.Module] = []
    for a, b in zip(case.sizes[:-1], case.sizes[1:], strict=True):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _lenet() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def tensors(case: Case) -> tuple[Tensor, Tensor]:
    """All rows."""
    X, y = rows_of(case)
    return torch.from_numpy(X), torch.from_numpy(y)


def size(net: nn.Module) -> int:
    """How many numbers a net trains."""
    return sum(p.numel() for p in net.parameters())


def loss_of(net: nn.Module, case: Case) -> float:
    """The mean loss over all rows."""
    X, y = tensors(case)
    with torch.no_grad():
        return float(functional.cross_entropy(net.eval()(X), y))

"""Training mode without noise: dropout off, and the same random numbers at every pass."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from fathom.checks.check import Subject
from fathom.nets.dropout import SeededDropout

DROPOUT = (_DropoutNd, SeededDropout)
INSIDE = (nn.RNNBase, nn.MultiheadAttention)
"""Modules with a dropout of their own, in the attribute `dropout`."""


def calm(net: nn.Module) -> nn.Module:
    """Put a net in training mode with dropout off; layers that the user keeps in evaluation mode stay there.

    Example:
        >>> net = calm(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).eval())
        >>> net[0].training, net[1].training
        (True, False)
    """
    if not net.training:
        net.train()
    for module in net.modules():
        if isinstance(module, DROPOUT):
            module.training = False
        elif isinstance(module, INSIDE):
            module.dropout = 0.0
    return net


def reseed(seed: int) -> None:
    """Set every random state that a module may draw from; what noise is left is then the same at every pass."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002  # the state that a user's module draws from
    torch.manual_seed(seed)


def seeded_outputs(subject: Subject, **about: Any) -> Tensor:
    """The outputs with the same random numbers at every call."""
    reseed(subject.seed)
    return subject.outputs(**about)


def seeded_cost(subject: Subject, **about: Any) -> Tensor:
    """The cost with the same random numbers at every call."""
    reseed(subject.seed)
    return subject.cost(**about)


def has_batch_norm(net: nn.Module) -> bool:
    """Whether examples of a batch share statistics in training mode."""
    return any(isinstance(module, _BatchNorm) for module in net.modules())

"""The learning rate that a module says it is trained with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

NAMES = ("learning_rate", "lr")
HOLDERS = ("hparams", "config", "args", "settings")
"""Attributes in which modules keep such names."""


def known_rate(net: nn.Module) -> float | None:
    """The learning rate in `net.learning_rate`, `net.lr` or `net.hparams.lr`; None where there is none.

    Example:
        >>> net = nn.Linear(1, 1)
        >>> net.lr = 0.1
        >>> known_rate(net)
        0.1
    """
    for holder in (net, *(getattr(net, name, None) for name in HOLDERS)):
        for name in NAMES:
            value: Any = holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
            if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
                return float(value)
    return None

"""Which modules one forward pass goes through, in their order, with what they are given and what they give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from fathom.checks.rows import tensors_of


@dataclass
class Visit:
    """One call of one module.

    Attributes:
        module: the module; `name` is its name in the net, or "" where it is no part of it.
        given: the tensors it was called with; `gives` those that it returned.
        graph: whether gradients were recorded.
    """

    module: nn.Module
    name: str
    given: list[Tensor] = field(default_factory=list)
    gives: list[Tensor] = field(default_factory=list)
    graph: bool = True

    @property
    def leaf(self) -> bool:
        """Whether it holds no other module."""
        return next(self.module.children(), None) is None


@contextmanager
def watched(net: nn.Module) -> Iterator[list[Visit]]:
    """Record every call of a module, those that the net does not hold too, in the order in which they start.

    Example:
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        >>> with watched(net) as visits:
        ...     _ = net(torch.ones(1, 2))
        >>> [visit.name for visit in visits]
        ['', '0', '1']
    """
    names = {module: name for name, module in net.named_modules()}
    visits: list[Visit] = []
    running: list[Visit] = []

    def before(module: nn.Module, given: Any) -> None:
        visit = Visit(module, names.get(module, ""), list(tensors_of(given)), graph=torch.is_grad_enabled())
        visits.append(visit)
        running.append(visit)

    def after(module: nn.Module, given: Any, gives: Any) -> None:
        while running:
            visit = running.pop()
            if visit.module is module:
                visit.gives = list(tensors_of(gives))
                return

    hooks = [register_module_forward_pre_hook(before), register_module_forward_hook(after)]
    try:
        yield visits
    finally:
        for hook in hooks:
            hook.remove()

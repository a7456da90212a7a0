"""The plain attributes of a module (a counter, a list, a hidden state that is carried over): taken down and put back."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

Kept = dict[str, tuple[Any, Any]]
"""Attribute -> (the object, a copy of what is in it or None)."""


def attributes_of(module: nn.Module) -> Kept:
    """The attributes of one module, its registers of parameters, buffers, submodules and hooks among them."""
    return {name: (value, _content(value)) for name, value in vars(module).items()}


def put_attributes(module: nn.Module, kept: Kept) -> None:
    """Put the attributes back, and take away those that were not there."""
    own = vars(module)
    for name in [name for name in own if name not in kept]:
        del own[name]
    for name, (value, content) in kept.items():
        own[name] = value
        if content is not None:
            _put(value, content)


def _content(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    return value.copy() if type(value) in (list, dict, OrderedDict, set, deque) else None


@torch.no_grad()
def _put(value: Any, content: Any) -> None:
    if isinstance(value, Tensor):
        if not torch.equal(value, content):
            value.copy_(content)
    elif isinstance(value, dict):
        if list(value) != list(content) or _differ(value.values(), content.values()):
            value.clear()
            value.update(content)
    elif isinstance(value, set):
        value.clear()
        value.update(content)
    elif len(value) != len(content) or _differ(value, content):
        value.clear()
        value.extend(content)


def _differ(now: Iterable[Any], before: Iterable[Any]) -> bool:
    """Whether the objects are others; they are not compared by value, which tensors do not take."""
    return any(a is not b for a, b in zip(now, before, strict=True))

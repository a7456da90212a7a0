"""What a net returns beside its raw outputs: other outputs take the place of these, and the rest stays."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from torch import Tensor


def replaced(value: Any, old: Tensor, new: Tensor) -> Any:
    """A tuple, mapping or record with one tensor exchanged; the value itself where there is nothing to exchange.

    Example:
        >>> import torch
        >>> old, rest = torch.zeros(1), torch.ones(1)
        >>> replaced((old, rest), old, torch.full((1,), 2.0))
        (tensor([2.]), tensor([1.]))
    """
    if value is old:
        return new
    if old is new or isinstance(value, Tensor):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(replaced(part, old, new) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(replaced(part, old, new) for part in value)
    if isinstance(value, Mapping):
        other = copy.copy(value)
        for name, part in value.items():
            if part is old:
                other[name] = new  # type: ignore[index]  # records of outputs are mappings that can be written
        return other
    names = [name for name, part in vars(value).items() if part is old] if hasattr(value, "__dict__") else []
    other = copy.copy(value) if names else value
    for name in names:
        setattr(other, name, new)
    return other

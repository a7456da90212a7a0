"""The examples of a batch: how many there are, and some of them, whether the batch is a tensor, a tuple or a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

Rows = slice | Sequence[int] | Tensor
"""Some examples: a slice, or their places."""


def tensors_of(value: Any) -> Iterator[Tensor]:
    """Every tensor in a batch, however deep."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from tensors_of(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from tensors_of(part)


def size_of(inputs: Any, targets: Any) -> int:
    """The number of examples of a batch: the length of the targets where an input has such an axis, else of the first input.

    Example:
        >>> size_of(torch.zeros(7, 5, 3), torch.zeros(5))  # time first, as torch's recurrent layers have it
        5
        >>> size_of({"tokens": torch.zeros(4, 9)}, torch.zeros(36))  # a target for each token
        4
    """
    inside = [t for t in tensors_of(inputs) if t.dim()]
    for target in tensors_of(targets):
        if target.dim() and any(axis_of(t, len(target)) is not None for t in inside):
            return len(target)
    if inside:
        return len(inside[0])
    return next((len(t) for t in tensors_of(targets) if t.dim()), 1)


def axis_of(tensor: Tensor, n: int) -> int | None:
    """The axis of a tensor that counts the n examples: the first of the two leading axes that is n long, or None."""
    return next((axis for axis in range(min(tensor.dim(), 2)) if tensor.shape[axis] == n), None)


def taken(value: Any, rows: Rows, n: int) -> Any:
    """The given examples of a batch of n; what has no axis of n examples stays whole.

    A tensor whose first axis is a multiple of n (a target for each token of n texts) is taken in blocks.

    Example:
        >>> taken({"x": torch.arange(4), "mask": torch.ones(2, 3)}, [0, 2], 4)["x"]
        tensor([0, 2])
    """
    if isinstance(value, Tensor):
        return _of_tensor(value, rows, n)
    if isinstance(value, Mapping):
        return {name: taken(part, rows, n) for name, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(taken(part, rows, n) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(taken(part, rows, n) for part in value)
    return value


def _of_tensor(tensor: Tensor, rows: Rows, n: int) -> Tensor:
    places = torch.arange(n)[rows] if isinstance(rows, slice) else torch.as_tensor(rows, dtype=torch.long)
    places = places.to(tensor.device)
    axis = axis_of(tensor, n)
    if axis is not None:
        return tensor.index_select(axis, places)
    if tensor.dim() and n > 1 and len(tensor) and len(tensor) % n == 0:
        blocks = tensor.reshape(n, len(tensor) // n, *tensor.shape[1:])
        return blocks.index_select(0, places).flatten(0, 1)
    return tensor


def cloned(value: Any) -> Any:
    """A batch of its own: a net that changes its inputs in place then changes none of the user's."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, Mapping):
        return {name: cloned(part) for name, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(cloned(part) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(cloned(part) for part in value)
    return value

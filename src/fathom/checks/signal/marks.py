"""The mark that a tensor carries on its way through a net: which layers lie before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from fathom.checks.rows import tensors_of

ATTRIBUTE = "_fathom_mark"
"""Where a tensor carries its mark."""


@dataclass(frozen=True)
class Mark:
    """Where a tensor comes from: how many layers lie before it, the last of them, and the point of it."""

    depth: int
    layer: int | None = None
    point: int = 0


def begin(inputs: Any) -> None:
    """Mark the tensors of the inputs: everything on the way starts from them."""
    for tensor in all_tensors(inputs):
        put_mark(tensor, Mark(0))


def mark_of(tensor: Tensor) -> Mark | None:
    """Where a tensor comes from; None for weights, constants and what was made of them."""
    return getattr(tensor, ATTRIBUTE, None)


def mark_or_start(tensor: Tensor) -> Mark:
    """Where a tensor comes from; the inputs for what carries no mark."""
    mark = mark_of(tensor)
    return Mark(0) if mark is None else mark


def put_mark(tensor: Tensor, mark: Mark) -> None:
    """Mark a tensor; a net's own parameters stay as they are."""
    if not isinstance(tensor, nn.Parameter):
        setattr(tensor, ATTRIBUTE, mark)


def all_tensors(value: Any) -> Iterator[Tensor]:
    """Tensors in arguments or results, those in records of results too."""
    if isinstance(value, Tensor | dict | tuple | list):
        yield from tensors_of(value)
    elif hasattr(value, "__dict__") and not isinstance(value, nn.Module | type):
        yield from (part for part in vars(value).values() if isinstance(part, Tensor))

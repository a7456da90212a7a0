"""The graph behind a loss, read backwards: which operation comes last, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

PASSING = (
    "View",
    "Reshape",
    "UnsafeView",
    "_ReshapeAlias",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Permute",
    "T",
    "Expand",
    "Clone",
    "Alias",
    "ToCopy",
    "Select",
    "Slice",
    "Split",
    "Cat",
    "Stack",
    "Index",
)
"""Operations that move numbers and change none."""


def plain(node: Any) -> str:
    """The operation of a node: "Softmax" for SoftmaxBackward0.

    Example:
        >>> import torch
        >>> plain(torch.ones(2, requires_grad=True).softmax(0).grad_fn)
        'Softmax'
    """
    return str(node.name()).rpartition("::")[2].partition("Backward")[0].removeprefix("_")


def last_operation(tensor: Tensor) -> str:
    """The last operation that changed numbers; "" where there is no graph.

    Example:
        >>> import torch
        >>> last_operation(torch.ones(2, requires_grad=True).tanh().view(1, 2))
        'Tanh'
    """
    node = _made(tensor.grad_fn)
    return plain(node) if node is not None else ""


def operation_before(tensor: Tensor, names: tuple[str, ...], most: int = 60) -> str:
    """What stands directly before the first operation of these names, from the loss backwards; "" where there is none."""
    for node in _nearest(tensor.grad_fn, most):
        if plain(node) in names:
            before = _made(node.next_functions[0][0]) if node.next_functions else None
            return plain(before) if before is not None else ""
    return ""


def _made(node: Any) -> Any:
    while node is not None and plain(node) in PASSING and node.next_functions:
        node = node.next_functions[0][0]
    return node


def _nearest(node: Any, most: int) -> Iterator[Any]:
    queue, seen = [node], 0
    while queue and seen < most:
        found = queue.pop(0)
        if found is not None:
            seen += 1
            yield found
            queue.extend(following for following, _ in found.next_functions)


def nodes(tensor: Tensor, most: int = 2000) -> list[str]:
    """The full names of the graph's nodes, from the tensor backwards."""
    found: list[str] = []
    queue: list[Any] = [tensor.grad_fn]
    seen: set[Any] = set()
    while queue and len(found) < most:
        node = queue.pop(0)
        if node is not None and node not in seen:
            seen.add(node)
            found.append(str(node.name()))
            queue.extend(following for following, _ in node.next_functions)
    return found

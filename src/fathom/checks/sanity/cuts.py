"""What in a forward pass and a loss makes a gradient other than that of the cost: cuts of the graph, hooks, functions of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.overrides import TorchFunctionMode

from fathom.checks.check import Subject
from fathom.checks.rows import tensors_of
from fathom.checks.sanity.calm import seeded_cost

CUTTING = ("detach", "detach_", "item", "tolist", "numpy")


class Cuts(TorchFunctionMode):
    """Notes operations on tensors with a graph whose result has none, and hooks that are set on the way.

    Example:
        >>> x = torch.ones(2, requires_grad=True)
        >>> with Cuts() as cuts:
        ...     _ = (2.0 * x).detach()
        >>> cuts.cuts, cuts.hooks
        (['detach'], 0)
    """

    def __init__(self) -> None:
        super().__init__()
        self.cuts: list[str] = []
        self.hooks = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(getattr(func, "__name__", ""))
        if name == "__get__":
            name = str(getattr(getattr(func, "__self__", None), "__name__", name))
        if name == "register_hook":
            self.hooks += 1
        elif any(t.requires_grad for t in tensors_of(args)) and name not in self.cuts:
            if name in CUTTING or name == "data":
                self.cuts.append(name)
            elif not torch.is_grad_enabled() and "no_grad" not in self.cuts and isinstance(args[0] if args else None, Tensor):
                self.cuts.append("no_grad")
        return func(*args, **(kwargs or {}))


def interferences(subject: Subject) -> tuple[list[str], list[str], int]:
    """(cuts of the graph, the user's own autograd.Functions, hooks on gradients) of one pass; the net is in the mode it is to be in."""
    with Cuts() as cuts:
        cost = seeded_cost(subject)
    own = sorted(set(_own_functions(cost)))
    found = [cut for cut in cuts.cuts if cut != "no_grad" or not own]  # inside of such a function nothing is recorded
    return found, own, cuts.hooks + _hooks(subject.net)


def _own_functions(cost: Tensor) -> Iterator[str]:
    queue, seen = [cost.grad_fn], set()
    while queue:
        node = queue.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, BackwardCFunction):
            yield type(node).__name__.removesuffix("Backward")
        queue.extend(following for following, _ in node.next_functions)


def _hooks(net: nn.Module) -> int:
    on_parameters = sum(len(p._backward_hooks or ()) for p in net.parameters())
    return on_parameters + sum(len(m._backward_hooks) + len(m._backward_pre_hooks) for m in net.modules())

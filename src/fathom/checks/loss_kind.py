"""Which loss a callable is and what its targets are; a lambda is known by the graph that it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

MODULES: dict[type[nn.Module], str] = {
    nn.CrossEntropyLoss: "cross_entropy",
    nn.NLLLoss: "nll",
    nn.BCEWithLogitsLoss: "bce_with_logits",
    nn.MultiLabelSoftMarginLoss: "bce_with_logits",
    nn.BCELoss: "bce",
    nn.MSELoss: "mse",
    nn.L1Loss: "l1",
    nn.SmoothL1Loss: "smooth_l1",
    nn.HuberLoss: "huber",
    nn.KLDivLoss: "kl_div",
    nn.PoissonNLLLoss: "poisson",
    nn.GaussianNLLLoss: "gaussian",
    nn.MultiMarginLoss: "multi_margin",
}
FUNCTIONS = {
    "cross_entropy": "cross_entropy",
    "nll_loss": "nll",
    "binary_cross_entropy_with_logits": "bce_with_logits",
    "binary_cross_entropy": "bce",
    "mse_loss": "mse",
    "l1_loss": "l1",
    "smooth_l1_loss": "smooth_l1",
    "huber_loss": "huber",
    "kl_div": "kl_div",
    "poisson_nll_loss": "poisson",
    "gaussian_nll_loss": "gaussian",
    "multi_margin_loss": "multi_margin",
}
NODES = {
    "BinaryCrossEntropyWithLogitsBackward": "bce_with_logits",
    "BinaryCrossEntropyBackward": "bce",
    "MseLossBackward": "mse",
    "SmoothL1LossBackward": "smooth_l1",
    "HuberLossBackward": "huber",
}
"""Nodes of the graph that name a loss; the two nodes of cross entropy are told apart below."""

KINDS = {
    "cross_entropy": "classes",
    "nll": "classes",
    "multi_margin": "classes",
    "bce_with_logits": "binary",
    "bce": "binary",
    "mse": "regression",
    "l1": "regression",
    "smooth_l1": "regression",
    "huber": "regression",
    "poisson": "regression",
    "gaussian": "regression",
}
DEEPEST = 40  # nodes from the loss backwards that are looked at

Outputs = Callable[[], Tensor]


def loss_name(loss: Callable[[Any, Any], Tensor], outputs: Outputs, cost: Callable[[Tensor], Tensor]) -> str:
    """The loss as torch calls it, or "" where it is none that is known; `cost` gives it for other outputs."""
    named = _by_name(loss)
    return named if named is not None else _by_graph(outputs, cost)


def kind_of(loss: str, targets: Any) -> str:
    """What the targets are, by the name of the loss and by themselves: "classes", "binary", "regression" or "unknown".

    Example:
        >>> kind_of("mse", torch.zeros(3)), kind_of("", torch.tensor([0, 2]))
        ('regression', 'classes')
    """
    return KINDS.get(loss) or _by_targets(targets)


def _by_name(loss: Callable[[Any, Any], Tensor]) -> str | None:
    for kind, name in MODULES.items():
        if isinstance(loss, kind):
            return name
    function = getattr(loss, "func", loss)  # functools.partial
    if getattr(function, "__module__", "") in ("torch.nn.functional", "torch._C._nn"):
        return FUNCTIONS.get(getattr(function, "__name__", ""))
    return None


def _by_graph(outputs: Outputs, cost: Callable[[Tensor], Tensor]) -> str:
    """The loss nearest to the end of the graph; only nodes after the net's own outputs count."""
    try:
        with torch.enable_grad():
            cut = outputs().detach().requires_grad_()
            value = cost(cut)
    except Exception:  # a loss that cannot be called has no name; that it fails is another check's finding
        return ""
    names = _nodes(value)
    for start, name in NODES.items():
        if any(n.startswith(start) for n in names):
            return name
    if any(n.startswith("NllLoss") for n in names):
        return "cross_entropy" if any(n.startswith("LogSoftmax") for n in names) else "nll"
    return ""


def _nodes(value: Tensor) -> list[str]:
    """Names of the graph's nodes, breadth first, the nearest `DEEPEST` of them."""
    found: list[str] = []
    queue: list[Any] = [value.grad_fn]
    while queue and len(found) < DEEPEST:
        node = queue.pop(0)
        if node is not None:
            found.append(node.name())
            queue.extend(following for following, _ in node.next_functions)
    return found


def _by_targets(targets: Any) -> str:
    if not isinstance(targets, Tensor) or not targets.numel():
        return "unknown"
    if targets.dtype == torch.bool:
        return "binary"
    if not targets.is_floating_point():
        return "classes" if not targets.is_complex() else "unknown"
    if bool(((targets == 0) | (targets == 1)).all()):
        return "binary"
    return "regression"

"""A forward and a backward pass of a net, measured; the net lent out must be given back by the caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fathom.checks.signal.layers import Layer
from fathom.checks.signal.marks import begin, mark_of
from fathom.checks.signal.trace import Change, Trace
from fathom.core.seeding import derive
from fathom.nets.calling import Forward, call

DROPOUTS = "dropout"
"""A module whose class has this in its name is put to rest: dropout is noise on the signal."""


@dataclass(frozen=True)
class Passes:
    """The layers of one forward and backward pass, and the place of the one that the outputs come from (None: not known)."""

    layers: list[Layer]
    last: int | None


@dataclass(frozen=True)
class Question:
    """What is measured: a net on a batch, and what is differentiated."""

    net: nn.Module
    inputs: Any
    forward: Forward | None = None
    loss: Callable[[Any, Any], Tensor] | None = None
    targets: Any = None
    seed: int = 0


def measured(question: Question, change: Change | None = None) -> Passes:
    """Run the net forward and back once; every module trains, dropout rests, all parameters take gradients."""
    net = question.net
    ready(net)
    torch.manual_seed(derive(question.seed, "signal"))
    inputs = _own(question.inputs)
    begin(inputs)
    trace = Trace(change)
    with torch.enable_grad():
        with trace.watching(net):
            outputs = call(net, inputs, question.forward)
        _back(question, trace.layers, outputs)
    for layer in trace.layers:
        layer.read = None
        for point in layer.points:
            point.tensors.clear()  # the graph is done with
    mark = mark_of(outputs)
    return Passes(trace.layers, None if mark is None else mark.layer)


def ready(net: nn.Module) -> None:
    """Put a net that is lent out into the state in which its signal is measured."""
    for module in net.modules():
        module.training = DROPOUTS not in type(module).__name__.lower()
    for parameter in net.parameters():
        if parameter.is_floating_point():
            parameter.requires_grad_(True)


def _own(value: Any) -> Any:
    """Copies of the inputs: they are marked on the way, and take a gradient where they can."""
    if isinstance(value, Tensor):
        mine = value.detach().clone()
        return mine.requires_grad_().clone() if mine.is_floating_point() else mine  # no leaf: a net may change its inputs in place
    if isinstance(value, Mapping):
        return {name: _own(part) for name, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_own(part) for part in value))
    if isinstance(value, tuple | list):
        return type(value)(_own(part) for part in value)
    return value


def _back(question: Question, layers: list[Layer], outputs: Tensor) -> None:
    """Differentiate the loss, or a random combination of the outputs, with respect to the first layers and the inputs."""
    if not outputs.requires_grad:
        return
    if question.loss is not None:
        value = question.loss(outputs, question.targets).mean()
    else:
        source = torch.Generator().manual_seed(derive(question.seed, "cotangent"))
        direction = torch.randn(outputs.shape, generator=source, dtype=torch.float64)
        value = (outputs * direction.to(outputs)).sum()
    first = [layer for layer in layers if layer.parent is None or not layers[layer.parent].points[0].tensors]
    wanted = [tensor for layer in first for tensor in layer.points[0].tensors]
    wanted += [layer.read for layer in first if layer.read is not None and layer.read.requires_grad]
    if wanted and value.requires_grad:
        torch.autograd.grad(value, wanted, allow_unused=True)

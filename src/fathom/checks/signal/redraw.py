"""Sound initial weights for the layers that a trace has found: He for the ReLUs, Xavier for the rest, orthogonal over time."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fathom.checks.signal import operations
from fathom.checks.signal.layers import Layer
from fathom.core.records.settings import Initialization
from fathom.core.seeding import derive
from fathom.nets.initialization import fans, standard_deviation

TRANSPOSED = ("matmul", "__matmul__", "mm", "bmm", "addmm", "baddbmm")
"""Here the weight stands on the right: inputs are its rows."""

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def redraw(layers: Sequence[Layer], seed: int, *, rectified: bool = False) -> None:
    """Draw the weights of the layers anew, in place; biases become 0 (the forget gate's 1), embeddings and norms stay.

    Args:
        layers: what a trace has found.
        seed: each tensor's stream follows from it.
        rectified: take He everywhere, for a trial with ReLUs in the place of other activations.
    """
    uses: dict[int, int] = {}
    for layer in layers:
        for weight in layer.weights:
            uses[id(_owner(weight))] = uses.get(id(_owner(weight)), 0) + 1
    done: set[int] = set()
    with torch.no_grad():
        for layer in layers:
            for place, weight in enumerate(layer.weights):
                if id(_owner(weight)) not in done:
                    done.add(id(_owner(weight)))
                    source = torch.Generator().manual_seed(derive(seed, "redraw", layer.place, place))
                    _draw(layer, weight, source, again=uses[id(_owner(weight))] > 1, rectified=rectified)


def scheme_of(layer: Layer, rectified: bool = False) -> Initialization:
    """He where a rectifier follows the layer, else Xavier."""
    return "he" if rectified or layer.activation in operations.RECTIFIERS else "xavier"


def _draw(layer: Layer, weight: Tensor, source: torch.Generator, *, again: bool, rectified: bool) -> None:
    owner = _owner(weight)
    if not isinstance(owner, nn.Parameter) or layer.operation.startswith("embedding"):
        return
    if weight.dim() < 2:
        weight.zero_()
        if layer.operation == "lstm" and weight.numel() % 4 == 0:
            weight[weight.numel() // 4 : weight.numel() // 2] = 0.5  # two biases are added: the forget gate gets 1
        return
    if layer.operation in GATES:
        _draw_gates(weight, GATES[layer.operation], source)
    elif again and weight.dim() == 2 and weight.shape[0] == weight.shape[1]:
        weight.copy_(_orthogonal(len(weight), source))
    else:
        std = standard_deviation(scheme_of(layer, rectified), *_fans(layer, weight))
        weight.copy_(torch.randn(weight.shape, generator=source, dtype=torch.float64) * std)


def _fans(layer: Layer, weight: Tensor) -> tuple[int, int]:
    if layer.operation in TRANSPOSED:
        return weight.shape[-2], weight.shape[-1]
    fan_in, fan_out = fans(weight)
    if layer.operation.startswith("conv_transpose"):
        return fan_out, fan_in
    return fan_in, fan_out


def _draw_gates(weight: Tensor, gates: int, source: torch.Generator) -> None:
    rows, columns = len(weight) // gates, weight.shape[1]
    for gate in weight.split(rows):
        if rows == columns:
            gate.copy_(_orthogonal(rows, source))
        else:
            gate.copy_(torch.randn(gate.shape, generator=source, dtype=torch.float64) * columns**-0.5)


def _orthogonal(n: int, source: torch.Generator) -> Tensor:
    q, r = torch.linalg.qr(torch.randn(n, n, generator=source, dtype=torch.float64))
    return q * r.diagonal().sign()


def _owner(weight: Tensor) -> Tensor:
    """The parameter that a view belongs to."""
    return weight if weight._base is None else weight._base

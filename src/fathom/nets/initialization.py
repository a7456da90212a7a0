"""Initial weights: the standard deviations of the course, drawn from seeds of their own."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from fathom.core.records.settings import Initialization
from fathom.core.seeding import derive
from fathom.nets.embedding import Embedding

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def standard_deviation(scheme: Initialization, fan_in: int, fan_out: int) -> float:
    """The standard deviation of a layer's initial weights.

    - he: sqrt(2 / fan_in), for ReLU (C2W1-46)
    - xavier: sqrt(1 / fan_in), for tanh and sigmoid (C2W1-47)
    - glorot: sqrt(2 / (fan_in + fan_out)), torch's xavier_normal_ (C2W1-48)
    - random: 0.01 (C1W3-12)
    - zeros: 0, which no hidden layer gets away from (C1W3-11)

    Example:
        >>> [round(standard_deviation(s, 100, 50), 4) for s in ("he", "xavier", "glorot", "random", "zeros")]
        [0.1414, 0.1, 0.1155, 0.01, 0.0]
    """
    return {
        "he": math.sqrt(2.0 / fan_in),
        "xavier": math.sqrt(1.0 / fan_in),
        "glorot": math.sqrt(2.0 / (fan_in + fan_out)),
        "random": 0.01,
        "zeros": 0.0,
    }[scheme]


def scheme_for(activation: str) -> Initialization:
    """He for the ReLUs, Xavier for tanh and sigmoid.

    Example:
        >>> scheme_for("relu"), scheme_for("tanh")
        ('he', 'xavier')
    """
    return "he" if activation in ("relu", "leaky_relu") else "xavier"


def initialize(net: nn.Module, *, scheme: Initialization, gain: float = 1.0, seed: int = 0) -> None:
    """Draw the weights of every linear and convolutional layer anew; biases become 0, other layers stay as they are.

    Vectors of words get length 1 on average, whatever the scheme; the padding's stays 0.

    Args:
        net: the module, changed in place.
        scheme: see `standard_deviation`.
        gain: a factor on the standard deviation (C2W1-49).
        seed: each tensor's stream follows from the seed and the tensor's name.
    """
    for name, layer in net.named_modules():
        if isinstance(layer, WEIGHTED):
            fan_in, fan_out = fans(layer.weight)
            _draw(layer.weight, gain * standard_deviation(scheme, fan_in, fan_out), derive(seed, "initialization", name))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, Embedding):
            _draw(layer.weight, gain * layer.weight.shape[1] ** -0.5, derive(seed, "initialization", name))
            with torch.no_grad():
                layer.weight[0] = 0.0


def fans(weight: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of shape (out, in, *kernel).

    Example:
        >>> fans(torch.empty(6, 3, 5, 5))
        (75, 150)
    """
    field = weight[0, 0].numel() if weight.dim() > 2 else 1
    return weight.shape[1] * field, weight.shape[0] * field


def _draw(weight: Tensor, std: float, seed: int) -> None:
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        weight.copy_(torch.randn(weight.shape, generator=source, dtype=torch.float64) * std)

"""LeNet-5 as the course has it (LeCun et al. 1998; C4W1-23)."""

from __future__ import annotations

from typing import Any

from torch import nn

from fathom.core.expectations import refuse, whole
from fathom.nets.convolution import output_size, same_padding
from fathom.nets.dropout import SeededDropout

FILTERS, SIDE, UNITS = (8, 16), 5, (120, 84)


def lenet5(outputs: int, *, channels: int = 3, side: int | tuple[int, int] = 32, dropout: Any = 0.0) -> nn.Sequential:
    """Pictures (n, channels, side, side) -> raw outputs (n, outputs).

    CONV 5x5 (8) - POOL - CONV 5x5 (16) - POOL - FC 120 - FC 84 - outputs, ReLU and max pooling by 2. Pictures under 32 are padded by 2
    in the first layer, so that 28 x 28 has the activations of the course's 32 x 32 from there on; those under 12 in the second too.

    Args:
        outputs: logits, or 1.
        channels: 3 for color, 1 for gray.
        side: of the picture, at least 4; height and width where they differ.
        dropout: the probability of dropping after FC 120 and FC 84, one number or two.

    Raises:
        UnusableInput: a picture that is too small.

    Example:
        >>> [sum(p.numel() for p in layer.parameters()) for layer in lenet5(10) if list(layer.parameters())]
        [608, 3216, 48120, 10164, 850]
    """
    sides = [whole("side", n, low=4) for n in (side if isinstance(side, tuple) else (side, side))]
    rates = tuple(dropout) if isinstance(dropout, tuple | list) else (float(dropout),) * len(UNITS)
    if len(rates) != len(UNITS):
        raise refuse("`dropout`", expected=f"one number or {len(UNITS)}, one per fully connected layer", got=f"{len(rates)}")
    first, second = (same_padding(SIDE) if min(sides) < least else 0 for least in (32, 12))
    height, width = (_after(n, first, second) for n in sides)
    units = (FILTERS[1] * height * width, *UNITS)
    layers: list[nn.Module] = [
        *(nn.Conv2d(channels, FILTERS[0], SIDE, padding=first), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(FILTERS[0], FILTERS[1], SIDE, padding=second), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
    ]
    for number, rate in enumerate(rates, start=1):
        layers += [nn.Linear(units[number - 1], units[number]), nn.ReLU()]
        layers += [SeededDropout(rate, layer=number)] if rate > 0.0 else []
    return nn.Sequential(*layers, nn.Linear(units[-1], outputs))


def _after(side: int, first: int, second: int) -> int:
    """The side of what the second pooling gives."""
    after = output_size(output_size(side, f=SIDE, p=first), f=2, s=2)
    return output_size(output_size(after, f=SIDE, p=second), f=2, s=2)

"""LeNet-5 as the course has it (LeCun et al. 1998; C4W1-23)."""

from __future__ import annotations

from torch import nn

from fathom.core.expectations import whole
from fathom.nets.convolution import output_size, same_padding

FILTERS, SIDE, UNITS = (8, 16), 5, (120, 84)


def lenet5(outputs: int, *, channels: int = 3, side: int = 32) -> nn.Sequential:
    """Pictures (n, channels, side, side) -> raw outputs (n, outputs).

    CONV 5x5 (8) - POOL - CONV 5x5 (16) - POOL - FC 120 - FC 84 - outputs, ReLU and max pooling by 2. Pictures under 32 are padded by 2
    in the first layer, so that 28 x 28 has the activations of the course's 32 x 32 from there on.

    Args:
        outputs: logits, or 1.
        channels: 3 for color, 1 for gray.
        side: of the picture, at least 12.

    Raises:
        UnusableInput: a picture that is too small.

    Example:
        >>> [sum(p.numel() for p in layer.parameters()) for layer in lenet5(10) if list(layer.parameters())]
        [608, 3216, 48120, 10164, 850]
    """
    side = whole("side", side, low=12)
    padding = 0 if side >= 32 else same_padding(SIDE)
    after = output_size(output_size(side, f=SIDE, p=padding), f=2, s=2)
    after = output_size(output_size(after, f=SIDE), f=2, s=2)
    return nn.Sequential(
        *(nn.Conv2d(channels, FILTERS[0], SIDE, padding=padding), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(FILTERS[0], FILTERS[1], SIDE), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(FILTERS[1] * after * after, UNITS[0]), nn.ReLU(), nn.Linear(UNITS[0], UNITS[1]), nn.ReLU()),
        nn.Linear(UNITS[1], outputs),
    )

"""Residual nets, and plain ones of the same depth beside them (He et al. 2015; C4W2-07..09)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from fathom.core.expectations import refuse, whole


class Block(nn.Module):
    """Two 3x3 convolutions with batch norm: a^[l+2] = g(z^[l+2] + a^[l]); without the shortcut the plain net's two layers.

    Where the size changes the shortcut is W_s a^[l], a 1x1 convolution (C4W2-09).

    Args:
        channels, filters: n_c of input and output.
        stride: of the first convolution.
        residual: whether a^[l] is added before the activation.
    """

    def __init__(self, channels: int, filters: int, stride: int = 1, *, residual: bool = True) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(channels, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters))
        self.shortcut = _shortcut(channels, filters, stride) if residual else None
        self.activation = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        """(n, channels, h, w) -> (n, filters, h/stride, w/stride)."""
        z: Tensor = self.second(self.first(inputs))
        outputs: Tensor = self.activation(z if self.shortcut is None else z + self.shortcut(inputs))
        return outputs


def _shortcut(channels: int, filters: int, stride: int) -> nn.Module:
    if channels == filters and stride == 1:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))


def residual_net(
    depth: int, outputs: int, *, channels: int = 3, filters: Sequence[int] = (16, 32, 64), residual: bool = True
) -> nn.Sequential:
    """Pictures (n, channels, h, w) of any size -> raw outputs (n, outputs).

    A first convolution, stages of as many blocks each, the side halved and the filters doubled from stage to stage, the mean over
    what is left of the picture, one linear layer: depth 6k + 2 for three stages, resnet20 with k = 3.

    Args:
        depth: layers with weights, shortcuts not counted.
        outputs: logits, or 1.
        channels: 3 for color, 1 for gray.
        filters: of each stage.
        residual: False gives the plain net of the same depth (C4W2-08).

    Raises:
        UnusableInput: a depth that blocks of two layers do not give.

    Example:
        >>> [sum(p.numel() for p in residual_net(20, 10, residual=yes).parameters()) for yes in (True, False)]
        [272474, 269722]
    """
    stages = len(filters)
    blocks, rest = divmod(whole("depth", depth, low=2 * stages + 2) - 2, 2 * stages)
    if rest:
        near = 2 * stages * blocks + 2
        raise refuse("`depth`", expected=f"{2 * stages}k + 2 layers, as in {near} or {near + 2 * stages}", got=depth)
    layers: list[nn.Module] = [nn.Conv2d(channels, filters[0], 3, 1, 1, bias=False), nn.BatchNorm2d(filters[0]), nn.ReLU()]
    before = filters[0]
    for stage, width in enumerate(filters):
        for number in range(blocks):
            layers.append(Block(before, width, 2 if stage and not number else 1, residual=residual))
            before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, outputs))

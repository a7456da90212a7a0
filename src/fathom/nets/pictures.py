"""The catalogue's nets for pictures: from the columns of a set to the shape that convolutions take."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from fathom.core.expectations import refuse
from fathom.core.records.picture import Picture
from fathom.nets.lenet import lenet5
from fathom.nets.residual import residual_net


class FromColumns(nn.Module):
    """Rows (n, columns) -> pictures (n, channels, height, width).

    Example:
        >>> import torch
        >>> pixels = torch.arange(32.0).reshape(1, 32)
        >>> first = FromColumns(Picture(channels=2, height=4, width=4))(pixels)
        >>> beside = FromColumns(Picture(channels=2, height=4, width=4, last=True))(pixels)
        >>> first[0, 0, 0].tolist(), beside[0, 0, 0].tolist()
        ([0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 4.0, 6.0])
    """

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture

    def forward(self, rows: Tensor) -> Tensor:
        """See the class."""
        p = self.picture
        if p.last:
            return rows.reshape(-1, p.height, p.width, p.channels).permute(0, 3, 1, 2).contiguous()
        return rows.reshape(-1, p.channels, p.height, p.width)

    def extra_repr(self) -> str:
        """The shape of a picture."""
        return f"{self.picture}{', channels last' if self.picture.last else ''}"


def build_lenet5(picture: Picture, outputs: int, *, dropout: Any = 0.0) -> tuple[nn.Module, None]:
    """LeNet-5 on the columns of a set; dropout after its two fully connected layers."""
    size = (picture.height, picture.width)
    return nn.Sequential(FromColumns(picture), *lenet5(outputs, channels=picture.channels, side=size, dropout=dropout)), None


def build_residual(picture: Picture, outputs: int, *, depth: int = 20, residual: bool = True, dropout: Any = 0.0) -> tuple[nn.Module, None]:
    """A residual net, or the plain one of the same depth, on the columns of a set.

    Raises:
        UnusableInput: dropout, which batch norm takes the place of, or a depth that blocks do not give.
    """
    if dropout not in (0.0, ()):
        raise refuse("`dropout`", expected="0 for a net with batch norm in every layer", got=repr(dropout), fix="use l2, or net lenet5")
    return nn.Sequential(FromColumns(picture), *residual_net(depth, outputs, channels=picture.channels, residual=residual)), None

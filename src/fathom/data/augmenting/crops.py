"""The crops of a picture at test time: its middle and its corners, and their mirrors (C4W2-31)."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor
from torch.nn import functional

from fathom.core.expectations import refuse
from fathom.core.records.picture import Picture

COUNTS = (1, 5, 10)
"""The picture as it is; with its four corners; all of them mirrored too."""

SHARE = 8
"""The corners lie this part of the smaller side away, at least a pixel."""


def crops(rows: Tensor, picture: Picture, count: int) -> Iterator[Tensor]:
    """The crops of a batch, each of the size of the picture: of the picture padded by an eighth, its edge repeated.

    Args:
        rows: (n, columns) pictures.
        picture: that a row is.
        count: 1, 5 or 10.

    Returns:
        As many times (n, columns): the middle, which is the picture itself, the corners from the upper left to the lower right, and then
        the mirrors of these five.

    Raises:
        UnusableInput: another count.

    Example:
        >>> import torch
        >>> few = list(crops(torch.arange(16.0).reshape(1, 16), Picture(channels=1, height=4, width=4), 10))
        >>> len(few), few[1][0, :4].tolist(), few[5][0, :4].tolist()
        (10, [0.0, 0.0, 1.0, 2.0], [3.0, 2.0, 1.0, 0.0])
    """
    if count not in COUNTS:
        raise refuse("`crops`", expected="1, 5 or 10", got=repr(count))
    h, w = picture.height, picture.width
    X = rows.reshape(-1, h, w, picture.channels).permute(0, 3, 1, 2) if picture.last else rows.reshape(-1, picture.channels, h, w)
    step = max(1, min(h, w) // SHARE)
    padded = functional.pad(X, (step,) * 4, mode="replicate")
    corners = ((step, step), (0, 0), (0, 2 * step), (2 * step, 0), (2 * step, 2 * step))
    for mirrored in (False, True)[: 1 + (count == COUNTS[-1])]:
        for top, left in corners if count > 1 else corners[:1]:
            found = padded[:, :, top : top + h, left : left + w]
            found = found.flip(3) if mirrored else found
            yield (found.permute(0, 2, 3, 1) if picture.last else found).reshape(rows.shape)

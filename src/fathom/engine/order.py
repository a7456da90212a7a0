"""The order in which the rows of train are visited."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from fathom.core.records.settings import Settings
from fathom.core.seeding import generator


def batches(rows: int, epoch: int, settings: Settings) -> list[Tensor]:
    """The mini-batches of one epoch: all rows once, in an order of the epoch's own (C2W2-01).

    Args:
        rows: m, the rows of train.
        epoch: counted from 1; with the data seed it decides the order.
        settings: batch_size and data_seed.

    Returns:
        ceil(m / batch) index tensors (int64); the last may be shorter, but never a single row where batches are longer,
        because batch norm cannot learn from one: then it joins the batch before.

    Example:
        >>> [len(b) for b in batches(10, 1, Settings(batch_size=4))], [len(b) for b in batches(9, 1, Settings(batch_size=4))]
        ([4, 4, 2], [4, 5])
    """
    return list(order(rows, epoch, settings).split(sizes(rows, settings.rows_a_batch(rows))))


def order(rows: int, epoch: int, settings: Settings) -> Tensor:
    """(m,) all rows in the order of an epoch."""
    if settings.rows_a_batch(rows) >= rows:
        return torch.arange(rows)
    return torch.from_numpy(generator(settings.data_seed or 0, "order", epoch).permutation(rows))


@cache
def sizes(rows: int, size: int) -> list[int]:
    """Of the mini-batches of an epoch.

    Example:
        >>> sizes(10, 4), sizes(9, 4), sizes(3, 1)
        ([4, 4, 2], [4, 5], [1, 1, 1])
    """
    parts = [size] * (rows // size) + [rows % size] * bool(rows % size)
    if len(parts) > 1 and parts[-1] == 1 and size > 1:
        parts[-2:] = [size + 1]
    return parts

"""The order in which the rows of train are visited."""

from __future__ import annotations

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
    size = settings.rows_a_batch(rows)
    order = torch.arange(rows)
    if size < rows:
        order = torch.from_numpy(generator(settings.data_seed or 0, "order", epoch).permutation(rows))
    parts = list(torch.split(order, size))
    if len(parts) > 1 and len(parts[-1]) == 1 and size > 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts

"""The mini-batches of K members: shared where members share the data seed, so that comparisons are paired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fathom.engine.order import batches, order, sizes
from fathom.engine.population import Member


class Order:
    """The rows of each step.

    Args:
        members: with as many rows each; they share the batch size.
        rows: m of those that see all of train.
        device: where the row numbers are wanted.
    """

    def __init__(self, members: Sequence[Member], rows: int, device: torch.device) -> None:
        counts = {rows if m.rows is None else len(m.rows) for m in members}
        if len(counts) != 1:
            raise ValueError(f"members of a population visit as many rows each, got {sorted(counts)}")
        self._rows = counts.pop()
        self._device = device
        settings = members[0].settings
        self.steps = settings.updates_an_epoch(self._rows) * (settings.epochs or 1)

    def of(self, epoch: int, members: Sequence[Member]) -> Iterator[Tensor]:
        """(B,) row numbers that all members read, or (K, B), step by step."""
        seeds = {m.settings.data_seed for m in members}
        if len(seeds) == 1 and all(m.rows is None for m in members):
            yield from (rows.to(self._device) for rows in batches(self._rows, epoch, members[0].settings))
            return
        by_seed = {
            seed: order(self._rows, epoch, settings) for seed, settings in {m.settings.data_seed: m.settings for m in members}.items()
        }
        own = [by_seed[m.settings.data_seed] if m.rows is None else m.rows[by_seed[m.settings.data_seed]] for m in members]
        yield from torch.stack(own).to(self._device).split(sizes(self._rows, members[0].settings.rows_a_batch(self._rows)), dim=1)

"""The batches that steps read, where the inputs of train are altered anew in every epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from fathom.engine.population import Member, Population

Batch = tuple[Tensor, Tensor, Tensor]
"""Inputs, targets, and the rows of them that a step reads."""


def batches_of(
    inputs: Tensor, targets: Tensor, rows: Iterable[Tensor], population: Population, epoch: int, *, behind: int = 0
) -> Iterator[Batch]:
    """The batches of an epoch: rows of all inputs, or, where members alter them, altered copies of those rows.

    Members that read the same rows alter them alike; others each by its own data seed, as if it were trained alone. The numbers follow
    from (data seed, epoch) and the place of an example in the epoch, so that a training that was cut off goes on with the same ones.

    Args:
        inputs, targets: (m, ...) and (m,) on the device.
        rows: (B,) that all members read or (K, B) of the members that the population has now, step by step.
        population: all of its members alter, or none; one that is retired on the way reads nothing more.
        epoch: counted from 1.
        behind: steps that were made before the training was cut off.
    """
    first, numbers, start = list(population.members), list[Tensor](), 0
    for step, of_step in enumerate(rows):
        end = start + of_step.shape[-1]
        if step >= behind:
            going = _going(first, population) if of_step.dim() == 2 else [0]
            those = of_step[going] if of_step.dim() == 2 and len(going) < len(first) else of_step
            if first[0].alter is None:
                yield inputs, targets, those
            else:
                numbers = numbers or _numbers(first if of_step.dim() == 2 else first[:1], epoch, inputs)
                yield _altered(inputs, targets, those, [first[k] for k in going], [numbers[k][start:end] for k in going])
        start = end


def _going(first: Sequence[Member], population: Population) -> list[int]:
    """The places of the members that are still trained among those that the epoch began with."""
    left = {id(member) for member in population.members}
    return [k for k, member in enumerate(first) if id(member) in left]


def _numbers(members: Sequence[Member], epoch: int, inputs: Tensor) -> list[Tensor]:
    """By member, the numbers of an epoch; members of one data seed share theirs."""
    found: dict[tuple[int, int], Tensor] = {}
    keys = [(m.settings.data_seed or 0, len(inputs) if m.rows is None else len(m.rows)) for m in members]
    for member, (seed, rows) in zip(members, keys, strict=True):
        if (seed, rows) not in found and member.alter is not None:
            found[seed, rows] = member.alter.drawn(seed, epoch, rows).to(inputs.device)
    return [found[key] for key in keys]


def _altered(inputs: Tensor, targets: Tensor, rows: Tensor, members: Sequence[Member], numbers: Sequence[Tensor]) -> Batch:
    """The rows of one step, altered, and their numbers among themselves."""
    own = rows if rows.dim() == 2 else rows[None]
    parts = [m.alter(inputs[r], n) for m, r, n in zip(members, own, numbers, strict=True) if m.alter is not None]
    flat = rows.reshape(-1)
    return torch.cat(parts), targets[flat], torch.arange(len(flat), device=rows.device).view(rows.shape)

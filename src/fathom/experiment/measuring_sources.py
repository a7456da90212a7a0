"""What is iterated for a role that is measured: the loader itself, or rows of its dataset drawn at random."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.seeding import generator
from fathom.experiment.measuring_augmented import augmented

BATCH = 256
"""Rows of a batch where a dataset or a pair of arrays was given, and not a loader."""

ENDLESS = (itertools.cycle, itertools.count, itertools.repeat)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The batches of a role.

    Attributes:
        batches: what is iterated.
        rows: how many rows it holds in all; None where nobody knows.
        most: rows after which to stop; None for all.
        random: whether the rows that come first are a random sample.
        sized: whether it is known to end.
        findings: what the loader does that matters to a measurement.
    """

    batches: Iterable[Any]
    rows: int | None = None
    most: int | None = None
    random: bool = False
    sized: bool = True
    findings: tuple[Finding, ...] = ()


def source_of(role: str, data: Any, most: int | None, seed: int) -> Source:
    """What to iterate for a role.

    Args:
        role: its name.
        data: a loader, any iterable of batches, a dataset, or a pair of arrays (X, y).
        most: rows that are wanted; None for all.
        seed: of the draw, where only some rows of an indexable dataset are wanted.

    Raises:
        UnusableInput: nothing that yields batches.
    """
    if _is_pair(data):
        data = TensorDataset(*(torch.as_tensor(part) for part in data))
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        data = DataLoader(data, batch_size=BATCH)
    if isinstance(data, DataLoader) and type(data).__iter__ is DataLoader.__iter__:
        return _of_loader(role, data, most, seed)
    if isinstance(data, str | bytes | Mapping | nn.Module | Tensor) or not isinstance(data, Iterable):
        fix = "wrap what you have in torch.utils.data.DataLoader"
        raise refuse(f"`{role}`", expected="a loader: an iterable of batches", got=type(data).__name__, fix=fix)
    return Source(batches=data, most=most, sized=isinstance(data, Sized) and not isinstance(data, ENDLESS))


def _is_pair(data: Any) -> bool:
    """(X, y) as arrays or tensors of as many rows."""
    arrays = isinstance(data, tuple | list) and len(data) == 2 and all(hasattr(part, "shape") for part in data)
    return arrays and all(len(part.shape) for part in data) and data[0].shape[0] == data[1].shape[0]


def _of_loader(role: str, loader: DataLoader[Any], most: int | None, seed: int) -> Source:
    sampler = loader.sampler
    size = loader.batch_size
    if isinstance(loader.dataset, IterableDataset) or size is None or type(loader.batch_sampler) is not BatchSampler:
        return Source(batches=loader, most=most, sized=not isinstance(loader.dataset, IterableDataset))
    rows, known = len(loader.dataset), len(sampler) if isinstance(sampler, Sized) else None  # type: ignore[arg-type]
    found = [finding for finding in (augmented(role, loader.dataset),) if finding is not None]
    if isinstance(sampler, WeightedRandomSampler) or (isinstance(sampler, RandomSampler) and sampler.replacement):
        found.append(_resampled(role, sampler))
        sampler, known = SequentialSampler(loader.dataset), rows  # type: ignore[arg-type]
        loader = _rows_of(loader, range(rows))
    shuffled = isinstance(sampler, RandomSampler | SubsetRandomSampler)
    dropped = known % size if loader.drop_last and known is not None else 0
    if dropped:
        found.append(_dropped(role, dropped, int(known or 0), shuffled))
    left = None if known is None else known - dropped
    if type(sampler) is SequentialSampler and most is not None and left is not None and left > most:
        loader, shuffled = _rows_of(loader, generator(seed, "measured rows").choice(left, size=most, replace=False)), True
    return Source(batches=loader, rows=left, most=most, random=shuffled, findings=tuple(found))


def _rows_of(loader: DataLoader[Any], rows: Iterable[int]) -> DataLoader[Any]:
    """The same loader over some rows of its dataset, each once, in their order."""
    return DataLoader(
        loader.dataset,
        batch_size=loader.batch_size,
        sampler=sorted(int(row) for row in rows),
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
        generator=loader.generator,
        prefetch_factor=loader.prefetch_factor,
    )


def _resampled(role: str, sampler: Any) -> Finding:
    return Finding(
        id="measure.loader.resampled",
        severity="info",
        what=f"{role}: its {type(sampler).__name__} draws rows by chance, some of them often; each row was measured once instead.",
        where=role,
        evidence={"sampler": type(sampler).__name__},
    )


def _dropped(role: str, dropped: int, rows: int, shuffled: bool) -> Finding:
    which = "others in every pass" if shuffled else "the same in every pass"
    return Finding(
        id="measure.loader.drop_last",
        severity="info" if shuffled else "warning",
        what=f"{role}: drop_last leaves out {dropped:,} of {rows:,} rows, {which}.",
        where=role,
        evidence={"dropped": dropped, "rows": rows},
        fix="With drop_last=False they are measured too.",
    )


def first_rows(role: str, measured: int) -> Finding:
    """Rows that come first stand for all, and nobody knows whether they are like the others."""
    return Finding(
        id="measure.loader.first_rows",
        severity="warning",
        what=f"{role}: the first {measured:,} rows were measured, because its rows cannot be drawn at random.",
        where=role,
        evidence={"rows": measured},
        fix=f"If they are in any order, shuffle the loader, or measure all: limit={{'{role}': math.inf}}.",
    )


@contextmanager
def untouched_generators(data: Iterable[Any]) -> Iterator[None]:
    """Put the state of the loaders' own generators back at the end, so that training goes on with the same batches."""
    held = {id(g): g for loader in data for g in _generators(loader)}
    states = {key: g.get_state() for key, g in held.items()}
    try:
        yield
    finally:
        for key, g in held.items():
            g.set_state(states[key])


def _generators(loader: Any) -> Iterator[torch.Generator]:
    owners = (loader, getattr(loader, "sampler", None), getattr(getattr(loader, "batch_sampler", None), "sampler", None))
    for owner in owners:
        held = getattr(owner, "generator", None)
        if isinstance(held, torch.Generator):
            yield held

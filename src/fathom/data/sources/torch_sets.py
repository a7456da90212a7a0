"""A torch Dataset or DataLoader: every example once, in the order of the dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import as_array, raw_of_arrays


def is_torch_set(source: Any) -> bool:
    """Whether it is a torch Dataset or DataLoader, told by its make alone, so that torch is not loaded to find out."""
    return any(
        kind.__module__.startswith("torch.utils.data") and kind.__name__ in ("Dataset", "DataLoader") for kind in type(source).__mro__
    )


def raw_of_torch(source: Any) -> Raw:
    """The examples of a Dataset or DataLoader as a pair (X, y), read once and kept in memory.

    A loader's dataset is read in its own order where its items can be put together as they are; else its batches are taken as they
    come. Inputs (n, ...) are flattened to (n, d), as those of arrays. What a transform draws at random is drawn once and kept, which
    a finding says.

    Args:
        source: items are (input, target) of one shape each; batches are (inputs, targets).

    Raises:
        UnusableInput: no end in sight, no examples, items that are no pair, or inputs of several shapes.

    Example:
        >>> import torch
        >>> from torch.utils.data import DataLoader, TensorDataset
        >>> pairs = TensorDataset(torch.zeros(4, 1, 2, 2), torch.tensor([0, 1, 0, 1]))
        >>> raw = raw_of_torch(DataLoader(pairs, batch_size=3, shuffle=True))
        >>> raw.frame.shape, raw.frame["y"].to_list(), raw.notes
        ((4, 5), [0, 1, 0, 1], {'shape': '1x2x2'})
    """
    items = _items(source)
    inputs, targets = _joined(source) if items is None else _listed(items)
    if not inputs:
        raise refuse(_name(source), expected="examples", got="none")
    raw = raw_of_arrays(_stacked(source, inputs), _stacked(source, targets, "target"), name=_name(source))
    return dataclasses.replace(raw, findings=tuple(_drawn(source, items)))


def _name(source: Any) -> str:
    dataset = getattr(source, "dataset", source)
    return type(dataset).__name__


def _items(source: Any) -> Any:
    """The dataset whose items are read one by one; None where batches have to be taken as they come."""
    dataset = getattr(source, "dataset", source)
    indexed = hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__")
    if dataset is source:
        if not indexed:
            raise refuse(_name(source), expected="a dataset with a length, or a loader of one", got="a stream", fix="take its first rows")
        return dataset
    from torch.utils.data import default_collate

    return dataset if indexed and source.collate_fn is default_collate else None


def _listed(items: Any) -> tuple[list[Any], list[Any]]:
    inputs, targets = [], []
    for number in range(len(items)):
        given = items[number]
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise refuse(
                f"item {number}", expected="(input, target)", got=_brief(given), fix="wrap the dataset so that its items are pairs"
            )
        inputs.append(as_array("input", given[0]))
        targets.append(as_array("target", given[1]))
    return inputs, targets


def _joined(source: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The rows of all batches."""
    try:
        len(source)  # type: ignore[arg-type]
    except TypeError:
        raise refuse(_name(source), expected="a loader with a length", got="a stream", fix="take its first batches") from None
    inputs: list[Any] = []
    targets: list[Any] = []
    for number, batch in enumerate(_batches(source)):
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise refuse(f"batch {number}", expected="(inputs, targets)", got=_brief(batch), fix="wrap the loader so that it yields pairs")
        inputs += list(as_array("inputs", batch[0]))
        targets += list(as_array("targets", batch[1]))
    return inputs, targets


def _batches(source: Iterable[Any]) -> Iterator[Any]:
    try:
        yield from source
    except TypeError as error:
        raise refuse(_name(source), expected="batches of (inputs, targets)", got=f"TypeError: {error}") from None


def _stacked(source: Any, parts: list[Any], what: str = "input") -> np.ndarray[Any, Any]:
    shapes = {np.shape(part) for part in parts}
    if len(shapes) > 1:
        got = " and ".join(str(shape) for shape in sorted(shapes, key=str)[:2])
        raise refuse(_name(source), expected=f"an {what} of one shape in every example", got=got, fix="resize or pad them in the dataset")
    return np.stack(parts)


def _drawn(source: Any, items: Any) -> Iterator[Finding]:
    """Whether an item is another one when it is read again."""
    if items is None:
        return
    few = range(min(3, len(items)))
    once, again = ([np.asarray(as_array("input", items[number][0])) for number in few] for _ in range(2))
    if any(a.shape != b.shape or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(once, again, strict=True)):
        yield Finding(
            id="data.source.random_items",
            severity="warning",
            what="Items of the dataset are drawn anew each time they are read; each was read once and kept.",
            where=_name(source),
            cause="a transform that draws at random, as for augmentation",
            fix="Give the dataset without it, and augment train alone: fathom.augment.",
        )


def _brief(given: Any) -> str:
    return f"{len(given)} values" if isinstance(given, tuple | list) else type(given).__name__

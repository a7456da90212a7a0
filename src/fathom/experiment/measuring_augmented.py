"""Does a dataset give other inputs each time that it is asked for the same row?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding

ROWS = 6
"""Rows that are asked for twice: a flip of every second image escapes with (1/2)^6."""

TRANSFORMS = ("transform", "transforms", "augment", "augmentation")
"""Attributes where datasets keep what they do to an example."""

DEEPEST = 6
"""How far datasets and transforms are looked into."""

RANDOM = ("ColorJitter", "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix")
"""Random transforms whose names do not begin with 'Random'."""


def augmented(role: str, dataset: Any) -> Finding | None:
    """The finding of a dataset whose inputs are random, by asking twice and by the names of its transforms; None where they are not."""
    differs, names = _differs(dataset), sorted(set(_random_transforms(dataset)))
    if not differs and not names:
        return None
    shown_names = f" ({shown(names)})" if names else ""
    why = f"the same row differs each time that it is read{shown_names}" if differs else f"its dataset has random transforms{shown_names}"
    return Finding(
        id="measure.loader.augmented",
        severity="warning",
        what=f"{role} was measured on augmented inputs: {why}.",
        where=role,
        evidence={"differs": differs, "transforms": names},
        fix=_FIX.get(role, "Take the augmentation out: an error is measured on inputs as they come."),
    )


_FIX = {
    "train": "Pass the same rows without augmentation: their error is usually lower, so that less of the gap is bias and more variance."
}


def _differs(dataset: Any) -> bool:
    try:
        count = len(dataset)
        rows = sorted({count * k // ROWS for k in range(ROWS)}) if count else []
        return any(not _same(dataset[row], dataset[row]) for row in rows)
    except Exception:  # a dataset that cannot be asked so says nothing; its loader will say what is wrong
        return False


def _same(a: Any, b: Any) -> bool:
    """Equal through and through, NaN for NaN; what cannot be compared counts as equal."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())
    if hasattr(a, "__array__") or hasattr(a, "__array_interface__"):
        first, second = np.asarray(a), np.asarray(b)
        return np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")
    if isinstance(a, int | float | str | bytes):
        return bool(a == b) or a != a
    return True


def _random_transforms(dataset: Any, depth: int = 0) -> Iterator[str]:
    """Names of the random transforms of a dataset and of the datasets inside it."""
    for name in TRANSFORMS:
        yield from _random_among(getattr(dataset, name, None))
    if depth < DEEPEST:
        for inner in (getattr(dataset, "dataset", None), *_listed(getattr(dataset, "datasets", None))):
            if inner is not None:
                yield from _random_transforms(inner, depth + 1)


def _random_among(transform: Any, depth: int = 0) -> Iterator[str]:
    """Names of what is random in a transform, composed ones taken apart."""
    if transform is None or depth > DEEPEST:
        return
    name = type(transform).__name__
    if name.startswith("Random") or name in RANDOM:
        yield name
    for part in (*_listed(transform), *_listed(getattr(transform, "transforms", None)), getattr(transform, "transform", None)):
        yield from _random_among(part, depth + 1)


def _listed(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, list | tuple | nn.Sequential | nn.ModuleList) else ()

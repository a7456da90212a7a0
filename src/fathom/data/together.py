"""Several sets as one: the examples of train and dev, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from fathom.data.dataset import Dataset
from fathom.data.splits import Splits


def together(parts: Sequence[Dataset]) -> Dataset:
    """The examples of sets with the same columns, in their order; name, target and findings are the first one's.

    Example:
        >>> from fathom.data.samples import sample
        >>> wine = sample("wine")
        >>> len(together([wine.take([0, 1]), wine.take([5])]))
        3
    """
    import polars as pl

    if len(parts) == 1:
        return parts[0]
    table = pl.concat([part.table for part in parts])
    return dataclasses.replace(parts[0], table=table, rows=np.concatenate([part.rows for part in parts]))


def choosable(splits: Splits) -> Dataset:
    """Train and dev together: all that a choice may be made by; test stays closed."""
    return together([part for part in (splits.train, splits.dev) if part is not None])


def merged(splits: Splits) -> Splits:
    """Splits whose train is train and dev together; test stays what it is."""
    roles = {"train": choosable(splits)} | {role: data for role, data in splits.roles.items() if role not in ("train", "dev")}
    how = dataclasses.replace(splits.how, rows={role: len(data) for role, data in roles.items()})
    return Splits(roles, how, splits.findings)

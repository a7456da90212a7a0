"""Small sets with known content, built without reading a file."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from fathom.core.records.column import Column
from fathom.core.records.target import Target
from fathom.data.dataset import Dataset

KINDS = {pl.Float64: "number", pl.Boolean: "boolean", pl.String: "category", pl.Datetime("us"): "date"}


def dataset(columns: dict[str, Any], y: Sequence[Any], uses: dict[str, str] | None = None) -> Dataset:
    """A set of typed columns; labels that are text make classes, sorted; numbers a regression."""
    uses = uses or {}
    table = pl.DataFrame({**columns, "y": y})
    table = table.with_columns(pl.col(pl.Int64).cast(pl.Float64))
    target = Target(name="y", kind="regression")
    if table.schema["y"] == pl.String:
        classes = tuple(sorted(set(y)))
        target = Target(name="y", kind="binary" if len(classes) == 2 else "multiclass", classes=classes, dtype="string")
    listed = tuple(
        Column(name=n, kind=KINDS[t], use="target" if n == "y" else uses.get(n, "input"))  # type: ignore[index, arg-type]
        for n, t in table.schema.items()
    )
    return Dataset("made", table, listed, target, np.arange(table.height))


def numbers(m: int, classes: Sequence[float] = (0.7, 0.3), seed: int = 0, columns: int = 3) -> Dataset:
    """m rows of normal numbers, all different; labels a, b, ... in these shares."""
    rng = np.random.default_rng(seed)
    cuts = np.cumsum(np.floor(np.array(classes) * m).astype(int))[:-1]
    labels = np.array(list("abcdefghij"))[np.searchsorted(cuts, rng.permutation(m), side="right")]
    return dataset({f"x{i}": rng.normal(size=m) for i in range(columns)}, labels.tolist())


def mixed() -> Dataset:
    """Twelve rows with every kind of column, and missing values in each."""
    start = datetime.datetime(2026, 1, 1)
    return dataset(
        {
            "age": [20.0, 30.0, None, 50.0, 60.0, 70.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0],
            "member": [True, False, True, None, True, False, True, False, True, False, True, True],
            "city": ["Rome", "Rome", "Rome", "Oslo", "Oslo", "Oslo", None, "Rome", "Oslo", "Rome", "Bern", "Rome"],
            "when": [start + datetime.timedelta(days=17 * i, hours=5 * i) for i in range(11)] + [None],
            "same": [3.0] * 12,
        },
        ["no", "yes"] * 6,
    )

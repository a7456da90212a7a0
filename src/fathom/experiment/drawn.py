"""The mistakes that are looked at: drawn at random, so that shares among them are not biased as those of the worst are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fathom.core.seeding import generator

if TYPE_CHECKING:
    import polars as pl

MOST_DRAWS = 1_000
"""Of a number, with repetition."""


def drawn(table: pl.DataFrame, *, number: bool, seed: int) -> list[int]:
    """The rows of the mistakes in the order in which they are drawn; the first 50 of 100 are the 50 of another day.

    For classes all wrong examples in random order, each once. For a number every example is off by something: 1,000 draws with
    repetition, in proportion to the error, so that the share of the draws is one of the whole error.

    Args:
        table: error; one row an example.
        number: whether a number is predicted.
        seed: of the draw.

    Source:
        C3W2-01; Cochran 1977, Sampling Techniques, 9A.3, for draws in proportion to size.

    Example:
        >>> import polars as pl
        >>> sorted(drawn(pl.DataFrame({"error": [0.0, 1.0, 0.0, 1.0]}), number=False, seed=0))
        [1, 3]
    """
    errors = table.get_column("error").to_numpy().astype(np.float64)
    rng = generator(seed, "mistakes drawn")
    if not number:
        return [int(i) for i in rng.permutation(np.flatnonzero(errors > 0))]
    total = float(errors.sum())
    return [int(i) for i in rng.choice(len(errors), size=MOST_DRAWS, p=errors / total)] if total > 0 else []


def names_of(table: pl.DataFrame) -> list[str]:
    """The ids as text, each once: what bears the same id is told apart by its number, '12', '12 (2)'.

    Example:
        >>> import polars as pl
        >>> names_of(pl.DataFrame({"id": [12, 7, 12]}))
        ['12', '7', '12 (2)']
    """
    import polars as pl

    if "id" not in table.columns:
        return [str(i) for i in range(table.height)]
    column = table.get_column("id").cast(pl.String).fill_null("")
    if column.n_unique() == table.height:
        return column.to_list()
    seen: dict[str, int] = {}
    names = []
    for name in column.to_list():
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names

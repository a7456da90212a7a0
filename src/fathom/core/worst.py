"""Which examples are the worst mistakes: for classes those that the net was surest of, for a number the farthest off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

PLACE = "\0place"


def worst(table: pl.DataFrame, *, number: bool, most: int) -> list[int]:
    """The rows of the worst mistakes, the worst first; of equal ones the first in the table.

    Args:
        table: error, and for classes p_<class>; one row an example.
        number: whether the target is a number, where every example is off by something.
        most: rows wanted at most.

    Returns:
        Positions in the table. For classes only wrong examples, by the probability of the prediction, those without one last.

    Example:
        >>> import polars as pl
        >>> worst(pl.DataFrame({"p_a": [0.9, 0.6, 0.7], "p_b": [0.1, 0.4, 0.3], "error": [0, 1, 1]}), number=False, most=5)
        [2, 1]
    """
    import polars as pl

    rows = table.with_row_index(PLACE)
    if number:
        found = rows.sort(pl.col("error").cast(pl.Float64).fill_nan(None), descending=True, nulls_last=True, maintain_order=True)
    else:
        found = rows.filter(pl.col("error") > 0).sort(sureness(table).fill_nan(-1.0), descending=True, maintain_order=True)
    return found.head(most).get_column(PLACE).to_list()


def sureness(table: pl.DataFrame) -> pl.Expr:
    """The probability of the prediction, which is the largest; NaN where none was kept."""
    import polars as pl

    chances = [pl.col(name).cast(pl.Float64, strict=False) for name in chances_of(table)]
    unknown = pl.col("error").cast(pl.Float64) * math.nan
    return pl.max_horizontal(chances).fill_null(math.nan) if chances else unknown


def chances_of(table: pl.DataFrame) -> list[str]:
    """The names of the probabilities: those p_<class> that stand after the prediction, where no input stands."""
    names = table.columns
    start = names.index("prediction") + 1 if "prediction" in names else 0
    return [name for name in names[start:] if name.startswith("p_")]


def inputs_of(table: pl.DataFrame) -> list[str]:
    """The names of the input columns of a table of mistakes: those between id and truth."""
    names = table.columns
    return names[1 : names.index("truth")] if names[:1] == ["id"] and "truth" in names else []

"""Categories as one feature a level, one for missing, and one for all that train has hardly ever seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

MOST = 50
"""Levels with a feature of their own; the others share the last one."""


def fewest(rows: int) -> int:
    """Examples that a level needs for a feature of its own: 1% of train, from 2 to 5."""
    return min(max(rows // 100, 2), 5)


@dataclass(frozen=True)
class Levels:
    """The levels of one category.

    Attributes:
        column: its name.
        kept: levels with a feature of their own, sorted.
        missing: whether train has missing values; they are a level of their own.
        pooled: levels of train that share the feature 'other', which unseen ones take too. Where none does there is no such
            feature, and unseen ones have 0 in all: a weight that train never moves would only add noise.
    """

    column: str
    kept: tuple[str, ...]
    missing: bool
    pooled: int

    @classmethod
    def fit(cls, column: pl.Series) -> Levels:
        """Count train's levels; the most frequent ones are kept."""
        import polars as pl

        counts = column.cast(pl.String).drop_nulls().value_counts(name="n")
        counts = counts.sort(["n", counts.columns[0]], descending=[True, False])
        enough = counts.filter(pl.col("n") >= fewest(len(column))).head(MOST)
        kept = tuple(sorted(enough.to_series(0).to_list()))
        return cls(column.name, kept, bool(column.null_count()), counts.height - len(kept))

    @property
    def varies(self) -> bool:
        """Whether more than one of its features is used on train."""
        return len(self.kept) + self.missing + (self.pooled > 0) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """The features: a level each, 'missing' where train has it, 'other' where levels share it."""
        extra = ("missing",) * self.missing + ("other",) * (self.pooled > 0)
        return (*(f"{self.column}={level}" for level in self.kept), *(f"{self.column} {word}" for word in extra))

    def codes(self, column: pl.Series) -> NDArray[np.int64]:
        """(n,) positions in `names`; -1 for what has no feature."""
        import polars as pl

        other = len(self.names) - 1 if self.pooled else -1
        words = column.cast(pl.String)
        positions = pl.Series(range(len(self.kept)), dtype=pl.Int64)
        known = pl.Series(self.kept, dtype=pl.String)
        codes = words.replace_strict(known, positions, default=other, return_dtype=pl.Int64).to_numpy().copy()
        codes[words.is_null().to_numpy()] = len(self.kept) if self.missing else other
        return codes

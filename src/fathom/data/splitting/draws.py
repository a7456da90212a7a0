"""Random parts of a set: stratified, with copies and groups kept whole, of exactly the size that is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.data.dataset import Dataset
from fathom.data.splitting.copies import find_copies
from fathom.data.splitting.row_digests import row_digests
from fathom.data.splitting.strata import strata_of

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Drawing:
    """What parts are drawn from.

    Attributes:
        unit: (n,) int64, equal for rows that stay together: copies of a row, the rows of a group.
        stratum: (n,) int64, the class, or the bin of a number.
    """

    unit: Rows
    stratum: Rows

    @classmethod
    def of(cls, data: Dataset) -> Drawing:
        """Units and strata of a set, by the rules of a split; copies that are too many to be an accident stand alone."""
        group = data.column_for("group")
        digests = row_digests(data.table, [group] if group else [c.name for c in data.inputs], 0)
        named = digests if group else find_copies(digests).unit
        if group:
            alone = data.table.get_column(group).is_null().to_numpy()
            named = np.where(alone, np.arange(len(data), dtype=np.uint64), named)
        return cls(np.unique(named, return_inverse=True)[1].astype(np.int64), strata_of(data).of)

    def draw(self, rows: int, generator: np.random.Generator) -> tuple[Rows, Rows]:
        """A random part and what may be measured beside it.

        Args:
            rows: of the part; all of them takes the whole set.
            generator: of the draw.

        Returns:
            The positions of the part (rows,) and of the rest, sorted; a unit that the part's end would cut has its other rows in neither.

        Example:
            >>> drawing = Drawing(np.arange(6), np.array([0, 0, 0, 0, 1, 1]))
            >>> part, rest = drawing.draw(3, np.random.default_rng(0))
            >>> len(part), len(rest), int((part >= 4).sum())
            (3, 3, 1)
        """
        order = self._order(generator)
        part = np.sort(order[:rows])
        taken = np.zeros(int(self.unit.max()) + 1, dtype=bool)
        taken[self.unit[part]] = True
        return part, np.flatnonzero(~taken[self.unit])

    def _order(self, generator: np.random.Generator) -> Rows:
        """The rows, unit by unit, so that every beginning of the order holds each stratum's share."""
        units = int(self.unit.max()) + 1
        stratum = np.zeros(units, dtype=np.int64)
        stratum[self.unit] = self.stratum
        shuffled = generator.permutation(units)
        by_stratum = shuffled[np.argsort(stratum[shuffled], kind="stable")]
        sizes = np.bincount(stratum, minlength=int(stratum.max()) + 1)
        place = np.arange(units) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        share = (place + np.repeat(generator.random(len(sizes)), sizes)) / np.repeat(sizes, sizes)
        rank = np.empty(units, dtype=np.int64)
        rank[by_stratum[np.argsort(share, kind="stable")]] = np.arange(units)
        return np.argsort(rank[self.unit], kind="stable").astype(np.int64)

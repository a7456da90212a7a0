"""Where each column's features stand in the input of a net: columns in their order, a column's features side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.column import Column
from fathom.data.preparing.levels import Levels
from fathom.data.preparing.scaling import Scaling

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layout:
    """The features and their positions.

    Attributes:
        names: (d) features.
        values, value_at: raw numbers that are kept, and where they go.
        flags, flag_at: raw numbers whose missing values are flagged, and where the flags go.
        level_at: where the first feature of each category goes, in the order of the categories.
        dropped: input columns without a feature: constant on train.
    """

    names: tuple[str, ...]
    values: Positions
    value_at: Positions
    flags: Positions
    flag_at: Positions
    level_at: tuple[int, ...]
    dropped: tuple[str, ...]

    @classmethod
    def of(cls, inputs: Sequence[Column], scaling: Scaling, levels: Sequence[Levels]) -> Layout:
        """Lay out the features of the input columns."""
        numbers: dict[str, list[int]] = {}
        for i, raw in enumerate(scaling.raws):
            numbers.setdefault(raw.column, []).append(i)
        categories = {level.column: level for level in levels}
        names: list[str] = []
        value_at: dict[int, int] = {}
        flag_at: dict[int, int] = {}
        level_at: dict[str, int] = {}
        dropped: list[str] = []
        for column in inputs:
            start = len(names)
            for i in numbers.get(column.name, ()):
                if scaling.kept[i]:
                    value_at[i] = len(names)
                    names.append(scaling.raws[i].name)
            for i in numbers.get(column.name, ()):
                if scaling.flagged[i]:
                    flag_at[i] = len(names)
                    names.append(f"{column.name} missing")
            if column.name in categories:
                level_at[column.name] = len(names)
                names.extend(categories[column.name].names)
            if len(names) == start:
                dropped.append(column.name)
        return cls(
            tuple(names), *_positions(value_at), *_positions(flag_at), tuple(level_at[level.column] for level in levels), tuple(dropped)
        )


def _positions(at: dict[int, int]) -> tuple[Positions, Positions]:
    return np.array(list(at), dtype=np.int64), np.array(list(at.values()), dtype=np.int64)

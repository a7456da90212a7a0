"""Prepared data: what a net is trained and measured on, by role; plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.finding import Finding


@dataclass(frozen=True, eq=False)
class Prepared:
    """Arrays by role; n is the number of examples of the role, d the number of features.

    Attributes:
        inputs: (n, d) float32; of a text (n, T) whole numbers, 0 behind its end.
        targets: (n,) int64 codes of the classes, or float64 of the standardized number to predict.
        ids: (n,) the id column's values, else each example's row in its source, from 0.
        groups: (n,) the group column's values; a role is absent where there is no such column.
        findings: what was seen while the roles were prepared (values that train did not have).
    """

    inputs: Mapping[str, NDArray[np.float32]]
    targets: Mapping[str, NDArray[Any]]
    ids: Mapping[str, NDArray[Any]]
    groups: Mapping[str, NDArray[Any]]
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        shapes = ", ".join(f"{role} {len(x):,}" for role, x in self.inputs.items())
        return f"{shapes}; {next(iter(self.inputs.values())).shape[1]:,} features"

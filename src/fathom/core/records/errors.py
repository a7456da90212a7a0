"""Errors: how wrong each example is. Everything above the task reads these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fathom.core.records.record import Record

if TYPE_CHECKING:  # loaded where it is used: a diagnosis of bare rates does without NumPy
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Errors(Record):
    """An error for each example.

    Attributes:
        value: (n,) float64, the error of each example: 0 or 1 for classes, a share or a ratio to the baseline otherwise.
        weight: (n,) float64, at least 0; 1 unless the task says otherwise (tokens of a sequence; 1/(C n_c) balanced).
        group: (n,) int64, equal for examples that are not independent; None where each stands alone.

    The rung of a ladder is `rate` = sum(weight * value) / sum(weight).

    Example:
        >>> Errors.of([0, 0, 1, 0]).rate
        0.25
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    group: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, value: object, weight: object = None, group: object = None) -> Errors:
        """From any sequences: weights default to 1, groups of any kind become codes."""
        import numpy as np

        v = np.asarray(value, dtype=np.float64).reshape(-1)
        w = np.ones_like(v) if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1)
        g = None if group is None else np.unique(np.asarray(group).reshape(-1), return_inverse=True)[1].astype(np.int64)
        return cls(v, w, g)

    def __len__(self) -> int:
        return len(self.value)

    @property
    def rate(self) -> float:
        """sum(w v) / sum(w), the rung of a ladder; NaN for no examples."""
        total = float(self.weight.sum())
        return float((self.weight * self.value).sum() / total) if total > 0 else float("nan")

    @property
    def is_rate(self) -> bool:
        """True where a rung is a plain rate: values 0/1, equal weights, groups single (Wilson holds)."""
        import numpy as np

        zero_one = bool(np.isin(self.value, (0.0, 1.0)).all())
        equal = len(self.weight) == 0 or bool((self.weight == self.weight[0]).all())
        single = self.group is None or len(np.unique(self.group)) == len(self.group)
        return zero_one and equal and single

    def __str__(self) -> str:
        return f"{self.rate:.4g} over {len(self):,} examples"

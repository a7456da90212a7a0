"""A situation, and one net of it whose errors are known on whole pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.diagnosis import Diagnosis

KINDS = (
    "underfit",
    "overfit",
    "both",
    "sound",
    "high Bayes error",
    "mismatch",
    "overfitted dev",
    "noisy dev labels",
    "shifted test",
    "dev too small",
)
"""In the order of the table; leaks are judged by the audit, apart."""

Sizes = Mapping[str, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pool:
    """The errors of one net on all rows that a role is drawn from: the population, whose rate is the truth.

    Attributes:
        errors: (N,).
        classes: (N,) where the error is the balanced one.
        drawn: False where the role is these very rows, as a dev set that was fitted to.
    """

    errors: Floats
    classes: NDArray[np.int64] | None = None
    drawn: bool = True

    @property
    def truth(self) -> float:
        """The error over the pool; over its classes, each counting alike, where they are given."""
        if self.classes is None:
            return float(self.errors.mean())
        return float(np.mean([self.errors[self.classes == c].mean() for c in np.unique(self.classes)]))

    def variance(self, n: int) -> float:
        """Of the error over n rows that are drawn."""
        if self.classes is None:
            return float(self.errors.var()) / n
        each = [self.errors[self.classes == c] for c in np.unique(self.classes)]
        return sum(float(e.var()) * len(self.errors) / (n * len(e)) for e in each) / len(each) ** 2

    @property
    def is_rate(self) -> bool:
        return self.classes is None and bool(np.isin(self.errors, (0.0, 1.0)).all())


@dataclass(frozen=True, eq=False)
class Planted:
    """One net: its pools by role, the human level that is told, and the diagnosis of the run itself, with its sizes."""

    pools: Mapping[str, Pool]
    human: float
    scale: float | None = None
    own: Diagnosis | None = None
    sizes: Sizes = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """A planted situation.

    Attributes:
        name: unique: what is planted, where.
        kind: one of `KINDS`.
        real: whether the rows are real ones (their labels or pixels may have been altered).
        verdicts: what the gaps are meant to be, "high" or "low"; a gap that is not named is not meant to be either.
        plant: one net, by seed.
        sizes: the sizes of roles at which draws are diagnosed.
        costly: whether a diagnosis takes long, so that a tenth of the draws has to do.
    """

    name: str
    kind: str
    real: bool
    verdicts: Mapping[str, str]
    plant: Callable[[int], Planted]
    sizes: Sequence[Sizes]
    costly: bool = False

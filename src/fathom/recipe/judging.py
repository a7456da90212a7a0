"""Is one of several values better on dev than the experiment so far? Paired, and adjusted for how many were tried at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.balanced import balanced, balanced_paired
from fathom.core.bootstrap import group_sums
from fathom.core.intervals import LEVEL, interval_of_paired, normal_quantile
from fathom.core.records.comparison import Standing
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.seeding import generator
from fathom.diagnosis.comparison import verdict_of
from fathom.experiment.outcome import errors_in
from fathom.experiment.run import Run

Values = NDArray[np.float64]

FLIPS = 4_999

FEW = 12
"""Examples that differ, below which an interval is not resampled."""

CELLS = 4_000_000
"""Signs held at one time."""


@dataclass(frozen=True)
class Judged:
    """A value against the experiment so far.

    Attributes:
        difference: its error minus that one's.
        p: adjusted for all values of the step.
        verdict: 'better' and 'worse' need both, the interval off 0 and p.
    """

    difference: Estimate
    p: float
    verdict: Standing


@dataclass(frozen=True, eq=False)
class Bench:
    """What dev examples count.

    Attributes:
        like: errors of dev, for weights and groups.
        truth: (n,) classes, where errors are balanced; else None.
        seed: of bootstrap and flips.
    """

    like: Errors
    truth: NDArray[np.generic] | None = None
    seed: int = 0

    @classmethod
    def of(cls, run: Run, *, balance: bool, seed: int) -> Bench:
        """The dev examples of a run."""
        table = run.tables["dev"]
        return cls(errors_in(table), table.get_column("truth").to_numpy() if balance else None, seed)

    def rate(self, values: Values) -> float:
        """The dev error of values (n,), as the ladder has it."""
        return self._weighted(values).rate

    def judge(self, so_far: Values, values: Sequence[Values]) -> list[Judged]:
        """Hold each of several values against the experiment so far, on the same dev examples.

        The p of value k is the share of sign flips in which the largest |t| of all values is at least as large as its own:

            t_k = |sum_g D_kg| / sqrt(sum_g D_kg^2),   D_kg = sum over the examples of group g of w (e_k - e_0)

        The flips are the same for all values, so that twelve values of one knob, which are much alike, are not adjusted for as if they
        were twelve knobs (Holm would).

        Args:
            so_far: (n,) errors of the experiment so far.
            values: errors of each value, (n,) each.

        Source:
            Westfall and Young 1993, single-step max T; C3W1-13.
        """
        parts = np.stack([group_sums(self._difference(so_far, v))[0] for v in values])
        adjusted = max_t(parts, self.seed)
        differences = [self._interval(so_far, v) for v in values]
        return [Judged(d, float(p), verdict_of(d, float(p))) for d, p in zip(differences, adjusted, strict=True)]

    def _weighted(self, values: Values) -> Errors:
        errors = Errors(values, self.like.weight, self.like.group)
        return errors if self.truth is None else balanced(errors, self.truth)

    def _difference(self, so_far: Values, values: Values) -> Errors:
        return self._weighted(values - so_far)

    def _interval(self, so_far: Values, values: Values) -> Estimate:
        a, b = (Errors(v, self.like.weight, self.like.group) for v in (so_far, values))
        if np.count_nonzero(values - so_far) < FEW:
            return self._of_few(so_far, values)
        if self.truth is not None:
            return balanced_paired(a, b, self.truth, self.seed)
        return interval_of_paired(a, b, self.seed, LEVEL)

    def _of_few(self, so_far: Values, values: Values) -> Estimate:
        """Resampling few differences says nothing: +- z sqrt(sum D^2 + largest^2), as if one more had differed as much as can be."""
        V, W = group_sums(self._difference(so_far, values))
        total = float(W.sum())
        largest = max(float(np.abs(V).max()), float(W.max()) * self._whole())
        value, half = float(V.sum()) / total, normal_quantile(LEVEL) * math.sqrt(float((V**2).sum()) + largest**2) / total
        return Estimate(value=value, low=value - half, high=value + half, n=len(self.like), method="normal", level=LEVEL)

    def _whole(self) -> float:
        """How far two errors of one example can be apart: 1 for classes; of a number, the mean error stands for it."""
        return 1.0 if bool((self.like.value <= 1).all()) else self.like.rate


def max_t(parts: Values, seed: int = 0) -> Values:
    """p-values (k,) of k sums of differences over the same groups, adjusted for the k together.

    Args:
        parts: (k, G) what each group adds to each difference.
        seed: of the flips.

    Returns:
        The share of flips whose largest |t| is at least a value's own, the observed one counted in.

    Example:
        >>> same = np.ones((1, 12))
        >>> bool(max_t(same)[0] < 0.002), bool(np.allclose(max_t(np.concatenate([same, same])), max_t(same)))
        (True, True)
    """
    spread = np.sqrt((parts**2).sum(axis=1))
    normal = parts / np.where(spread > 0, spread, 1.0)[:, None]
    seen = np.abs(normal.sum(axis=1)) * (1 - 1e-9)
    rng, rows = generator(seed, "max t"), max(CELLS // max(parts.shape[1], 1), 1)
    hits = np.ones(len(parts))
    for done in range(0, FLIPS, rows):
        signs = 1.0 - 2.0 * rng.integers(0, 2, size=(min(rows, FLIPS - done), parts.shape[1]), dtype=np.int8)
        largest = np.abs(signs @ normal.T).max(axis=1)
        hits += (largest[:, None] >= seen[None, :]).sum(axis=0)
    return np.where(spread > 0, hits / (FLIPS + 1), 1.0)

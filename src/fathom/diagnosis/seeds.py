"""Two settings over several seeds: is one better beyond what another seed, and other examples, would change?

    a_si, b_si    error of the net of seed s on example i, of the two settings; k_a and k_b seeds, n examples (or groups)
    difference    mean of b - mean of a
    variance      s^2(seeds of a)/k_a + s^2(seeds of b)/k_b    what other seeds would change
                  + s^2(mean over seeds of b - a, over examples)/n    what other examples would change
                  - the interaction of the two, which is in both
    limits        Student's t with Satterthwaite's degrees of freedom

A pair of nets alone tells whether *these nets* differ on this dev set. Nets of the same settings differ too, by the seed: their spread is
the noise floor, and settings are better only where they are so beyond it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.intervals import LEVEL
from fathom.core.records.estimate import Estimate
from fathom.core.records.seed_spread import SeedSpread

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class _Side:
    """One of the two settings.

    Attributes:
        k: seeds.
        mean: over seeds and examples.
        spread: standard deviation of the error over seeds; None of one seed.
        interaction: the part of the variance of the mean that is in both the seeds' and the examples'.
    """

    k: int
    mean: float
    spread: float | None
    interaction: float


def seed_spread(against: Matrix, run: Matrix, weight: Matrix, group: NDArray[np.int64] | None = None, level: float = LEVEL) -> SeedSpread:
    """The difference of two settings, with an interval that minds seeds and examples.

    Args:
        against, run: (k, n) errors, a row a seed, a column an example; at least one of the two has two seeds, and the other one's spread is
            taken to be the same where it has a single one.
        weight: (n,) of the examples.
        group: (n,) codes of what belongs together.
        level: the nominal coverage.

    Raises:
        UnusableInput: one seed each.

    Source:
        Two crossed random effects, as in Owen 2007 (the pigeonhole bootstrap); Satterthwaite 1946.

    Example:
        >>> a, b = np.array([[1, 0, 1, 0.0], [1, 0, 0, 1.0]]), np.array([[0, 0, 1, 0.0], [0, 0, 0, 0.0]])
        >>> found = seed_spread(a, b, np.ones(4))
        >>> found.difference.value, round(found.spread_run, 3)
        (-0.375, 0.177)
    """
    from scipy.stats import t

    a, b = (_side(m, weight, group) for m in (against, run))
    known = [s for s in (a.spread, b.spread) if s is not None]
    if not known:
        raise refuse("seeds", expected="at least two nets of one of the settings", got="one of each")
    from_seeds = [
        ((known[0] if s.spread is None else s.spread) ** 2 / s.k, max((other.k if s.k == 1 else s.k) - 1, 1))
        for s, other in ((a, b), (b, a))
    ]
    from_examples, G = _of_examples(run.mean(axis=0) - against.mean(axis=0), weight, group)
    parts = [*from_seeds, (from_examples, max(G - 1, 1))]
    whole = sum(v for v, _ in parts)
    variance = max(whole - a.interaction - b.interaction, from_examples, sum(v for v, _ in from_seeds))
    freedom = whole**2 / sum(v**2 / df for v, df in parts) if whole > 0 else 1.0
    value, se = b.mean - a.mean, math.sqrt(variance)
    reach = float(t.ppf(0.5 + level / 2, freedom)) * se
    p = 1.0 if value == 0 else 0.0 if se == 0 else float(2 * t.sf(abs(value) / se, freedom))
    pooled = math.sqrt(sum(s * s for s in known) / len(known))
    return SeedSpread(
        seeds_run=b.k,
        seeds_against=a.k,
        mean_run=b.mean,
        mean_against=a.mean,
        spread_run=b.spread,
        spread_against=a.spread,
        noise=1.96 * math.sqrt(2) * pooled,
        difference=Estimate(value=value, low=value - reach, high=value + reach, n=against.shape[1], method="crossed", level=level),
        p=min(p, 1.0),
    )


def _side(errors: Matrix, weight: Matrix, group: NDArray[np.int64] | None) -> _Side:
    k, W = len(errors), float(weight.sum())
    means = errors @ weight / W
    if k == 1:
        return _Side(1, float(means[0]), None, 0.0)
    rest = (errors - means[:, None]) - (errors - means[:, None]).mean(axis=0)
    sums = np.stack([_summed(weight * r, group) for r in rest])
    G = sums.shape[1]
    interaction = float((sums**2).sum()) / (k - 1) / k / W**2 * G / max(G - 1, 1)
    return _Side(k, float(means.mean()), float(means.std(ddof=1)), interaction)


def _of_examples(difference: Matrix, weight: Matrix, group: NDArray[np.int64] | None) -> tuple[float, int]:
    """The squared standard error of a weighted mean over groups, and how many groups there are."""
    W = float(weight.sum())
    mean = float((weight * difference).sum()) / W
    sums = _summed(weight * (difference - mean), group)
    G = len(sums)
    return float((sums**2).sum()) / W**2 * G / max(G - 1, 1), G


def _summed(values: Matrix, group: NDArray[np.int64] | None) -> Matrix:
    return values if group is None else np.bincount(group, weights=values).astype(np.float64)

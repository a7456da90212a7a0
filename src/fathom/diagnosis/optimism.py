"""Optimism: by how much the best of several candidates looks better on dev than it is, for having been chosen there."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

ASSUMED = 0.5
"""The correlation of two candidates' errors where no two are known; nets on one dev set mostly lie between 0.4 and 0.8."""

OF_EPOCHS = 0.9
"""The correlation of the errors of two epochs of one training, as far apart as early stopping chooses from."""

STEPS = 4_000


@cache
def expected_largest(n: int) -> float:
    """E of the largest of n independent standard normal numbers: the integral of x n phi(x) Phi(x)^(n-1).

    Example:
        >>> [round(expected_largest(n), 4) for n in (1, 2, 3, 12, 48)]
        [0.0, 0.5642, 0.8463, 1.6292, 2.2331]
    """
    if n < 2:
        return 0.0
    normal, width = NormalDist(), 18.0 / STEPS
    total = 0.0
    for i in range(STEPS + 1):
        x = -9.0 + i * width
        total += x * n * normal.pdf(x) * normal.cdf(x) ** (n - 1)
    return total * width


def optimism(candidates: int, standard_error: float, correlation: float | None = None, *, epochs: int = 0) -> float:
    """How much lower than its true error the dev error of the best of n is expected to be, were all n equally good.

        s sqrt(1 - rho) E[largest of n]  +  s sqrt(1 - rho') E[largest of the epochs]

    The part of the noise that all candidates share (an easy dev set) helps none of them over the others, hence 1 - rho. Candidates that
    truly differ leave less to chance, so that it is the most that n looks alone do on average.

    Args:
        candidates: n, whose dev errors were shown.
        standard_error: s, of one candidate's dev error.
        correlation: rho, of two candidates' errors on the same examples; 0.5 where it is not known.
        epochs: that early stopping chose from, each alike (rho' 0.9); 0 where it was off.

    Returns:
        In the unit of the errors, at least 0.

    Source:
        C3W1-03, C3W2-10; the first term is exact for normal noise of one correlation; of 0/1 errors it was 7% above simulation.

    Example:
        >>> round(optimism(48, 0.006, 0.5), 4)
        0.0095
    """
    rho = ASSUMED if correlation is None else min(max(correlation, 0.0), 1.0)
    of_candidates = math.sqrt(1 - rho) * expected_largest(candidates)
    of_epochs = math.sqrt(1 - OF_EPOCHS) * expected_largest(epochs)
    return standard_error * (of_candidates + of_epochs)

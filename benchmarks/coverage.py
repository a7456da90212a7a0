"""How often fathom's 95% intervals cover the truth: rates and gaps by exact sums, means by simulation.

python -m benchmarks.coverage            prints tables in Markdown; some minutes
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import interval_of, wilson_limits
from fathom.core.records.errors import Errors

GRID = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
FEWEST = 0.5
"""Expected errors at a point of the grid."""

LEFT_OUT = 1e-10
"""Probability in each tail of a binomial that the sums leave out."""

Array = NDArray[np.float64]
Sampler = Callable[[np.random.Generator, int], Array]

MEANS: dict[str, tuple[Sampler, float, float]] = {
    "uniform": (lambda rng, n: rng.uniform(0, 1, n), 0.5, 0.0),
    "folded normal": (lambda rng, n: np.abs(rng.normal(size=n)), float(np.sqrt(2 / np.pi)), 1.0),
    "gamma 4": (lambda rng, n: rng.gamma(4, 1, n), 4.0, 1.0),
    "zero-inflated": (lambda rng, n: rng.uniform(0, 1, n) * (rng.random(n) < 0.4), 0.2, 1.3),
    "beta": (lambda rng, n: rng.beta(0.5, 3, n), 1 / 7, 1.6),
    "exponential": (lambda rng, n: rng.exponential(1, n), 1.0, 2.0),
    "log-normal": (lambda rng, n: rng.lognormal(0, 1, n), float(np.exp(0.5)), 6.2),
}
"""Name -> (sampler, mean, skewness); the last one is heavier than what the intervals are for."""


def rate_points(sizes: Iterable[int], per_size: int = 60) -> Iterator[tuple[int, float]]:
    """(n, p) with at least half an expected error, up to p = 1/2, evenly spaced in log p."""
    for n in sizes:
        yield from ((n, float(p)) for p in np.geomspace(FEWEST / n, 0.5, per_size))


def gap_points(sizes: Iterable[int], per_size: int = 6) -> Iterator[tuple[int, float, int, float]]:
    """(n1, p1, n2, p2): every pair of `rate_points`, unequal sizes and rates included."""
    points = list(rate_points(sizes, per_size))
    yield from ((*a, *b) for a, b in itertools.product(points, points))


def support(n: int, p: float) -> tuple[NDArray[np.int64], Array]:
    """Numbers wrong that matter, and their probabilities."""
    from scipy.stats import binom

    x = np.arange(int(binom.ppf(LEFT_OUT, n, p)), int(binom.isf(LEFT_OUT, n, p)) + 1)
    return x, binom.pmf(x, n, p)


def rate_coverage(n: int, p: float) -> float:
    """The probability that Wilson's interval covers p."""
    x, probability = support(n, p)
    low, high = wilson_limits(x / n, n)
    return float(probability[(low <= p) & (p <= high)].sum())


def gap_coverage(n1: int, p1: float, n2: int, p2: float) -> float:
    """The probability that the interval of the difference covers p2 - p1: a sum over both binomials."""
    (x1, w1), (x2, w2) = support(n1, p1), support(n2, p2)
    a, b = (x1 / n1)[:, None], (x2 / n2)[None, :]
    (l1, u1), (l2, u2) = wilson_limits(a, n1), wilson_limits(b, n2)
    low = b - a - np.sqrt((b - l2) ** 2 + (u1 - a) ** 2)
    high = b - a + np.sqrt((u2 - b) ** 2 + (a - l1) ** 2)
    return float(w1 @ ((low <= p2 - p1 + 1e-12) & (p2 - p1 - 1e-12 <= high)) @ w2)


def mean_coverage(errors: str, n: int, samples: int, seed: int = 0) -> float:
    """The share of samples whose interval covers the mean."""
    draw, mean, _ = MEANS[errors]
    rng, hits = np.random.default_rng([seed, n]), 0
    for i in range(samples):
        found = interval_of(Errors.of(draw(rng, n)), seed=i)
        hits += found.low is not None and found.high is not None and found.low <= mean <= found.high
    return hits / samples


def table() -> Iterator[str]:
    """The tables, line by line."""
    rates = [(n, [rate_coverage(*point) for point in rate_points([n], 300)]) for n in GRID]
    yield from ("| rate over n | mean coverage | least |", "|---|---|---|")
    yield from (f"| {n:,} | {np.mean(c):.1%} | {min(c):.1%} |" for n, c in rates)
    yield from ("", "| gap: n1, n2 | mean coverage | least |", "|---|---|---|")
    for n1, n2 in itertools.product((50, 1_000, 10_000), repeat=2):
        pairs = itertools.product(rate_points([n1], 14), rate_points([n2], 14))
        covered = [gap_coverage(*a, *b) for a, b in pairs]
        yield f"| {n1:,}, {n2:,} | {np.mean(covered):.1%} | {min(covered):.1%} |"
    yield from ("", "| mean of errors | skewness | n = 100 | n = 300 |", "|---|---|---|---|")
    for name, (_, _, skew) in MEANS.items():
        yield f"| {name} | {skew:.1f} | " + " | ".join(f"{mean_coverage(name, n, 2000):.1%}" for n in (100, 300)) + " |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)

"""Which power laws with a floor the measured errors leave possible, and how probable each is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fathom.core.records.power_law import PossibleLaw, PowerLaw
from fathom.diagnosis.curve_evidence import Array, Evidence

EXPONENTS = np.geomspace(0.05, 4.0, 24)
USUAL, SPREAD = 0.5, 0.8
"""Exponents are believed beforehand to lie around 0.5, within a factor of e^0.8 with probability 2/3."""

SHARES = np.linspace(0.0, 1.0, 21)
"""Of the error at the largest n, the part that stays; all alike beforehand."""

SHIFTS = (0.0, 0.1, 0.3, 1.0, 3.0)
"""d as a multiple of the largest n; none is as probable beforehand as all the others together."""

WANDERS = {0.01: 0.6, 0.03: 0.3, 0.1: 0.1}
"""How far a real curve leaves a power law at each doubling, as a share of its error, and how probable that is beforehand. Which it is
here, the measurements say: where no law fits them the curve wanders."""

COUNTED_TWICE = 0.2
"""The share of the variance that is taken off: luck moves the nets' means and, row by row, the rows' too, and so is in it twice.

This and WANDERS were chosen on four sets, and tried on four others; `benchmarks/learning_curve.py` measures what comes of them.
"""

MOST = 256
"""Laws that are kept: every MOST-th part of the probability, in the order of what they forecast."""


def fit_power_law(evidence: Evidence, wanders: Mapping[float, float] = WANDERS) -> PowerLaw:
    """e(n) = a (n + d)^-b + c with b > 0, c and d >= 0, by Bayes' rule on a grid of b, c / e(N) and d / N, with a in closed form.

    The means are normal around the law with the covariance of the evidence, to which the curve's own wandering is added: a random
    walk in log2 n that starts at the largest size N, so that small sizes count for less than large ones.

    Args:
        evidence: means at two sizes at least.
        wanders: see WANDERS.

    Source:
        Hestness et al. 2017 (power laws), Viering and Loog 2021 (floors and shifts, and how often curves leave them).

    Example:
        >>> size = np.array([100.0, 200.0, 400.0, 800.0])
        >>> law = fit_power_law(Evidence(size, 2 * size**-0.5, np.eye(4) * 1e-10), {0.001: 1.0})
        >>> round(law.error(1600).value, 2)
        0.05
    """
    b, share, shift = (g.reshape(-1) for g in np.meshgrid(EXPONENTS, SHARES, SHIFTS, indexing="ij"))
    prior = -0.5 * (np.log(b / USUAL / (1 + shift)) / SPREAD) ** 2 + np.log(np.where(shift == 0, 1.0, 1.0 / (len(SHIFTS) - 1)))
    largest = float(evidence.size.max())
    fall = ((evidence.size / largest + shift[:, None]) / (1 + shift[:, None])) ** -b[:, None]
    shapes = share[:, None] + (1 - share[:, None]) * fall
    found = []
    for wander, probable in wanders.items():
        log_weight, level, sd = _levels(evidence, shapes, wander)
        parts = (log_weight + prior + np.log(probable), b, share, level, sd, shift, np.full(len(b), wander))
        found.append(np.stack(parts, axis=1))
    laws = np.concatenate(found)
    weight = np.exp(laws[:, 0] - laws[:, 0].max())
    forecast = laws[:, 3] * (laws[:, 2] + (1 - laws[:, 2]) * ((2 + laws[:, 5]) / (1 + laws[:, 5])) ** -laws[:, 1])
    possible = tuple(PossibleLaw(float(w), *map(float, row)) for w, row in _thinned(weight / weight.sum(), laws[:, 1:], forecast))
    return PowerLaw(at=largest, possible=possible)


def _levels(evidence: Evidence, shapes: Array, wander: float) -> tuple[Array, Array, Array]:
    """By shape (laws, k), which is 1 at the largest size: its log probability without a prior, the error there, and how unsure it is."""
    covariance = (1 - COUNTED_TWICE) * evidence.covariance + _wandering(evidence, float(evidence.size.max()), wander)
    chol = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)))
    y, x = np.linalg.solve(chol, evidence.mean), np.linalg.solve(chol, shapes.T)
    precision = (x * x).sum(0)
    level = (x * y[:, None]).sum(0) / precision
    log_weight = -0.5 * ((y * y).sum() - level**2 * precision) - 0.5 * np.log(precision) - np.log(np.diag(chol)).sum()
    return log_weight, level, precision**-0.5


def _thinned(weight: Array, columns: Array, forecast: Array) -> list[tuple[float, Array]]:
    """The laws at equal steps of probability, in the order of their forecast; one that is met several times counts so often."""
    order = np.argsort(forecast, kind="stable")
    met = np.searchsorted(np.cumsum(weight[order]), (np.arange(MOST) + 0.5) / MOST)
    places, times = np.unique(np.minimum(met, len(order) - 1), return_counts=True)
    return [(int(k) / MOST, columns[order[place]]) for place, k in zip(places, times, strict=True)]


def _wandering(evidence: Evidence, largest: float, wander: float) -> Array:
    """(k, k): a random walk backwards from the largest size, a step of `wander` times the error there at each halving."""
    distance = np.log2(largest / evidence.size)
    error = float(evidence.mean[evidence.size == largest].mean())
    return np.asarray((wander * max(error, 1e-4)) ** 2 * np.minimum(distance[:, None], distance[None, :]))

"""Are the probabilities right? Brier's score, the log loss, and the expected calibration error.

    Brier     mean of sum_c (p_c - 1{truth is c})^2; of two classes half of that, (p - y)^2
    log loss  mean of -log p_truth
    ECE       sum over ten bins of sureness of |sum of (sureness - right)| / all; sureness is the probability of the prediction

The Brier score and the log loss mix calibration with how well classes are told apart; both are best where the probabilities are true.
The ECE is calibration alone, and never 0 on few examples: what a net that is calibrated exactly would show stands beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.intervals import LEVEL, interval_of, normal_quantile
from fathom.core.records.estimate import Estimate
from fathom.core.seeding import generator
from fathom.diagnosis.metrics.answers import Answers
from fathom.diagnosis.metrics.influence import standard_error

BINS = 10
TINY = 1e-15
"""A probability of 0 counts as this, so that one sure mistake does not make the log loss infinite."""

DRAWS = 200
"""Of outcomes that the probabilities would give, for the ECE of a net that is calibrated exactly."""


def brier(a: Answers, level: float = LEVEL) -> Estimate:
    """Brier's score; (p - y)^2 of two classes, the sum over classes of more."""
    p = _chances(a, "brier")
    square = ((p - _one_hot(a)) ** 2).sum(axis=1)
    return interval_of(a.errors(square / 2 if len(a.classes) == 2 else square), level=level)


def log_loss(a: Answers, level: float = LEVEL) -> Estimate:
    """Mean of -log of the probability of the truth."""
    p = _chances(a, "log_loss")
    return interval_of(a.errors(-np.log(np.clip((p * _one_hot(a)).sum(axis=1), TINY, 1.0))), level=level)


def ece(a: Answers, level: float = LEVEL) -> tuple[Estimate, float]:
    """The expected calibration error, and what a net that is calibrated exactly would show on these examples.

    The lower limit goes that much further down: on few examples the ECE is too large on average, and by no more than that.

    Source:
        Guo et al. 2017 (ten bins of equal width); Roelofs et al. 2022 for the bias.
    """
    p = _chances(a, "ece")
    sure, right = p.max(axis=1), (~a.wrong).astype(np.float64)
    bins = np.clip(np.ceil(sure * BINS).astype(np.int64) - 1, 0, BINS - 1)
    W = float(a.weight.sum())
    sums = np.bincount(bins, weights=a.weight * (sure - right), minlength=BINS)
    value = float(np.abs(sums).sum() / W)
    parts = np.sign(sums)[bins] * (sure - right)
    reach = normal_quantile(level) * standard_error(a.weight * (parts - value) / W, a.group)
    exact = _calibrated(sure, a.weight, bins)
    found = Estimate(
        value=value, low=max(value - reach - exact, 0.0), high=min(value + reach, 1.0), n=len(a), method="influence", level=level
    )
    return found, exact


def _calibrated(sure: NDArray[np.float64], weight: NDArray[np.float64], bins: NDArray[np.int64]) -> float:
    """The mean ECE over drawn outcomes, in which an example is right with the probability that its net gives."""
    rng = generator(0, "calibrated")
    total = 0.0
    for _ in range(DRAWS):
        right = rng.random(len(sure)) < sure
        total += float(np.abs(np.bincount(bins, weights=weight * (sure - right), minlength=BINS)).sum())
    return total / DRAWS / float(weight.sum())


def _chances(a: Answers, name: str) -> NDArray[np.float64]:
    if a.chances is None:
        raise refuse(f"metric '{name}'", expected="probabilities of the classes", got="none", fix="the table needs columns p_<class>")
    return a.chances


def _one_hot(a: Answers) -> NDArray[np.float64]:
    return np.asarray(a.truth[:, None] == np.array(a.classes)[None, :], dtype=np.float64)

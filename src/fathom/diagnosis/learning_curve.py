"""From the errors of nets of several sizes to a learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.learning_curve import LearningCurve, Verdict
from fathom.core.records.power_law import PowerLaw
from fathom.diagnosis.curve_evidence import Array, Evidence, Rows, SizeErrors, evidence_of, luck_of
from fathom.diagnosis.curve_sayings import headline
from fathom.diagnosis.power_law_fit import fit_power_law

LEVEL = 0.9

FLAT, FALLING = 0.95, 0.93
"""Errors that stay above 0.95 of that of the smallest size, and then fall below 0.93 of that."""

WORTH = 0.05
"""A gain from twice as much is one when it is this share of the error or more."""

SURE = 0.9
"""The probability from which on twice as much is said to help, or not to."""


def read_curve(measured: Sequence[SizeErrors], rows: Rows, *, against: Literal["rows", "width"], **about: Any) -> LearningCurve:
    """The curve of nets that were measured.

    Args:
        measured: ascending in size, at least two.
        rows: that they were measured on.
        against: what the sizes are of.
        **about: more fields of `LearningCurve`.
    """
    evidence = evidence_of(measured, rows)
    law = fit_power_law(evidence)
    error, spread = each_size(evidence), np.sqrt(luck_of(measured, rows))
    points = tuple(
        CurvePoint(size=round(m.size), nets=len(m.errors), train=float(m.train.mean()), error=e, spread=float(s))
        for m, e, s in zip(measured, error, spread, strict=True)
    )
    twice, gain = law.error(2 * law.at, LEVEL), law.gain(2 * law.at, LEVEL)
    verdict = verdict_of(law)
    text = headline(against, verdict, points[-1], law, twice, about.get("goal"))
    notes = late(error)
    return LearningCurve(
        headline=text, against=against, verdict=verdict, points=points, law=law, twice=twice, gain=gain, notes=notes, **about
    )


def late(error: Sequence[Estimate]) -> tuple[str, ...]:
    """A note where all sizes but the largest have learned nothing: no curve through such points tells what comes next.

    Example:
        >>> late([Estimate(value=v) for v in (0.49, 0.49, 0.43)])[0][:44]
        'Only the largest size has learned something:'
    """
    values = [e.value for e in error]
    if len(values) < 3 or values[-2] < FLAT * values[0] or values[-1] > FALLING * values[-2]:
        return ()
    return ("Only the largest size has learned something: what comes next is not in these points. Train longer, or give larger sizes.",)


def verdict_of(law: PowerLaw) -> Verdict:
    """Whether twice as much lowers the error by a twentieth or more, with 90% probability; or does not, as surely."""
    chance = law.chance_of_gain(2 * law.at, WORTH)
    return "helps" if chance >= SURE else "will not help" if chance <= 1 - SURE else "unclear"


def each_size(evidence: Evidence) -> list[Estimate]:
    """The mean error at each size with its interval, without any curve.

    Generalized least squares: dev is measured at all sizes and the rest of train at all but the largest, so that what dev says of the
    step to the largest size is added to a level that all rows agree on.
    """
    sizes = np.unique(evidence.size)
    design = (evidence.size[:, None] == sizes[None, :]).astype(np.float64)
    mean, covariance = _least_squares(design, evidence.mean, evidence.covariance)
    reach = NormalDist().inv_cdf(0.5 + LEVEL / 2) * np.sqrt(np.diag(covariance))
    ends = zip(mean, reach, strict=True)
    return [Estimate(value=max(float(m), 0.0), low=max(float(m - r), 0.0), high=float(m + r), method="gls", level=LEVEL) for m, r in ends]


def _least_squares(design: Array, y: Array, covariance: Array) -> tuple[Array, Array]:
    chol = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)))
    x, z = np.linalg.solve(chol, design), np.linalg.solve(chol, y)
    inverse = np.linalg.inv(x.T @ x)
    return inverse @ (x.T @ z), inverse

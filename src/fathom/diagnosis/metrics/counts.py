"""Counts per time: 'false positives per 24h' (C3W1-08, the wake word that may be heard where nobody spoke, once a day)."""

from __future__ import annotations

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.intervals import LEVEL
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.metrics.answers import Answers


def per_time(a: Answers, name: str, positive: str, *, per: float, lasted: float | None, level: float = LEVEL) -> Estimate:
    """How many there are in `per` seconds, with the exact interval of a Poisson count.

    Args:
        a: the answers; each example counts once, whatever it weighs.
        name: "false positives", "false negatives" or "errors".
        positive: the class that is looked for.
        per: seconds that the count is referred to.
        lasted: seconds that the role's examples are of.
        level: the nominal coverage.

    Raises:
        UnusableInput: it is not known how long the examples lasted.

    Source:
        Garwood 1936: chi2(2k)/2 and chi2(2k + 2)/2.
    """
    if lasted is None or not lasted > 0:
        fix = "say it as in --duration 36h, duration='36h'"
        raise refuse(f"metric '{name}'", expected="how long the examples lasted", got="nothing about it", fix=fix)
    from scipy.stats import chi2

    rows = {
        "false positives": (a.prediction == positive) & (a.truth != positive),
        "false negatives": (a.prediction != positive) & (a.truth == positive),
        "errors": a.wrong,
    }[name]
    k, tail = int(np.count_nonzero(rows)), (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * k)) / 2 if k else 0.0
    high = float(chi2.isf(tail, 2 * k + 2)) / 2
    scale = per / lasted
    return Estimate(value=k * scale, low=low * scale, high=high * scale, n=len(a), method="poisson", level=level)

"""What is said of a dev set that decisions were taken by, and of a test set that was opened more than once."""

from __future__ import annotations

import dataclasses

from fathom.core.expectations import shown
from fathom.core.intervals import normal_quantile
from fathom.core.percent import percent
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.gap import Gap
from fathom.diagnosis.optimism import ASSUMED, optimism


def with_looks(d: Diagnosis, looks: DevLooks | None) -> Diagnosis:
    """The diagnosis with how often dev was looked at and what that costs; where test is open, what it really cost; test opened again.

    Args:
        d: the diagnosis.
        looks: what the dev meter counted; None where there is none.
    """
    if looks is None:
        return d
    dev = d.ladder["dev"].estimate if "dev" in d.ladder else None
    found = [_looked_at(looks, dev, d.gaps.get("dev_overfit"), d.tolerance), _opened_again(looks)]
    return dataclasses.replace(d, findings=Findings((*d.findings, *(finding for finding in found if finding is not None))))


def _looked_at(looks: DevLooks, dev: Estimate | None, gap: Gap | None, tolerance: float) -> Finding | None:
    expected = expected_optimism(looks, dev)
    if expected is None or looks.total < 2:
        return None
    if gap is not None and gap.verdict == "high":
        return _overfit(looks, gap, expected)
    matters = expected >= tolerance / 2
    best = f"the best of {looks.candidates:,} is expected to look {percent(expected)} points better than it is"
    if looks.candidates < 2:
        best = f"what early stopping kept is expected to look {percent(expected)} points better than it is"
    return Finding(
        id="diagnosis.dev.looked_at",
        severity="warning" if matters else "info",
        what=f"{str(looks)[0].upper()}{str(looks)[1:]}: {best}.",
        where="dev",
        evidence=_evidence(looks, expected),
        fix="Prefer the simpler of two that are equal; test, opened once at the end, will tell." if matters else "",
    )


def expected_optimism(looks: DevLooks, dev: Estimate | None) -> float | None:
    """The optimism of the best candidate, from the standard error of the dev error; None where there is no interval or no choice."""
    if dev is None or dev.low is None or dev.high is None or (looks.candidates < 2 and not looks.stopped):
        return None
    standard_error = (dev.high - dev.low) / (2 * normal_quantile(dev.level))
    return optimism(looks.candidates, standard_error, looks.correlation, epochs=looks.stopped)


def _overfit(looks: DevLooks, gap: Gap, expected: float) -> Finding:
    """Test is open and worse: the verdict is there, this is its evidence."""
    ends = "" if gap.low is None or gap.high is None else f" ({percent(gap.low)} to {percent(gap.high)})"
    return Finding(
        id="diagnosis.dev.overfit",
        severity="warning",
        what=f"Test is {percent(gap.value)} points{ends} above dev, and {looks}, of which {percent(expected)} points are expected"
        f" of the best of {looks.candidates:,}.",
        where="dev",
        evidence={**_evidence(looks, expected), "gap": gap.value, "low": gap.low, "high": gap.high},
        cause="the choices were fitted to this dev set." if gap.value <= 3 * expected else "the choices, or dev and test are not alike.",
        fix="Take a bigger or a fresh dev set (C3W1-03).",
    )


def _evidence(looks: DevLooks, expected: float) -> dict[str, object]:
    rho = ASSUMED if looks.correlation is None else looks.correlation
    counted = {"looks": looks.total, **looks.counts, "candidates": looks.candidates, "epochs": looks.stopped}
    return {**counted, "optimism": expected, "correlation": rho, "correlation_assumed": looks.correlation is None}


def _opened_again(looks: DevLooks) -> Finding | None:
    """A test set that was opened for several runs is looked at like a dev set."""
    if len(looks.openings) < 2:
        return None
    names = shown([f"'{name}'" for name in looks.openings], 4)
    return Finding(
        id="diagnosis.test.opened_again",
        severity="warning",
        what=f"This test set was opened {len(looks.openings):,} times ({names}): as often as somebody chose by it, it is a dev set.",
        where="test",
        evidence={"openings": len(looks.openings), "runs": list(looks.openings)},
        fix="Take the first opening as the figure, or put new rows aside as test.",
    )

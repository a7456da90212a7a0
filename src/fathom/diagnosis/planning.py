"""How many examples would decide what is unclear."""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.intervals import wilson
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap

HOPELESS = 200
"""Times as many examples as there are: beyond that nobody is told to collect them."""


@dataclass(frozen=True)
class Plan:
    """Examples that would decide: of which role, how many in all, how many there are."""

    role: str
    rows: int
    now: int


def reach_towards(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> dict[str, float]:
    """How far each rung's interval carries the gap towards the tolerance; rungs without an interval carry nothing."""
    return _reach(gap, rungs, upwards=gap.value < tolerance)


def _reach(gap: Gap, rungs: Mapping[str, Estimate], *, upwards: bool) -> dict[str, float]:
    """How far each rung's interval carries the gap to one side."""
    reach = {}
    for role, rises in ((gap.start, False), (gap.end, True)):
        estimate = rungs.get(role)
        if estimate is not None and estimate.low is not None and estimate.high is not None:
            up = rises == upwards
            reach[role] = estimate.high - estimate.value if up else estimate.value - estimate.low
    return reach


def decided_by(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> Plan | None:
    """Examples of the role that blurs the gap most, so that the interval would end at the tolerance if the errors stay as they are.

    The smallest n with h(n)^2 + k^2 <= d^2, rounded up to two figures: d = |gap - tolerance|, k how far the other rung reaches, h(n) how
    far this one would: Wilson's limits again for a rate, the root of n otherwise.

    Returns:
        None where the gap lies on the tolerance, so that no sensible number of examples decides.

    Example:
        >>> gap = Gap(name="variance", start="train", end="dev", value=0.07, low=0.01, high=0.2, verdict="unclear")
        >>> decided_by(gap, {"train": Estimate(value=0.01), "dev": Estimate(value=0.08, low=0.02, high=0.21, n=50)}, 0.02)
        Plan(role='dev', rows=72, now=50)
    """
    reach = reach_towards(gap, rungs, tolerance)
    if not reach:
        return None
    role = max(reach, key=lambda r: reach[r])
    spare = (gap.value - tolerance) ** 2 - sum(h * h for r, h in reach.items() if r != role)
    return _plan(rungs[role], role, spare, (role == gap.end) == (gap.value < tolerance), reach[role])


def sharpened_by(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> Plan | None:
    """Examples that would tell a gap to half the tolerance, where its interval is wider than twice the tolerance.

    Such a gap lies on the tolerance by the luck of a small set, and `decided_by` has no number to name. The examples are those of the
    rung that blurs it most, counted as there.

    Returns:
        None where the interval is narrower, so that the gap is borderline indeed, or where that rung alone cannot do it.

    Example:
        >>> gap = Gap(name="variance", start="train", end="dev", value=0.02, low=0.003, high=0.105, verdict="unclear")
        >>> sharpened_by(gap, {"train": Estimate(value=0.0), "dev": wilson(1, 50)}, 0.02)
        Plan(role='dev', rows=1200, now=50)
    """
    if gap.low is None or gap.high is None or not wide(gap, tolerance):
        return None
    upwards = gap.high - gap.value >= gap.value - gap.low
    reach = _reach(gap, rungs, upwards=upwards)
    if not reach:
        return None
    role = max(reach, key=lambda r: reach[r])
    spare = (tolerance / 2) ** 2 - sum(h * h for r, h in reach.items() if r != role)
    return _plan(rungs[role], role, spare, (role == gap.end) == upwards, reach[role])


def wide(gap: Gap, tolerance: float) -> bool:
    """Is the interval wider than twice the tolerance: could the gap as well be nothing or twice what matters?"""
    return gap.low is not None and gap.high is not None and gap.high - gap.low > 2 * tolerance


def _plan(estimate: Estimate, role: str, spare: float, up: bool, now: float) -> Plan | None:
    """The fewest examples with h(n)^2 <= spare, if the error stays as it is; `up`: which limit counts, `now`: how far it reaches."""
    if estimate.n is None or spare <= 0:
        return None
    tried = range(estimate.n, HOPELESS * estimate.n)
    n = tried.start + bisect.bisect_left(tried, -math.sqrt(spare), key=lambda n: -_reach_at(estimate, n, up, now))
    return Plan(role, _two_figures(n), estimate.n) if n < tried.stop else None


def times_both(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> int | None:
    """How many times as many examples at both ends would decide, where none of the two alone can; None where that is beyond reach.

    Example:
        >>> gap = Gap(name="variance", start="train", end="dev", value=0.04, low=-0.05, high=0.14, verdict="unclear")
        >>> ends = {"train": Estimate(value=0.18, low=0.14, high=0.23), "dev": Estimate(value=0.22, low=0.14, high=0.31)}
        >>> times_both(gap, ends, 0.02)
        23
    """
    reach = reach_towards(gap, rungs, tolerance)
    apart = (gap.value - tolerance) ** 2
    wide = sum(h * h for h in reach.values())
    return math.ceil(wide / apart) if len(reach) == 2 and apart > 0 and wide <= HOPELESS * apart else None


def _reach_at(estimate: Estimate, n: int, up: bool, now: float) -> float:
    """How far the interval would reach with n examples, if the error stays as it is."""
    if estimate.method != "wilson":
        return now * math.sqrt((estimate.n or n) / n)
    limits = wilson(estimate.value * n, n, estimate.level)
    assert limits.low is not None
    assert limits.high is not None
    return limits.high - limits.value if up else limits.value - limits.low


def _two_figures(x: float) -> int:
    step: int = 10 ** max(math.floor(math.log10(x)) - 1, 0)
    return math.ceil(x / step) * step

"""What makes the figures of a diagnosis less than they look."""

from __future__ import annotations

from collections.abc import Mapping

from fathom.core.expectations import shown
from fathom.core.percent import percent
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.gap import Gap
from fathom.core.records.reference import Reference
from fathom.diagnosis.planning import Plan, reach_towards
from fathom.diagnosis.sources import Measured

MOST_SKEW = 2.0
"""Up to here the studentized bootstrap covers 93 to 97% from 100 examples on (benchmarks/coverage.py)."""


def heavy_tail(role: str, errors: Errors) -> Finding | None:
    """A warning where a few large errors make the mean, and its interval is too narrow."""
    if errors.is_rate:
        return None
    from fathom.core.bootstrap import skewness

    skew = skewness(errors)
    if skew <= MOST_SKEW:
        return None
    return Finding(
        id="diagnosis.interval.heavy_tail",
        severity="warning",
        what=f"The {role} errors have a heavy tail (skewness {skew:.1f}): their interval is too narrow.",
        where=role,
        evidence={"skewness": skew, "n": len(errors)},
        fix="Look at the largest first.",
    )


def too_small(gaps: Mapping[str, Gap], rungs: Mapping[str, Estimate], tolerance: float, plans: Mapping[str, Plan | None]) -> Finding | None:
    """A warning where dev is what keeps a gap from being judged (C3W1-13)."""
    dev = rungs.get("dev")
    if dev is None or dev.low is None or dev.high is None:
        return None
    blurred = [gap for gap in gaps.values() if gap.verdict == "unclear" and _by_dev(gap, rungs, tolerance)]
    if not blurred:
        return None
    needed = max((p.rows for g in blurred if (p := plans.get(g.name)) is not None and p.role == "dev"), default=None)
    return Finding(
        id="diagnosis.dev.too_small",
        severity="warning",
        what=f"Your dev set is too small to tell: {_of(dev)}, the error lies between {percent(dev.low)}% and {percent(dev.high)}%.",
        where="dev",
        evidence={"n": dev.n, "low": dev.low, "high": dev.high, "tolerance": tolerance, "needed": needed},
        fix="",  # how many would decide is said by the gap that is unclear
    )


def absent_classes(roles: Mapping[str, Measured]) -> list[Finding]:
    """A warning for each role that lacks a class which another one holds: its balanced error is a mean over fewer classes."""
    known = {role: m.classes for role, m in roles.items() if m.classes is not None}
    if not known:
        return []
    from fathom.core.balanced import labels_of

    held = {role: set(labels_of(classes).tolist()) for role, classes in known.items()}
    every = sorted(set().union(*held.values()))
    return [_absent(role, sorted(set(every) - own), len(every)) for role, own in held.items() if len(own) < len(every)]


def _absent(role: str, classes: list[str], C: int) -> Finding:
    names = shown([f"'{name}'" for name in classes], 4)
    return Finding(
        id="diagnosis.role.class_absent",
        severity="warning",
        what=f"{role} holds no {names}: its balanced error is a mean over {C - len(classes)} of {C} classes and cannot be compared.",
        where=role,
        evidence={"absent": classes, "classes": C},
        fix="Split so that each role holds every class.",
    )


def _of(dev: Estimate) -> str:
    return f"with n = {dev.n:,}" if dev.n is not None else "with what it holds"


def _by_dev(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> bool:
    """Is dev the more blurred end of the gap, and blurred by half the tolerance or more?"""
    reach = reach_towards(gap, rungs, tolerance)
    return bool(reach) and max(reach, key=lambda r: reach[r]) == "dev" and reach["dev"] >= tolerance / 2


def behind(references: Mapping[str, Reference]) -> Finding | None:
    """A warning where a plain method beats the net."""
    best = next(iter(references.values()), None)
    if best is None or best.standing != "behind":
        return None
    return Finding(
        id="diagnosis.reference.behind",
        severity="warning",
        what=f"The net is behind {best.name}: {percent(best.ahead.value)} points on dev.",
        where="dev",
        evidence={"reference": best.name, "value": best.ahead.value, "low": best.ahead.low, "high": best.ahead.high},
        fix=f"Use {best.name}, or find out what it has that the net has not.",
    )

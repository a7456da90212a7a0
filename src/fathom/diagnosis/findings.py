"""What makes the figures of a diagnosis less than they look."""

from __future__ import annotations

from collections.abc import Mapping

from fathom.core.amount import short
from fathom.core.expectations import shown
from fathom.core.percent import percent
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.gap import Gap
from fathom.core.records.reference import Reference
from fathom.diagnosis.planning import Plan, reach_towards, sharpened_by, times_both, wide
from fathom.diagnosis.sources import Measured

MOST_SKEW = 2.0
"""Up to here the studentized bootstrap covers 93 to 97% from 100 examples on (benchmarks/coverage.py)."""


def heavy_tail(errors: Mapping[str, Errors]) -> Finding | None:
    """One line on the roles where a few large errors make the mean, and its interval is too narrow."""
    resampled = {role: e for role, e in errors.items() if not e.is_rate}
    if not resampled:
        return None
    from fathom.core.bootstrap import skewness

    skew = {role: s for role, e in resampled.items() if (s := skewness(e)) > MOST_SKEW}
    if not skew:
        return None
    roles, one = " and ".join(role.replace("_", "-") for role in skew), len(skew) == 1
    sizes = " and ".join(f"{s:.1f}" for s in skew.values())
    tails, intervals = ("a heavy tail", "interval is") if one else ("heavy tails", "intervals are")
    return Finding(
        id="diagnosis.interval.heavy_tail",
        severity="info",
        what=f"The {roles} errors have {tails} (skewness {sizes}): their {intervals} too narrow.",
        where=roles,
        evidence={"skewness": skew, "n": {role: len(resampled[role]) for role in skew}},
        fix="Look at the largest first.",
    )


FEW = 30
"""Examples of a class below which they alone may make the interval of a balanced error wide."""


def fewest(dev: Measured | None) -> tuple[str, int] | None:
    """The class with the fewest examples in dev, and how many; None for plain errors, or where it holds enough of each."""
    if dev is None or dev.classes is None:
        return None
    import numpy as np

    from fathom.core.balanced import labels_of

    classes, counts = np.unique(labels_of(dev.classes), return_counts=True)
    return (str(classes[counts.argmin()]), int(counts.min())) if counts.min() < FEW else None


def too_small(
    gaps: Mapping[str, Gap],
    rungs: Mapping[str, Estimate],
    tolerance: float,
    plans: Mapping[str, Plan | None],
    scarce: tuple[str, int] | None = None,
    folds: str = "",
) -> Finding | None:
    """A warning where dev is what keeps a gap from being judged (C3W1-13); `scarce` is the class that it holds too few of.

    `folds` is how every example could serve as dev, where that would do; how many would decide is said by the gap that is unclear.
    """
    dev = rungs.get("dev")
    if dev is None or dev.low is None or dev.high is None:
        return None
    blurred = [gap for gap in gaps.values() if gap.verdict == "unclear" and _by_dev(gap, rungs, tolerance)]
    blurred = [gap for gap in blurred if plans.get(gap.name) or times_both(gap, rungs, tolerance) or wide(gap, tolerance)]
    if not blurred:  # none, or such as are known well and lie so near the tolerance that more examples hardly decide
        return None
    planned = (plans.get(gap.name) or sharpened_by(gap, rungs, tolerance) for gap in blurred)
    needed = max((plan.rows for plan in planned if plan is not None and plan.role == "dev"), default=None)
    return Finding(
        id="diagnosis.dev.too_small",
        severity="warning",
        what=f"{_lacks(dev, scarce)}, the error lies between {percent(dev.low)}% and {percent(dev.high)}%.",
        where="dev",
        evidence={"n": dev.n, "low": dev.low, "high": dev.high, "tolerance": tolerance, "needed": needed}
        | ({"class": scarce[0], "of_class": scarce[1]} if scarce else {}),
        fix=f"Let every example be dev once: {folds}." if folds else "",
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


def _lacks(dev: Estimate, scarce: tuple[str, int] | None) -> str:
    n = f"{dev.n:,}" if dev.n is not None else "what it holds"
    if scarce is None:
        return f"Your dev set is too small to tell: {'with n = ' if dev.n is not None else 'with '}{n}"
    return f"Your dev set holds too few '{short(scarce[0])}' to tell: {scarce[1]} of {n} examples"


def _by_dev(gap: Gap, rungs: Mapping[str, Estimate], tolerance: float) -> bool:
    """Is dev the more blurred end of the gap, and blurred by half the tolerance or more?"""
    reach = reach_towards(gap, rungs, tolerance)
    return bool(reach) and max(reach, key=lambda r: reach[r]) == "dev" and reach["dev"] >= tolerance / 2


def behind(best: Reference | None) -> Finding | None:
    """A warning where a plain method beats the net."""
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

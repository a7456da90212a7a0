"""Learning rates tried for real, each for some steps from the same weights: the range that works."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.known_rate import known_rate
from fathom.checks.sanity.practice import Practice, trainable
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

RATES = tuple(10.0**power for power in range(-6, 2))
"""1e-6 to 10."""
FINE = 10.0**0.5
"""Rates this far from one that is given are tried too."""
STEPS = 15
WORKS = 0.3
"""Share of the best fall of the cost from which a rate works."""
LITTLE = 0.01
"""Share of the best fall from which a rate does anything."""
USUAL = (1e-4, 1e-2)
"""A rate of Adam in this range should work."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Train with every rate; judge the module's own, else whether an ordinary rate works."""
    if not trainable(subject):
        raise Skip("nothing can be trained")
    given = known_rate(subject.net)
    rates = RATES if given is None else tuple(sorted({*RATES, given / FINE, given, given * FINE}))
    start, after = math.nan, {}
    for rate in rates:
        with untouched(subject.net):
            costs = Practice(subject, rate).steps(STEPS)
        start = costs[0]
        after[rate] = costs[-1] if math.isfinite(costs[-1]) else math.inf
    if not math.isfinite(start):
        raise Skip("the cost is not finite")
    best = min(after, key=lambda rate: after[rate])
    fall = start - after[best]
    if fall <= 1e-6 * abs(start):
        raise Skip("no rate lowers the cost")
    working = [rate for rate, cost in after.items() if start - cost >= WORKS * fall]
    if given is not None:
        high, low = given > best and given not in working, given < best and start - after[given] < LITTLE * fall
        if high or low:
            yield _given(given, working, start, after)
    elif all(start - cost < LITTLE * fall for rate, cost in after.items() if USUAL[0] <= rate * 1.001 and rate <= USUAL[1] * 1.001):
        yield _unusual(working, start, after)


def _given(given: float, working: list[float], start: float, after: dict[float, float]) -> Finding:
    high = given > working[-1]
    return Finding(
        id=f"check.rate.too_{'high' if high else 'low'}",
        severity="warning",
        what=f"The learning rate {given:g} is too {'high' if high else 'low'}: in {STEPS} steps of Adam the cost goes from {start:.3g} to "
        f"{after[given]:.3g}; rates from {working[0]:.1g} to {working[-1]:.1g} work.",
        where="",
        evidence={"works_from": working[0], "works_to": working[-1], "cost": {f"{rate:.2g}": cost for rate, cost in after.items()}},
        cause="a rate for another optimizer or another scale of the loss.",
        fix=f"learning_rate={min(after, key=lambda rate: after[rate]):.1g}",
    )


def _unusual(working: list[float], start: float, after: dict[float, float]) -> Finding:
    high = working[-1] < USUAL[0]
    return Finding(
        id=f"check.rate.too_{'high' if high else 'low'}",
        severity="warning",
        what=f"The usual learning rates of Adam ({USUAL[0]:g} to {USUAL[1]:g}) are too {'high' if high else 'low'} here: "
        f"only {working[0]:.1g} to {working[-1]:.1g} lower the cost in {STEPS} steps.",
        where="",
        evidence={"works_from": working[0], "works_to": working[-1], "start": start},
        cause="inputs or weights on a large scale." if high else "targets or outputs on a large scale, or weights that are far too large.",
        fix="Normalize inputs and targets; then the usual rates work.",
    )


RATE = Check(
    id="check.rate",
    name="learning rates that work",
    run=run,
    cost=1.0 * STEPS * len(RATES),
    finds=("check.rate.too_high", "check.rate.too_low"),
    least=16,
)

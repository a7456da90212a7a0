"""The size of gradients against that of the weights: whether an ordinary learning rate moves them by about a thousandth a step."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.calm import calm, seeded_cost
from fathom.checks.sanity.known_rate import known_rate
from fathom.checks.sanity.practice import gradients
from fathom.core.records.finding import Finding

AIM = 1e-3
"""Length of a step of gradient descent against that of the weights that is about right."""
SMALLEST, LARGEST = 1e-6, 1e3
"""Rates outside of which a step of that length would need an extraordinary learning rate."""
UNEVEN = 1e5
"""Ratio of the largest relative gradient of a layer to the smallest."""
TOO_LARGE, TOO_SMALL = 0.1, 1e-7
"""Relative steps that a given rate should not make."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """|gradient| / |weight| for each weight, and the rate that would make a step of a thousandth of it."""
    calm(subject.net)
    named = {name: p for name, p in subject.net.named_parameters() if p.requires_grad and p.dim() > 1}
    cost = seeded_cost(subject)
    if not named or not cost.requires_grad:
        raise Skip("no gradient comes back")
    relative = {}
    for (name, parameter), gradient in zip(named.items(), gradients(cost, list(named.values())), strict=True):
        size = float(parameter.detach().double().abs().square().sum().sqrt())
        slope = float(gradient.detach().double().abs().square().sum().sqrt()) if gradient is not None else 0.0
        if size > 0.0 and slope > 0.0 and math.isfinite(slope):
            relative[name] = slope / size
    if not relative:
        raise Skip("no weight has a gradient other than 0")
    ordered = sorted(relative.values())
    typical, rate = ordered[len(ordered) // 2], known_rate(subject.net)
    wanted = AIM / typical
    if rate is not None:
        yield from _at_rate(relative, rate)
    elif not SMALLEST <= wanted <= LARGEST:
        yield _of_all(typical, wanted)
    if len(relative) > 1 and ordered[-1] / ordered[0] > UNEVEN:
        yield _uneven(relative)


def _at_rate(relative: dict[str, float], rate: float) -> Iterator[Finding]:
    for name, ratio in (max(relative.items(), key=lambda i: i[1]), min(relative.items(), key=lambda i: i[1])):
        step = rate * ratio
        if TOO_SMALL <= step <= TOO_LARGE:
            continue
        large = step > TOO_LARGE
        yield Finding(
            id="check.update.too_large" if large else "check.update.too_small",
            severity="warning",
            what=f"At a learning rate of {rate:g} a step of gradient descent changes '{name}' by {step:.2g} of its length; "
            f"about {AIM:g} is right.",
            where=name,
            evidence={"step": step, "rate": rate},
            cause=f"a learning rate that is too {'high' if large else 'low'} for gradients of this size.",
            fix=f"A rate near {AIM / ratio:.1g} for this weight; Adam makes steps that do not depend on the size of gradients.",
        )


def _of_all(typical: float, wanted: float) -> Finding:
    large = wanted < SMALLEST
    return Finding(
        id="check.update.too_large" if large else "check.update.too_small",
        severity="warning",
        what=f"Gradients are {typical:.2g} times as long as their weights: a step of a thousandth needs a learning rate of {wanted:.1g}.",
        where="",
        evidence={"gradient_over_weight": typical, "rate": wanted},
        cause="a loss that is a sum over many things, targets in large units, or a large factor before the loss."
        if large
        else "a loss that is divided once too often, a tiny factor before it, or a signal that vanishes.",
        fix="Take the mean over examples and outputs as the loss, and normalize targets."
        if large
        else "Take the mean once, without further factors.",
    )


def _uneven(relative: dict[str, float]) -> Finding:
    high, low = max(relative, key=lambda n: relative[n]), min(relative, key=lambda n: relative[n])
    return Finding(
        id="check.update.too_small",
        severity="warning",
        what=f"Against its weights the gradient of '{low}' is {relative[high] / relative[low]:.1g} times smaller than that of '{high}': "
        "no learning rate fits both.",
        where=low,
        evidence={low: relative[low], high: relative[high]},
        cause="a signal that shrinks or grows from layer to layer, or weights on different scales.",
        fix="Draw all layers with the same rule (He, Xavier), put norms between them, or use Adam.",
    )


SIZE = Check(
    id="check.update.size",
    name="size of updates against weights",
    run=run,
    cost=1.2,
    finds=("check.update.too_large", "check.update.too_small"),
    least=4,
)

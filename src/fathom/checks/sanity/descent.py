"""The cost, its penalty included, must fall along its own gradient when the step is small enough, dropout off (C2W1-25, 35)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.calm import calm, seeded_cost
from fathom.checks.sanity.graph import nodes
from fathom.checks.sanity.practice import Practice, gradients, trainable
from fathom.core.records.finding import Finding

FALLS = (1e-2, 1e-3, 1e-4)
"""Shares of the cost that the steps should take off it, by the gradient."""
NOISE = 30.0
"""Rounding errors of the cost that a fall must exceed to be seen."""
LONGEST = 0.03
"""Length of a step against that of the weights, above which a straight line says little."""
ROUNDS, STEPS = 2, 5
ON_PURPOSE = ("straight", "ste", "revers", "quant", "binar", "surrogate", "spike")
"""Parts of names of functions whose gradient is meant to be another."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """At the weights as they are and after a few steps: three step sizes along the gradient, none may raise the cost."""
    calm(subject.net)
    tried = 0
    for round in range(ROUNDS):
        if round:
            Practice(subject, 1e-3).steps(STEPS)
        falls = _falls(subject)
        tried += len(falls)
        if falls and all(ratio < 0.0 for _, ratio in falls):
            yield _rises(subject, falls)
            return
    if not tried:
        raise Skip("the gradient is too small against the rounding of the cost")


def _falls(subject: Subject) -> list[tuple[float, float]]:
    """(share of the cost that the gradient promises, the fall measured over the fall promised) for each step that can be seen."""
    named = trainable(subject)
    cost = seeded_cost(subject)
    parameters = list(named.values())
    if not parameters or not cost.requires_grad:
        raise Skip("no gradient comes back")
    found = gradients(cost, parameters)
    start = float(cost.detach())
    square = sum(float(g.detach().double().abs().square().sum()) for g in found if g is not None)
    length = math.sqrt(sum(float(p.detach().double().abs().square().sum()) for p in parameters)) or 1.0
    if not math.isfinite(start) or not math.isfinite(square) or square == 0.0:
        return []
    rounding = NOISE * torch.finfo(cost.dtype).eps * max(abs(start), 1e-12)
    kept = [p.detach().clone() for p in parameters]
    seen: list[tuple[float, float]] = []
    for share in FALLS:
        step = share * max(abs(start), 1e-6) / square
        step = min(step, LONGEST * length * (share / FALLS[0]) / math.sqrt(square))
        if step * square < rounding:
            continue
        _move(parameters, kept, found, step)
        with torch.no_grad():
            seen.append((share, (start - float(seeded_cost(subject))) / (step * square)))
    _move(parameters, kept, found, 0.0)
    return seen


@torch.no_grad()
def _move(parameters: Sequence[Tensor], kept: Sequence[Tensor], found: Sequence[Tensor | None], step: float) -> None:
    for parameter, before, gradient in zip(parameters, kept, found, strict=True):
        if gradient is not None:
            parameter.copy_(before - step * gradient)


def _rises(subject: Subject, falls: list[tuple[float, float]]) -> Finding:
    names = " ".join(nodes(seeded_cost(subject))).lower()
    meant = next((part for part in ON_PURPOSE if part in names), "")
    return Finding(
        id="check.descent.rises",
        severity="info" if meant else "error",
        what="The cost rises along its own gradient, however small the step: the gradient is not that of the cost"
        + (", as the names of its functions say it is meant to be." if meant else "."),
        where="loss",
        evidence={"fall_measured_over_promised": {f"{share:g}": ratio for share, ratio in falls}},
        cause="a backward pass written by hand with the wrong sign, a hook that changes gradients, or a part of the cost that is detached.",
        fix="fathom.check_gradient names the tensor.",
    )


RISES = Check(id="check.descent.rises", name="the cost falls along its gradient", run=run, cost=14.0, needs="gradient", least=8)

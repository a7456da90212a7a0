"""Parameters that training does not move: without any gradient for some steps, or set back by the forward pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.practice import Practice
from fathom.core.records.finding import Finding

STEPS, RATE = 5, 1e-3


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """A few steps of Adam; whatever has a gradient must be elsewhere afterwards, and stay there through a forward pass."""
    practice = Practice(subject, RATE)
    if not practice.parameters:
        raise Skip("nothing can be trained")
    start = [p.detach().clone() for p in practice.parameters]
    cost = practice.cost()
    from_graph = {name for name, g in zip(practice.names, _grads(cost, practice), strict=True) if g}
    practice.steps(STEPS)
    kept = [p.detach().clone() for p in practice.parameters]
    with torch.no_grad():
        practice.cost()
    reset = [n for n, p, k in zip(practice.names, practice.parameters, kept, strict=True) if not torch.equal(p.detach(), k)]
    if reset:
        yield _reset(reset)
    still = [
        name
        for name, p, before in zip(practice.names, practice.parameters, start, strict=True)
        if name in from_graph and name not in reset and torch.equal(p.detach(), before)
    ]
    if still:
        yield _still(still)


def _grads(cost: torch.Tensor, practice: Practice) -> list[bool]:
    """Which parameters the graph of the cost leads to; the others are the finding of the check of the gradient's flow."""
    if not cost.requires_grad:
        return [False] * len(practice.parameters)
    found = torch.autograd.grad(cost, practice.parameters, allow_unused=True)
    return [g is not None for g in found]


def _still(names: list[str]) -> Finding:
    return Finding(
        id="check.parameter.not_moving",
        severity="warning",
        what=f"{quoted(names)}: not moved by {STEPS} steps of Adam, because the gradient is exactly 0 at each.",
        where=names[0],
        evidence={"parameters": names, "steps": STEPS},
        cause="dead units, a factor of 0 behind, a step (round, argmax, comparison), or a part that this batch does not use.",
        fix="Look at the output of that layer on this batch: zeros, or values that a later operation throws away.",
    )


def _reset(names: list[str]) -> Finding:
    return Finding(
        id="check.parameter.not_moving",
        severity="error",
        what=f"{quoted(names)}: changed by the forward pass itself, so that what training learns is overwritten.",
        where=names[0],
        evidence={"parameters": names},
        cause="an initialization, a copy or a clamp of weights inside forward.",
        fix="Initialize in __init__; what forward computes from a weight belongs in a new variable.",
    )


MOVING = Check(id="check.parameter.not_moving", name="parameters that move", run=run, cost=8.0, least=8)

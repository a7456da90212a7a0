"""Some steps of training against the best answer that ignores the input, and against the same net on inputs that say nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import axis_of, tensors_of
from fathom.checks.sanity.answers import answers
from fathom.checks.sanity.calm import seeded_outputs
from fathom.checks.sanity.practice import Practice, trainable
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

STEPS = 60
RATES = (1e-2, 1e-1, 1e-3)
BEATEN = 0.98
"""Share of the best constant's loss that training must get below."""
ALIKE = 1e-6


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Whether outputs differ between examples at all, and whether training beats the best constant."""
    if not trainable(subject):
        raise Skip("nothing can be trained")
    if _inputs_alike(subject):
        raise Skip("the examples of the batch are all alike")
    with torch.no_grad():
        outputs = seeded_outputs(subject)
    known = answers(subject, outputs)
    constant, ideal = known.cost(known.constant()), known.floor()
    if not math.isfinite(constant) or not constant - ideal > 1e-9:
        raise Skip("a constant answers this batch as well as can be")
    reached, still = {}, True
    for rate in RATES:
        with untouched(subject.net):
            costs = [c for c in Practice(subject, rate).steps(STEPS, enough=ideal + 0.8 * (constant - ideal)) if math.isfinite(c)]
            still = still and _alike(subject)
        reached[rate] = (min(costs, default=math.inf) - ideal) / (constant - ideal)
        if reached[rate] < BEATEN:
            return
    if still:
        yield _blind(reached)
    elif min(reached.values()) >= BEATEN:
        with untouched(subject.net):
            costs = _without_inputs(subject)
        yield _not_beaten(reached, (min(costs, default=math.inf) - ideal) / (constant - ideal))


def _alike(subject: Subject) -> bool:
    """Whether every example gets the same outputs."""
    subject.net.eval()
    with torch.no_grad():
        outputs = seeded_outputs(subject).double()
    axis = axis_of(outputs, subject.size)
    if axis is None or subject.size < 3:
        return False
    rows = outputs.movedim(axis, 0).reshape(subject.size, -1)
    spread = float((rows - rows[:1]).abs().max())
    return math.isfinite(spread) and spread <= ALIKE * max(float(rows.abs().max()), 1e-12)


def _inputs_alike(subject: Subject) -> bool:
    parts = [(t, axis_of(t, subject.size)) for t in tensors_of(subject.inputs)]
    return all(bool((t == t.index_select(axis, torch.tensor([0], device=t.device))).all()) for t, axis in parts if axis is not None)


def _without_inputs(subject: Subject) -> list[float]:
    """The costs of the same training where every example has the inputs of the first."""
    inputs, _ = subject.rows([0] * subject.size)
    blind = Subject(
        subject.net,
        subject.loss,
        inputs,
        subject.targets,
        subject.forward,
        subject.seed,
        None,
        subject.clock,
        {"loss": subject.loss_name},
    )
    return [c for c in Practice(blind, RATES[0]).steps(STEPS) if math.isfinite(c)]


def _blind(reached: dict[float, float]) -> Finding:
    return Finding(
        id="check.baseline.not_beaten",
        severity="error",
        what=f"After {STEPS} steps of training every example gets the same outputs: they do not depend on the inputs.",
        where="outputs",
        evidence={"loss_against_constant": {f"{rate:g}": left for rate, left in reached.items()}},
        cause="a layer whose output is overwritten or multiplied by 0, dead units, or a mean over the examples.",
        fix="Follow two examples through forward, and see where they become equal.",
    )


def _not_beaten(reached: dict[float, float], without: float) -> Finding:
    best = min(reached.values())
    return Finding(
        id="check.baseline.not_beaten",
        severity="warning",
        what=f"After {STEPS} steps of Adam the loss is {best:.2f} times that of the best constant answer; "
        f"with the same inputs for all examples it gets to {without:.2f}.",
        where="",
        evidence={"loss_against_constant": {f"{rate:g}": left for rate, left in reached.items()}, "without_inputs": without},
        cause="targets that have nothing to do with the inputs, inputs on a bad scale, or a signal that vanishes on its way.",
        fix="Check on a few examples by eye that inputs and targets belong together, then the other findings.",
    )


BASELINE = Check(id="check.baseline.not_beaten", name="better than an answer that ignores the input", run=run, cost=3.0 * STEPS, least=16)

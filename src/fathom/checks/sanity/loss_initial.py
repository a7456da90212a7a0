"""The loss at the start against what outputs that know nothing would have: ln C, ln 2, the variance of the targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.answers import REGRESSION, Answers, answers
from fathom.checks.sanity.calm import seeded_outputs
from fathom.core.records.finding import Finding, Severity
from fathom.nets.untouched import untouched

EXCESS, TIMES = 1.5, 2.0
"""A loss of classes is too high above max(expected + EXCESS, TIMES * expected)."""
FAR = 4.0
"""Squared errors are too high above that many variances of the targets."""
SUMMED = 0.02
MANY = 50.0


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Whether better answers have a lower loss, whether the loss is a mean, and whether it starts where it should."""
    with untouched(subject.net, weights=False), torch.no_grad():
        subject.net.eval() if subject.size < 4 else None
        outputs = seeded_outputs(subject)
    known = _known(subject, outputs)
    actual, expected, ideal = known.cost(known.outputs), known.cost(known.uninformed()), known.floor()
    if not all(map(math.isfinite, (actual, expected, ideal))):
        return
    if ideal > expected + 1e-9 * abs(expected):
        if expected >= 0.0 and (known.loss in REGRESSION or known.outputs.dim() > 2):
            raise Skip("the loss compares outputs and targets in a way of its own")
        yield _upside_down(known, expected, ideal)
        return
    summed = _summed(known)
    if summed:
        yield _sum(known, actual)
    if known.loss in REGRESSION:
        yield from _factor(known, expected, ideal, summed)
        yield from _squares(known, actual, expected, ideal)
        return
    yield from _factor(known, expected, ideal, summed)
    yield from _penalty(known, expected, ideal)
    yield from _height(known, actual, expected, ideal, known.subject.size if summed else 1)


def _height(known: Answers, actual: float, expected: float, ideal: float, unit: int) -> Iterator[Finding]:
    above, below = (actual - expected) / unit, (expected - ideal) / unit
    formula = known.expected()
    name = f"ln {known.classes}" if known.loss in ("cross_entropy", "nll") else "ln 2"
    says = f"{expected / unit:.3g}" + (f" ({name})" if formula and math.isclose(expected, formula, rel_tol=0.01) else "")
    if above > max(EXCESS, (TIMES - 1.0) * below):
        spread = float(known.outputs.double().std())
        yield _finding(
            "warning",
            f"The loss starts at {actual / unit:.3g}; outputs that know nothing have {says}.",
            {"loss": actual, "expected": expected, "outputs_std": spread},
            f"outputs that are sure of themselves before anything is learned: their std is {spread:.2g} (weights or inputs too large).",
            "Scale the last layer down (its std to 0.01 and its bias to 0), and normalize the inputs.",
        )
    elif above < -0.5 * below:
        yield _finding(
            "info",
            f"The loss starts at {actual / unit:.3g}; outputs that know nothing have {says}: the net knows the answers already.",
            {"loss": actual, "expected": expected},
            "a net that was trained before; else the answers are among the inputs.",
            "",
        )


def _squares(known: Answers, actual: float, expected: float, ideal: float) -> Iterator[Finding]:
    targets, spread = known.aligned().double(), expected - ideal
    std, mean = float(targets.std()) if targets.numel() > 1 else 0.0, float(targets.mean())
    if spread <= 0.0 or std == 0.0:
        return
    if (actual - ideal) / spread > FAR:
        outside = abs(mean) > std or float(known.outputs.double().std()) <= 2.0 * std
        yield _finding(
            "warning",
            f"The loss starts at {actual:.3g}; the mean of the targets alone would have {expected:.3g}.",
            {"loss": actual, "expected": expected, "targets_mean": mean, "targets_std": std},
            f"targets far from 0 (mean {mean:.3g}, std {std:.3g})." if outside else "weights or inputs that are too large.",
            "y = (y - mean) / std with those of the training set; undo it when you predict."
            if outside
            else "Normalize the inputs, and scale the last layer down.",
        )
    elif std > 30.0 or std < 1e-3:
        yield _finding(
            "warning",
            f"The targets have a standard deviation of {std:.3g}: the loss and its gradients are on the scale of its square.",
            {"loss": actual, "expected": expected, "targets_mean": mean, "targets_std": std},
            "targets in their own unit.",
            "y = (y - mean) / std with those of the training set; undo it when you predict.",
        )


def _known(subject: Subject, outputs: Tensor) -> Answers:
    """The answers that the loss wants; those of its negative, where that is a loss and itself is none."""
    try:
        return answers(subject, outputs)
    except Skip:
        if subject.loss_name:
            raise
        negative = replace(subject, loss=lambda outputs, targets: -subject.loss(outputs, targets))
        known = answers(negative, outputs)
        return Answers(subject, known.outputs, known.loss)


def _factor(known: Answers, expected: float, ideal: float, summed: bool) -> Iterator[Finding]:
    """The loss of classes over what its formula gives; weights of classes make it a few times larger or smaller."""
    formula, most = known.expected(), MANY
    if known.loss == "mse":
        targets = known.aligned().double()
        formula = float((targets - targets.mean(0, keepdim=True)).square().mean())
        most = max(MANY, 2.0 * targets.numel() / known.subject.size)  # squared errors are often summed over an example
    if not formula or summed or (known.soft and known.loss != "mse"):
        return
    factor = (expected - ideal) / formula
    if not 1.0 / MANY < factor < most:
        yield _finding(
            "warning",
            f"The loss is about {factor:.2g} times the {known.loss.replace('_', ' ')}: outputs that know nothing have "
            f"{expected:.3g}, not {formula:.3g}.",
            {"factor": factor, "expected": expected, "formula": formula},
            "a factor in front of the loss, a sum over many things, or a division too many.",
            "Take the plain mean; the learning rate is the place for factors.",
        )


def _penalty(known: Answers, expected: float, ideal: float) -> Iterator[Finding]:
    if ideal > 3.0 * (expected - ideal) and not known.soft:
        yield _finding(
            "warning",
            f"Of the loss of {expected:.3g} that outputs without knowledge have, {ideal:.3g} are left with ideal outputs.",
            {"expected": expected, "ideal": ideal},
            "a penalty on the weights that outweighs the errors, or a constant that is added.",
            "Lower the weight of the penalty, until the data term leads.",
        )


def _upside_down(known: Answers, expected: float, ideal: float) -> Finding:
    return _finding(
        "error",
        f"Ideal outputs have a loss of {ideal:.3g}, outputs that know nothing {expected:.3g}: the better the answers, the higher the loss.",
        {"ideal": ideal, "expected": expected},
        "the wrong sign, or targets that the loss counts in another way than the outputs.",
        "Try your loss on outputs that are right: it should be near 0.",
    )


def _sum(known: Answers, actual: float) -> Finding:
    return _finding(
        "info",
        f"The loss is a sum over the {known.subject.size} examples, not their mean.",
        {"loss": actual, "examples": known.subject.size},
        "reduction='sum'.",
        "Take the mean: else the step grows with the size of the batch, and a learning rate fits one size alone.",
    )


def _summed(known: Answers) -> bool:
    """Whether the batch twice over has twice the loss."""
    few = known.subject.size // 2
    if few < 2:
        return False
    rows = [*range(few), *range(few)]
    _, once = known.subject.rows(range(few))
    _, twice = known.subject.rows(rows)
    axis = 0 if len(known.outputs) >= known.subject.size else None
    if axis is None or len(known.outputs) != known.subject.size:
        return False
    try:
        with torch.no_grad():
            one = float(known.subject.cost_of(known.outputs[:few], once))
            two = float(known.subject.cost_of(known.outputs[:few].repeat(2, *[1] * (known.outputs.dim() - 1)), twice))
    except Exception:  # a loss that wants all examples
        return False
    return one > 0.0 and math.isclose(two, 2.0 * one, rel_tol=SUMMED)


def _finding(severity: Severity, what: str, evidence: dict[str, float], cause: str, fix: str) -> Finding:
    return Finding(id="check.loss.initial", severity=severity, what=what, where="loss", evidence=evidence, cause=cause, fix=fix)


INITIAL = Check(id="check.loss.initial", name="initial loss against its expected value", run=run, cost=0.6, needs="cost", least=8)

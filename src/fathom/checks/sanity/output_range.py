"""An activation at the end of the net that keeps the outputs from where the targets are."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.answers import REGRESSION, answers, is_plain
from fathom.checks.sanity.calm import seeded_outputs
from fathom.checks.sanity.graph import last_operation
from fathom.checks.sanity.loss_wants import last_name
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding, Severity

RANGES = {
    "Relu": (0.0, math.inf),
    "Sigmoid": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "Softmax": (0.0, 1.0),
    "LogSoftmax": (-math.inf, 0.0),
    "Softplus": (0.0, math.inf),
    "Exp": (0.0, math.inf),
    "Abs": (0.0, math.inf),
    "Hardtanh": (-1.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
    "LogSigmoid": (-math.inf, 0.0),
    "Sin": (-1.0, 1.0),
}
"""Where the outputs of an operation lie, by the name of its node in the graph."""
NAMES = {"Relu": "ReLU"}
SHARE = 0.01


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The range that the last operation leaves, against what the loss and the targets need."""
    outputs = seeded_outputs(subject)
    last = last_operation(outputs)
    if last not in RANGES:
        return
    known = answers(subject, outputs)
    name = NAMES.get(last, last.lower())
    low, high = RANGES[last]
    if known.loss in REGRESSION:
        yield from _targets_outside(subject, known.aligned(), name, low, high)
    elif known.loss == "cross_entropy" and last not in ("Softmax", "LogSoftmax", "Exp", "Abs", "Softplus"):
        bounded = math.isfinite(high - low)
        least = math.log1p((known.classes - 1) * math.exp(low - high)) if bounded else 0.0
        yield _finding(
            subject,
            "error" if bounded else "warning",
            f"The logits come out of a {name}, within [{low:g}, {high:g}]"
            + (f": the loss cannot fall below {least:.3g}." if bounded else ": no class can be ruled out by a negative logit."),
            {"operation": last, "least_loss": least},
            f"the {name} of the hidden layers was put behind the last layer too.",
        )
    elif known.loss == "bce_with_logits" and last not in ("Sigmoid", "Softmax"):
        worst = 1.0 / (1.0 + math.exp(-low)) if math.isfinite(low) else 0.0
        best = 1.0 / (1.0 + math.exp(-high)) if math.isfinite(high) else 1.0
        yield _finding(
            subject,
            "error",
            f"The logits come out of a {name}: every probability lies within [{worst:.2g}, {best:.2g}].",
            {"operation": last, "lowest": worst, "highest": best},
            f"the {name} of the hidden layers was put behind the last layer too.",
        )


def _targets_outside(subject: Subject, targets: Tensor, name: str, low: float, high: float) -> Iterator[Finding]:
    margin = 1e-3 * (float(targets.std()) if targets.numel() > 1 else 1.0)
    outside = float(((targets < low - margin) | (targets > high + margin)).double().mean())
    if outside > SHARE:
        smallest, largest = float(targets.min()), float(targets.max())
        yield _finding(
            subject,
            "error",
            f"The outputs come out of a {name}, within [{low:g}, {high:g}]; {outside:.0%} of the targets lie outside "
            f"(from {smallest:.3g} to {largest:.3g}).",
            {"outside": outside, "smallest": smallest, "largest": largest, "low": low, "high": high},
            f"a {name} at the end of a net whose targets are any numbers.",
        )


def _finding(subject: Subject, severity: Severity, what: str, evidence: dict[str, object], cause: str) -> Finding:
    return Finding(
        id="check.output.range",
        severity=severity,
        what=what,
        where=last_name(subject),
        evidence=evidence,
        cause=cause,
        fix="Take the activation behind the last layer out.",
    )


def shape(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Outputs and targets of one size and two shapes: (n, 1) against (n,) makes n x n differences."""
    outputs, targets = seeded_outputs(subject).detach(), subject.targets
    if not isinstance(targets, Tensor):
        raise Skip("the targets are not one tensor")
    yield from _classes_last(subject, outputs, targets)
    if outputs.shape == targets.shape or targets.numel() < 1:
        return
    if outputs.numel() != targets.numel():
        yield from _other_number(subject, outputs, targets)
        return
    if targets.numel() < 2:
        return
    source = torch.Generator().manual_seed(subject.seed)
    other = torch.rand(outputs.shape, generator=source).to(outputs).clamp(0.01, 0.99)
    try:
        with torch.no_grad():
            given = float(subject.cost_of(other))
            aligned = float(subject.cost_of(other.reshape(targets.shape)))
    except Exception:  # a loss that wants these shapes, or refuses both
        return
    if math.isfinite(given) and not math.isclose(given, aligned, rel_tol=1e-4, abs_tol=1e-7):
        yield Finding(
            id="check.output.shape",
            severity="error",
            what=f"Outputs of shape {tuple(outputs.shape)} meet targets of shape {tuple(targets.shape)}: they are broadcast, and "
            "every output is compared with every target.",
            where="loss",
            evidence={
                "outputs": list(outputs.shape),
                "targets": list(targets.shape),
                "loss_of_random_outputs": given,
                "in_one_shape": aligned,
            },
            cause="a last layer with one unit gives (n, 1), the targets are (n,); the best answer then is the mean for all.",
            fix="outputs.squeeze(1), or targets.unsqueeze(1).",
        )


def _other_number(subject: Subject, outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    """A loss that compares element by element, with more of the one than of the other."""
    if subject.loss_name not in (*REGRESSION, "bce", "bce_with_logits") or subject.last is not None:
        return
    more, fewer = ("outputs", "targets") if outputs.numel() > targets.numel() else ("targets", "outputs")
    yield Finding(
        id="check.output.shape",
        severity="error" if is_plain(subject) else "warning",
        what=f"Outputs of shape {tuple(outputs.shape)} meet targets of shape {tuple(targets.shape)}: several {more} are compared with "
        f"one of the {fewer}.",
        where="loss",
        evidence={"outputs": list(outputs.shape), "targets": list(targets.shape)},
        cause="a last layer of another width than the targets, or a target that was not repeated or cut.",
        fix="Give the last layer as many outputs as an example has targets.",
    )


def _classes_last(subject: Subject, outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    """As many steps as classes: torch takes the second axis for the classes, a linear layer puts them last, and nothing complains."""
    square = outputs.dim() == 3 and outputs.shape[1] == outputs.shape[2] and targets.shape == outputs.shape[:2]
    if not square or not is_plain(subject) or subject.loss_name not in ("cross_entropy", "nll"):
        return
    with torch.no_grad(), watched(subject.net) as visits:
        given = seeded_outputs(subject)
    maker = next((v for v in reversed(visits) if isinstance(v.module, nn.Linear) and any(t is given for t in v.gives)), None)
    if maker is not None:
        yield Finding(
            id="check.output.shape",
            severity="error",
            what=f"The loss takes the second axis of {tuple(outputs.shape)} for the classes, but '{maker.name}' puts them last: classes "
            "and steps are exchanged.",
            where=maker.name,
            evidence={"outputs": list(outputs.shape), "targets": list(targets.shape)},
            cause="outputs of shape (examples, steps, classes); with as many steps as classes torch cannot notice.",
            fix="F.cross_entropy(outputs.transpose(1, 2), targets)",
        )


RANGE = Check(id="check.output.range", name="range of the outputs", run=run, cost=0.5, needs="cost", least=4)
SHAPE = Check(id="check.output.shape", name="shapes of outputs and targets", run=shape, cost=0.4, needs="cost", least=2)

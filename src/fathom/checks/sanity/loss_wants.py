"""Outputs in the form that the loss takes: logits, probabilities or their logarithms, and no softmax or sigmoid twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.answers import is_plain
from fathom.checks.sanity.calm import seeded_outputs
from fathom.checks.sanity.graph import last_operation, operation_before
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

CLOSE = 1e-4
DIRECT = "AccumulateGrad"
"""What stands before an operation of the loss that takes the outputs as they are."""
NLL = ("NllLoss", "NllLoss2D", "NllLossNd", "KlDiv", "Xlogy", "Sub")
CHANGES = 3.0
"""Weights are multiplied with up to this when outputs are looked at twice."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """What the loss wants is read off its name, what the net gives off its graph and its numbers under other weights."""
    wants = subject.loss_name
    looks = {
        "cross_entropy": _logits,
        "bce_with_logits": _one_logit,
        "nll": _logarithms,
        "kl_div": _logarithms,
        "bce": _probabilities,
    }
    if wants not in looks:
        raise Skip("the loss is none of those that take logits or probabilities")
    yield from looks[wants](subject)


def _logits(subject: Subject) -> Iterator[Finding]:
    outputs = seeded_outputs(subject)
    before = _inside(subject, outputs, ("LogSoftmax",))
    if outputs.dim() < 2 or (outputs.shape[1] < 2 and outputs.shape[-1] < 2):
        return
    if before == "Softmax" or (before == DIRECT and _ends(subject, outputs, ("Softmax",), _is_distribution)):
        yield Finding(
            id="check.loss.double_softmax",
            severity="error",
            what="The outputs have gone through a softmax, and the loss applies another: it takes raw outputs (logits).",
            where=last_name(subject),
            evidence={"row": [round(v, 4) for v in outputs.detach().flatten()[:4].tolist()], "before_the_loss": before},
            cause="a softmax at the end of the net; with two, the probability of a class never exceeds e / (e + C - 1).",
            fix="Take the softmax out of the net; apply it to the outputs when you want probabilities.",
        )


def _one_logit(subject: Subject) -> Iterator[Finding]:
    outputs = seeded_outputs(subject)
    before = _inside(subject, outputs, ("BinaryCrossEntropyWithLogits",))
    if before == "Sigmoid" or (before == DIRECT and _ends(subject, outputs, ("Sigmoid", "Softmax"), _is_probability)):
        yield Finding(
            id="check.loss.double_sigmoid",
            severity="error",
            what="The outputs have gone through a sigmoid, and the loss applies another: it takes raw outputs (logits).",
            where=last_name(subject),
            evidence={"smallest": float(outputs.detach().min()), "largest": float(outputs.detach().max()), "before_the_loss": before},
            cause="a sigmoid at the end of the net; with two, a probability stays between 0.50 and 0.73.",
            fix="Take the sigmoid out of the net, or the loss that takes probabilities (binary_cross_entropy).",
        )


def _logarithms(subject: Subject) -> Iterator[Finding]:
    outputs = seeded_outputs(subject).detach()
    if outputs.dim() < 2 or _are_logarithms(outputs) or not (is_plain(subject) or _inside(subject, outputs, NLL) == DIRECT):
        return
    kind = "probabilities" if _is_distribution(outputs) else "raw outputs"
    sure = subject.loss_name == "nll" or bool((outputs > CLOSE).any())
    yield Finding(
        id="check.loss.wants_log_probabilities",
        severity="error" if sure else "warning",
        what=f"The loss takes logarithms of probabilities, but gets {kind}: exp of a row sums to "
        f"{float(outputs.exp().sum(1).mean()):.3g} instead of 1.",
        where=last_name(subject),
        evidence={"sum_of_exp": float(outputs.exp().sum(1).mean()), "largest": float(outputs.max())},
        cause="nll_loss without log_softmax: such a loss has no bottom, the net only makes its outputs larger.",
        fix="loss = nn.CrossEntropyLoss() on raw outputs, or outputs.log_softmax(1) before nll_loss.",
    )


def _probabilities(subject: Subject) -> Iterator[Finding]:
    outputs = seeded_outputs(subject).detach()
    outside = float(((outputs < 0.0) | (outputs > 1.0)).double().mean())
    if outside > 0.0:
        yield Finding(
            id="check.output.range",
            severity="error",
            what=f"The loss takes probabilities, but {outside:.0%} of the outputs lie outside of [0, 1].",
            where=last_name(subject),
            evidence={"outside": outside, "smallest": float(outputs.min()), "largest": float(outputs.max())},
            cause="binary_cross_entropy on raw outputs.",
            fix="loss = nn.BCEWithLogitsLoss(), which takes raw outputs.",
        )


def _inside(subject: Subject, outputs: Tensor, names: tuple[str, ...]) -> str:
    """What the loss itself does to the outputs before it comes to these operations; DIRECT where nothing, or it is torch's own."""
    if is_plain(subject):
        return DIRECT
    try:
        return operation_before(subject.cost_of(outputs.detach().requires_grad_()), names)
    except Exception:  # that the loss fails is the frame's finding
        return ""


def _ends(subject: Subject, outputs: Tensor, operations: tuple[str, ...], holds: Callable[[Tensor], bool]) -> bool:
    """Whether the net ends in one of these operations, or in something that always gives such outputs."""
    return last_operation(outputs) in operations or _always(subject, outputs, holds)


def _always(subject: Subject, outputs: Tensor, holds: Callable[[Tensor], bool]) -> bool:
    """Whether the outputs have the property with other weights too, so that it is no accident."""
    if not holds(outputs.detach()):
        return False
    source = torch.Generator().manual_seed(subject.seed)
    with untouched(subject.net), torch.no_grad():
        for parameter in subject.net.parameters():
            factor = 1.0 + (CHANGES - 1.0) * torch.rand(parameter.shape, generator=source).to(parameter)
            parameter.mul_(factor).add_(torch.randn(parameter.shape, generator=source).to(parameter), alpha=0.5)
        other = seeded_outputs(subject)
    return holds(other) and not torch.allclose(other, outputs.detach(), rtol=1e-3, atol=1e-6)


def _is_distribution(outputs: Tensor) -> bool:
    """Rows, along the classes' axis or the last, that are probabilities and sum to 1."""
    if not _is_probability(outputs):
        return False
    return any(bool(((outputs.sum(axis) - 1.0).abs() < CLOSE).all()) for axis in {1, outputs.dim() - 1})


def _is_probability(outputs: Tensor) -> bool:
    return bool(((outputs >= 0.0) & (outputs <= 1.0)).all())


def _are_logarithms(outputs: Tensor) -> bool:
    return any(bool((outputs.logsumexp(axis).abs() < 10.0 * CLOSE).all()) for axis in {1, outputs.dim() - 1})


def last_name(subject: Subject) -> str:
    """The last module that holds no other, as the nearest name for the end of the net."""
    leaves = [name for name, module in subject.net.named_modules() if next(module.children(), None) is None]
    return leaves[-1] if leaves else type(subject.net).__name__


WANTS = Check(
    id="check.loss.wants",
    name="outputs in the form that the loss takes",
    run=run,
    cost=1.5,
    finds=("check.loss.double_softmax", "check.loss.double_sigmoid", "check.loss.wants_log_probabilities", "check.output.range"),
    needs="outputs",
    least=4,
)

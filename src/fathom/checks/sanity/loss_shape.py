"""What the loss gives: one number, with a graph, that is finite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.calm import seeded_outputs
from fathom.core.records.finding import Finding


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The loss of the batch as the user's own training loop would get it."""
    outputs = seeded_outputs(subject)
    try:
        value = subject.loss_of(outputs)
    except Exception:  # that the loss fails is the frame's finding
        return
    if not isinstance(value, Tensor):
        yield Finding(
            id="check.loss.not_scalar",
            severity="error",
            what=f"The loss gives a {type(value).__name__}, not a tensor: nothing can be derived from it.",
            where="loss",
            evidence={"type": type(value).__name__},
            cause=".item(), float(...) or NumPy in the loss.",
            fix="Return the tensor; take .item() of it only to print it.",
        )
        return
    if value.numel() != 1:
        yield Finding(
            id="check.loss.not_scalar",
            severity="error",
            what=f"The loss gives {value.numel():,} numbers of shape {tuple(value.shape)}; a net is trained on one.",
            where="loss",
            evidence={"shape": list(value.shape)},
            cause="reduction='none', or a mean that was left out.",
            fix="Return loss.mean().",
        )
        return
    number = float(value.detach())
    if not math.isfinite(number):
        yield Finding(
            id="check.loss.not_finite",
            severity="error",
            what=f"The loss is {number} at the start.",
            where="loss",
            evidence={"loss": number, "outputs_finite": bool(outputs.isfinite().all())},
            cause="log(0), a division by 0 or an overflow; the finding on where NaN is born names the place.",
            fix="Take the form of the loss that works on raw outputs (cross_entropy, binary_cross_entropy_with_logits).",
        )


SHAPE = Check(
    id="check.loss.not_scalar",
    name="the loss is one finite number",
    run=run,
    cost=0.4,
    finds=("check.loss.not_scalar", "check.loss.not_finite"),
    needs="outputs",
    least=2,
)

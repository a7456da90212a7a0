"""The same input twice in evaluation mode: noise that stays on, and a state that is carried from call to call."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.calm import calm, reseed, seeded_cost
from fathom.checks.sanity.practice import trainable
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

ROUNDING = 1e-5
"""Spread of the outputs, against their size, below which all examples have the same."""
SAME = 1e-3
"""Difference, in standard deviations of the outputs, up to which two passes are the same."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Two passes with other random numbers, two with the same, and two backward passes."""
    with untouched(subject.net), torch.no_grad():
        subject.net.eval()
        reseed(subject.seed)
        first = subject.outputs().clone()
        reseed(subject.seed + 1)
        second = subject.outputs().clone()
        reseed(subject.seed)
        third = subject.outputs().clone()
    if first.shape != second.shape or apart(first, third) > SAME:
        yield _carried(first, third)
    elif apart(first, second) > SAME:
        yield _noise(apart(first, second))
    yield from _second_backward(subject)


def apart(a: Tensor, b: Tensor) -> float:
    """The root mean square difference, in standard deviations of the first between examples; infinite where the shapes differ."""
    if a.shape != b.shape:
        return float("inf")
    if not a.dim():
        a, b = a.reshape(1), b.reshape(1)
    a, b = a.detach().double(), b.detach().double()
    finite = torch.isfinite(a) & torch.isfinite(b)
    if not bool(finite.any()):
        return 0.0
    between = (a - a.mean(0, keepdim=True))[finite]  # what the outputs of all examples have in common says nothing
    scale = float(between.square().mean().sqrt()) if len(a) > 1 else 0.0
    size = float(a[finite].abs().max())
    return float((a - b)[finite].square().mean().sqrt()) / (scale if scale > ROUNDING * size else size or 1.0)


def _carried(first: Tensor, again: Tensor) -> Finding:
    return Finding(
        id="check.determinism.differs",
        severity="warning",
        what="The same input gives other outputs at the second call, in evaluation mode and with the same random numbers.",
        evidence={"difference_in_std": apart(first, again)},
        cause="a state that the net carries from call to call (a hidden state, a running mean, a buffer that is changed).",
        fix="Start each call from a fresh state, or reset it where a sequence begins.",
    )


def _noise(difference: float) -> Finding:
    return Finding(
        id="check.determinism.differs",
        severity="warning",
        what="The same input gives other outputs at the second call in evaluation mode: something still draws random numbers.",
        evidence={"difference_in_std": difference},
        cause="F.dropout(x) without training=self.training, or noise that is added in every mode.",
        fix="F.dropout(x, p, training=self.training), or nn.Dropout(p) as a layer.",
    )


def _second_backward(subject: Subject) -> Iterator[Finding]:
    """A net that keeps a part of the last graph fails at the second step of any training loop."""
    calm(subject.net)
    leaves = list(trainable(subject).values())
    for _ in range(2):
        try:
            cost = seeded_cost(subject)
            if leaves and cost.requires_grad:
                torch.autograd.grad(cost, leaves, allow_unused=True)
        except Exception as error:
            if "second time" not in str(error):
                return  # that the loss fails is the frame's finding
            yield Finding(
                id="check.determinism.differs",
                severity="error",
                what="The second step of training fails: the net keeps a part of the graph of the first call.",
                evidence={"error": " ".join(str(error).split())[:200]},
                cause="a hidden state that is carried over with its graph, or weights that are computed in __init__.",
                fix="self.hidden = hidden.detach()",
            )
            return


TWICE = Check(id="check.determinism.differs", name="the same input twice", run=run, cost=3.0, needs="outputs", least=4)

"""Training and evaluation mode at the same input: beyond dropout, the two should agree once the norms know the data."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.calm import calm, reseed, seeded_outputs
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.twice import apart
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

ROUNDS = 4
FEW = 8
"""Examples below which the norm of a batch is too rough to compare."""
FAR = 0.3
"""Difference in standard deviations of the outputs from which the modes disagree."""
DISTANT = 5.0
"""Standard deviations of a batch that running means may be off, and the square root of the ratio of variances."""
FAST, SLOW = 0.5, 0.005
"""Momenta of a batch norm (torch's: the share of the new batch) that are seldom meant."""
MODAL = (_BatchNorm, nn.modules.dropout._DropoutNd)


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The momentum of the norms, the mode that the net comes in, and the outputs in both modes."""
    norms = {name: m for name, m in subject.net.named_modules() if isinstance(m, _BatchNorm) and m.track_running_stats}
    odd = {name: m.momentum for name, m in norms.items() if m.momentum is not None and not SLOW <= m.momentum <= FAST}
    if odd:
        yield _momentum(odd)
    modal = [name for name, m in subject.net.named_modules() if isinstance(m, MODAL)]
    if modal and not subject.net.training:
        yield _evaluation(modal)
    yield from _disagree(subject, norms)


def _disagree(subject: Subject, norms: dict[str, _BatchNorm]) -> Iterator[Finding]:
    if norms and subject.size < FEW:
        raise Skip(f"the batch has fewer than {FEW} examples, too few for the statistics of a norm")
    net = subject.net
    with torch.no_grad():
        calm(net)
        off = _elsewhere(subject, norms)
        learning = {name: norm for name, norm in norms.items() if norm.training}
        for norm in learning.values():
            norm.reset_running_stats()
            norm.momentum = None  # the mean over all passes
        train = seeded_outputs(subject).clone()
        for _ in range(ROUNDS if learning else 0):
            train = seeded_outputs(subject).clone()
        reseed(subject.seed + 1)
        noise = apart(train, subject.outputs())
        net.eval()
        evaluated = seeded_outputs(subject)
    if off:
        yield _of_other_data(off)
    far = apart(train, evaluated)
    if far > max(FAR, 3.0 * noise):
        yield Finding(
            id="check.mode.differs",
            severity="warning",
            what=f"With dropout off and the norms' statistics taken from this very batch, training and evaluation mode still "
            f"differ by {far:.2g} standard deviations of the outputs.",
            evidence={"difference_in_std": far, "noise_in_std": noise},
            cause="a norm whose statistics of the batch and running ones are not the same thing, or code that asks for self.training."
            if norms
            else "code in forward that asks for self.training and does something else than dropout.",
            fix="Compare the two branches at one input; net.eval() should change dropout and the statistics of norms, nothing else.",
        )


def _elsewhere(subject: Subject, norms: dict[str, _BatchNorm]) -> dict[str, float]:
    """Norms whose running statistics are not as they start and far from this batch: the distance of the means, in its std."""
    known = {m: name for name, m in norms.items() if m.running_mean is not None and bool(m.running_mean.any())}
    if not known:
        return {}
    with untouched(subject.net, weights=False), watched(subject.net) as visits:
        calm(subject.net)
        seeded_outputs(subject)
    off = {}
    for visit in visits:
        name = known.get(visit.module)  # type: ignore[call-overload]  # visits are of modules of any kind
        if name is None or not visit.given:
            continue
        channels = visit.given[0].detach().movedim(1, 0).flatten(1).double()
        std = channels.std(1).clamp_min(1e-12)
        running_mean, running_var = norms[name].running_mean, norms[name].running_var
        if running_mean is None or running_var is None:
            continue
        distance = float(((channels.mean(1) - running_mean).abs() / std).median())
        ratio = float((running_var / std.square()).log().abs().median())
        if distance > DISTANT or ratio > math.log(DISTANT**2):
            off[name] = distance
    return off


def _of_other_data(off: dict[str, float]) -> Finding:
    name, distance = max(off.items(), key=lambda item: item[1])
    return Finding(
        id="check.mode.differs",
        severity="warning",
        what=f"{quoted(off)}: the running statistics are not those of these inputs; the means are {distance:.2g} standard deviations off.",
        where=name,
        evidence={"mean_off_in_std": off},
        cause="a net that was trained on inputs normalized in another way, or statistics that were never updated.",
        fix="Normalize the inputs as the net was trained on, or let it see some batches in training mode before it is evaluated.",
    )


def _momentum(odd: dict[str, float]) -> Finding:
    name, momentum = max(odd.items(), key=lambda item: item[1])
    high = momentum > FAST
    return Finding(
        id="check.mode.differs",
        severity="warning",
        what=f"{quoted(odd)}: momentum {momentum:g} makes the running statistics "
        + ("those of the last batch alone." if high else "hardly move: evaluation sees those of the start."),
        where=name,
        evidence={"momentum": odd},
        cause="torch's momentum is the weight of the new batch; other libraries mean the weight of the old value.",
        fix=f"momentum={1.0 - momentum:.2g}" if high else "momentum=0.1",
    )


def _evaluation(modal: list[str]) -> Finding:
    return Finding(
        id="check.mode.differs",
        severity="info",
        what=f"The net comes in evaluation mode; {quoted(modal)} would not do in training what they are there for.",
        where=modal[0],
        evidence={"layers": len(modal)},
        cause="net.eval() after the last evaluation, or a net that was read from a checkpoint.",
        fix="net.train() before each epoch of training.",
    )


MODE = Check(id="check.mode.differs", name="training and evaluation mode", run=run, cost=3.0, needs="outputs", least=8)

"""A bias that the norm layer behind it subtracts again."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.calm import calm, seeded_outputs
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding
from fathom.nets.initialization import WEIGHTED
from fathom.nets.untouched import untouched

MOST = 12
NORMS = (_BatchNorm, _InstanceNorm)
"""They subtract the mean of each channel; a layer norm subtracts the mean of each example, which a bias survives."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Layers with a bias whose output goes straight into a norm of each channel, and nowhere else."""
    if not any(isinstance(module, NORMS) for module in subject.net.modules()):
        raise Skip("the net has no norm layer that subtracts the mean of a channel")
    with untouched(subject.net, weights=False), torch.no_grad(), watched(subject.net) as visits:
        subject.outputs()
    makers = {id(t): visit for visit in visits if isinstance(visit.module, WEIGHTED) for t in visit.gives}
    found = {}
    for visit in visits:
        if isinstance(visit.module, NORMS) and visit.given and id(visit.given[0]) in makers:
            maker = makers[id(visit.given[0])]
            if isinstance(maker.module.bias, nn.Parameter) and maker.module.bias.requires_grad:
                found[f"{maker.name}.bias"] = visit.name
    found = {name: norm for name, norm in list(found.items())[:MOST] if _without_effect(subject, name)}
    if found:
        count = sum(dict(subject.net.named_parameters())[name].numel() for name in found)
        yield Finding(
            id="check.bias.cancelled",
            severity="info",
            what=f"{quoted(found)}: the norm layer behind subtracts it again; {count:,} parameters do nothing.",
            where=next(iter(found)),
            evidence={"norms": found, "parameters": count},
            cause="the norm has a shift of its own (beta), which takes the place of the bias.",
            fix="Build these layers with bias=False.",
        )


def _without_effect(subject: Subject, name: str) -> bool:
    """Whether another bias gives the same outputs in training mode: its layer may feed others beside the norm."""
    with untouched(subject.net), torch.no_grad():
        calm(subject.net)
        before = seeded_outputs(subject).clone()
        subject.net.get_parameter(name).add_(1.0)
        return bool(torch.allclose(seeded_outputs(subject), before, rtol=1e-2, atol=1e-2 * float(before.std()) + 1e-6))


CANCELLED = Check(id="check.bias.cancelled", name="biases that a norm layer cancels", run=run, cost=4.0, needs="outputs", least=2)

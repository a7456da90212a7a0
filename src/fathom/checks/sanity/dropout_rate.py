"""Dropout that drops nearly everything, or that changes the size of what it lets through."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.calm import DROPOUT, INSIDE
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

HIGH = 0.75
PASSES = 64
OFF = 0.15
"""Relative change of the mean from which a layer's noise does not keep it."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The rates of all dropout layers, and hand-written ones that forget to divide by the share that they keep."""
    rates = {path: float(rate) for path, rate in _rates(subject.net)}
    high = {path: rate for path, rate in rates.items() if rate > HIGH}
    if high:
        path, rate = max(high.items(), key=lambda item: item[1])
        yield Finding(
            id="check.dropout.rate",
            severity="error" if rate >= 1.0 else "warning",
            what=f"{quoted(high)}: dropout drops {rate:.0%} of the units"
            + (": nothing comes through in training." if rate >= 1.0 else f" and keeps {1.0 - rate:.0%}."),
            where=path,
            evidence={"rates": high},
            cause="keep_prob and the probability of dropping are mixed up: torch's p is the share that is dropped.",
            fix=f"nn.Dropout(p={1.0 - rate:.2g}) keeps {rate:.0%}.",
        )
    yield from _unscaled(subject, clock)


def _rates(net: nn.Module) -> Iterator[tuple[str, float]]:
    for path, module in net.named_modules():
        if isinstance(module, DROPOUT):
            yield path, module.p
        elif isinstance(module, INSIDE):
            yield path, float(module.dropout)


def _unscaled(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Noisy layers of the user's own whose mean in training is not what they give in evaluation."""
    own = [m for m in subject.net.modules() if not type(m).__module__.startswith("torch.") and not isinstance(m, DROPOUT)]
    if not own:
        return
    with untouched(subject.net, weights=False), torch.no_grad():
        subject.net.train()
        with watched(subject.net) as visits:
            subject.outputs()
    for visit in visits:
        plain = visit.leaf and visit.module in own and not list(visit.module.parameters()) and visit.name
        if not plain or len(visit.given) != 1 or len(visit.gives) != 1 or visit.given[0].shape != visit.gives[0].shape:
            continue
        kept = _kept_share(visit.module, visit.given[0], clock)
        if kept is not None and abs(kept - 1.0) > OFF:
            yield Finding(
                id="check.dropout.rate",
                severity="warning",
                what=f"'{visit.name}' gives on average {kept:.2f} times in training what it gives in evaluation.",
                where=visit.name,
                evidence={"times": kept},
                cause="dropout that does not divide by the share it keeps: the layer behind sees other sizes in evaluation (C2W1-28).",
                fix="x * mask / (1 - p) in training, x in evaluation.",
            )


@torch.no_grad()
def _kept_share(module: nn.Module, given: Tensor, clock: Clock) -> float | None:
    """The mean in training over the value in evaluation, by least squares; None where training draws nothing or gives no zeros."""
    if not given.is_floating_point():
        return None
    given = given.detach()
    with untouched(module, weights=False):
        module.train()
        first, second = module(given.clone()), module(given.clone())
        if not isinstance(first, Tensor) or torch.equal(first, second) or not bool((first == 0).any()):
            return None
        total = torch.zeros_like(first, dtype=torch.float64)
        for _ in range(PASSES):
            clock.tick()
            total += module(given.clone())
        module.eval()
        still = module(given.clone()).double()
    return float((total / PASSES * still).sum() / still.square().sum().clamp_min(1e-30))


RATE = Check(id="check.dropout.rate", name="dropout", run=run, cost=1.0, needs="outputs", least=4)

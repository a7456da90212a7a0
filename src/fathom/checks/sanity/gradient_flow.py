"""Which parameters a gradient reaches, and why it does not reach the others: cut off, unused, or frozen."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.calm import calm, seeded_cost
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.practice import gradients
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding, Severity
from fathom.nets.untouched import untouched

MOST = 8
"""Modules without a gradient that are tried by changing their weights."""
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.RNNBase)
FRESH = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""Layers that torch draws by kaiming_uniform_ with a = sqrt(5), within 1 / sqrt(fan_in)."""
ENOUGH = 64
"""Elements of a weight from which its distribution can be told."""
CHANGES = 1e-6
"""Relative change of the loss from which it depends on the weights."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """One finding for each reason, with all parameters that it holds for."""
    named: dict[str, Tensor] = {name: p for name, p in subject.net.named_parameters() if p.requires_grad}
    if not named:
        return  # nothing to train, which is another check's finding
    calm(subject.net)
    with watched(subject.net) as visits:
        cost = seeded_cost(subject)
    before = float(cost.detach())
    if not cost.requires_grad:
        yield _cut_everywhere(subject)
        return
    found = dict(zip(named, gradients(cost, list(named.values())), strict=True))
    without = {name: named[name] for name, gradient in found.items() if gradient is None}
    graphs = {visit.name: visit.graph for visit in visits}
    unused, cut, paused, idle = _sorted(subject, without, graphs, before)
    if cut:
        yield _detached(cut, "error")
    if paused:
        yield _detached(paused, "warning", under_no_grad=True)
    if unused:
        yield _unused(unused)
    if idle:
        yield _none(idle)
    still = {name: named[name] for name, g in found.items() if g is not None and float(g.detach().abs().max()) == 0.0}
    flat = [name for name in still if named[name].dim() > 1][:MOST]
    steps = [name for name in flat if _matters(subject, {name: named[name]}, before, 0.1)]
    if steps:
        yield _flat(steps)


def _sorted(
    subject: Subject, without: dict[str, Tensor], graphs: dict[str, bool], before: float
) -> tuple[list[str], list[str], list[str], list[str]]:
    """Parameters without gradient: whose module is not called; which the loss depends on all the same (cut, or under no_grad); the rest."""
    unused: list[str] = []
    cut: list[str] = []
    paused: list[str] = []
    idle: list[str] = []
    modules: dict[str, dict[str, Tensor]] = {}
    for name, parameter in without.items():
        modules.setdefault(name.rpartition(".")[0], {})[name] = parameter
    for place, (path, own) in enumerate(modules.items()):
        if place < MOST and _matters(subject, own, before, 0.1):
            (cut if graphs.get(path, True) else paused).extend(own)
        elif path in graphs:
            idle.extend(own)
        else:
            unused.extend(own)
    return unused, cut, paused, idle


def _matters(subject: Subject, parameters: dict[str, Tensor], before: float, share: float) -> bool:
    """Whether the loss changes when these parameters do."""
    kept = {name: p.detach().clone() for name, p in parameters.items()}
    source = torch.Generator().manual_seed(subject.seed)
    with untouched(subject.net, weights=False), torch.no_grad():
        for parameter in parameters.values():
            noise = torch.randn(parameter.shape, generator=source).to(parameter)
            parameter.add_(noise, alpha=max(share * float(parameter.abs().mean()), share * 0.1))
        after = float(seeded_cost(subject))
        for name, parameter in parameters.items():
            parameter.copy_(kept[name])
    return not abs(after - before) <= CHANGES * max(abs(before), 1e-3)


def _cut_everywhere(subject: Subject) -> Finding:
    return Finding(
        id="check.gradient.detached",
        severity="error",
        what="The loss has no graph: no gradient comes back to any parameter.",
        where=type(subject.net).__name__,
        cause="torch.no_grad(), .detach(), .data, .item(), argmax or a conversion to NumPy between the weights and the loss.",
        fix="Compute the loss from the net's outputs with torch operations alone.",
    )


def _detached(names: list[str], severity: Severity, *, under_no_grad: bool = False) -> Finding:
    how = "it runs under torch.no_grad()" if under_no_grad else "the graph is cut behind it"
    return Finding(
        id="check.gradient.detached",
        severity=severity,
        what=f"The loss depends on {quoted(names)}, but no gradient comes back: {how}.",
        where=names[0],
        evidence={"parameters": names},
        cause="torch.no_grad() around a part of forward."
        if under_no_grad
        else ".detach(), .data, .item(), argmax, torch.tensor(...) or a conversion to NumPy in forward.",
        fix="Where it is meant to stay as it is, say so: module.requires_grad_(False). Else take it out.",
    )


def _unused(names: list[str]) -> Finding:
    return Finding(
        id="check.parameter.unused",
        severity="warning",
        what=f"{quoted(names)}: never used in the forward pass, so {_no_gradient(names)}.",
        where=names[0],
        evidence={"parameters": names},
        cause="a layer that was built and then forgotten in forward, or one that only another mode uses.",
        fix="Call it in forward, or take it out of __init__.",
    )


def _none(names: list[str]) -> Finding:
    return Finding(
        id="check.gradient.none",
        severity="warning",
        what=f"{quoted(names)}: what they compute does not reach the loss, so {_no_gradient(names)}.",
        where=names[0],
        evidence={"parameters": names},
        cause="an output that is computed and then overwritten or not returned.",
        fix="Follow the output of that layer to the return of forward: the name is often assigned again before it is used.",
    )


def _flat(names: list[str]) -> Finding:
    return Finding(
        id="check.gradient.detached",
        severity="warning",
        what=f"The loss depends on {quoted(names)}, but the gradient is 0 everywhere.",
        where=names[0],
        evidence={"parameters": names},
        cause="rounding, argmax, a comparison or a clamp in forward: steps, whose slope is 0.",
        fix="Take a smooth stand-in (softmax for argmax, sigmoid for a comparison).",
    )


def _no_gradient(names: list[str]) -> str:
    return "no gradient reaches them" if len(names) > 1 else "no gradient reaches it"


def frozen(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Parameters that do not want a gradient; whether on purpose cannot be told, but some patterns are seldom meant."""
    parameters: dict[str, Tensor] = dict(subject.net.named_parameters())
    still = [name for name, p in parameters.items() if not p.requires_grad and p.is_floating_point()]
    if not parameters or not still:
        return
    if len(still) == len(parameters):
        yield Finding(
            id="check.parameter.frozen",
            severity="error",
            what=f"Every parameter is frozen (requires_grad=False): none of the {len(still)} can learn.",
            where=type(subject.net).__name__,
            evidence={"parameters": still},
            cause="requires_grad_(False) on the whole net, a net built under torch.inference_mode, or an export that was read back.",
            fix="net.requires_grad_(True), then freeze again what is meant to stay.",
        )
        return
    fresh = _fresh(subject.net)
    odd = fresh or _seldom_meant(subject.net, parameters, still)
    yield Finding(
        id="check.parameter.frozen",
        severity="warning" if odd else "info",
        what=f"{quoted(odd or still)}: frozen (requires_grad=False)"
        + (
            ", though the weights are still as torch drew them."
            if fresh
            else ", between layers that learn."
            if odd
            else f"; {len(parameters) - len(still)} of {len(parameters)} parameters learn."
        ),
        where=(odd or still)[0],
        evidence={"parameters": still, "learning": len(parameters) - len(still)},
        cause="frozen on purpose, as a backbone that is kept, or left over from an earlier stage.",
        fix="If it is to learn: module.requires_grad_(True), and give its parameters to the optimizer.",
    )


def _fresh(net: nn.Module) -> list[str]:
    """Frozen weights that look like torch's own draw, uniform within 1 / sqrt(fan_in): nothing was learned that is worth keeping."""
    found = []
    for path, module in net.named_modules():
        if not isinstance(module, FRESH) or module.weight.requires_grad or module.weight.numel() < ENOUGH:
            continue
        scaled = module.weight.detach().double() * module.weight[0].numel() ** 0.5
        if 0.95 < float(scaled.abs().max()) <= 1.0 + 1e-6 and abs(float(scaled.std()) * 3.0**0.5 - 1.0) < 0.1:
            found.append(f"{path}.weight".lstrip("."))
    return found


def _seldom_meant(net: nn.Module, parameters: dict[str, Tensor], still: list[str]) -> list[str]:
    """Frozen weights in the minority that stand behind a layer that learns: a backbone that is kept stands in front."""
    if 2 * len(still) > len(parameters):
        return []
    order = list(parameters)
    first = next(place for place, name in enumerate(order) if parameters[name].requires_grad)
    layers = {f"{path}.{own}".lstrip(".") for path, m in net.named_modules() if isinstance(m, LAYERS) for own in m._parameters}
    return [name for name in still if order.index(name) > first and parameters[name].dim() > 1 and name in layers]


FLOW = Check(
    id="check.gradient.flow",
    name="a gradient for every parameter",
    run=run,
    cost=5.0,
    finds=("check.gradient.none", "check.gradient.detached", "check.parameter.unused"),
    needs="cost",
    least=4,
)
FROZEN = Check(id="check.parameter.frozen", name="frozen parameters", run=frozen, cost=0.0, needs="", least=1)

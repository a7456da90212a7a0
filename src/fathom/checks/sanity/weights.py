"""Initial weights: units that are copies of each other, layers of zeros, and weights on the wrong scale."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.practice import Practice, gradients
from fathom.core.records.finding import Finding
from fathom.nets.initialization import WEIGHTED

STEPS, STEP = 4, 0.02
"""Steps, and the length of one against that of all weights."""
LARGEST = 2_000_000
"""Elements of a weight up to which all its rows are compared with each other."""
WIDE, NARROW = 5.0, 0.02
"""Factors of std times sqrt(fan_in) outside of which weights are on the wrong scale; He is 1.41, torch's default 0.58."""


def symmetric(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Units with equal weights that are still equal after a few steps, and weights of zeros that stay there."""
    suspects = {
        name: p
        for name, p in subject.net.named_parameters()
        if p.requires_grad and p.dim() > 1 and p.is_floating_point() and len(p) > 1 and 2 * _distinct(p) <= len(p)
    }
    if not suspects:
        return
    zero = [name for name, p in suspects.items() if not bool(p.detach().any())]
    equal = [name for name, p in suspects.items() if name not in zero and _distinct(p) == 1]
    _descend(subject)
    still = [name for name in zero if not bool(suspects[name].detach().any())]
    if still:
        yield _zeros(still, zero)
    for name, parameter in suspects.items():
        distinct = _distinct(parameter)
        if name not in still and 2 * distinct <= len(parameter):
            yield _copies(name, parameter, distinct)
        elif name in equal:
            yield _equal(name, parameter)


def _descend(subject: Subject) -> None:
    """Gradient descent, each step a share of the length of all weights; Adam would blow rounding errors up to steps."""
    practice = Practice(subject, 1.0, adam=False)
    for _ in range(STEPS):
        found = gradients(practice.cost(), practice.parameters)
        slope = math.sqrt(sum(float(g.detach().double().square().sum()) for g in found if g is not None))
        length = math.sqrt(sum(float(p.detach().double().square().sum()) for p in practice.parameters)) or 1.0
        if not 0.0 < slope < math.inf:
            return
        practice.rate = STEP * length / slope
        practice.update(found)


def _zeros(still: list[str], zero: list[str]) -> Finding:
    return Finding(
        id="check.weights.zero",
        severity="error",
        what=f"{quoted(still)}: all weights are 0, and {STEPS} steps of training leave them at 0.",
        where=still[0],
        evidence={"still_zero": still, "zero_at_the_start": zero},
        cause="weights of 0 in two layers in a row, or in all: each passes neither a signal nor a gradient on.",
        fix="Draw the weights: nn.init.kaiming_normal_(layer.weight); biases may be 0.",
    )


def _copies(name: str, parameter: Tensor, distinct: int) -> Finding:
    units = len(parameter)
    sure = distinct <= max(1, units // 4)
    return Finding(
        id="check.weights.symmetric",
        severity="error" if sure else "warning",
        what=f"The {units} units of '{name}' are {distinct} in truth: the others are copies, still after {STEPS} steps of training.",
        where=name,
        evidence={"units": units, "distinct": distinct},
        cause="weights that start equal (zeros, ones, one constant): equal units get equal gradients (C1W3-11).",
        fix="Draw the weights: nn.init.kaiming_normal_(layer.weight).",
    )


def _equal(name: str, parameter: Tensor) -> Finding:
    return Finding(
        id="check.weights.symmetric",
        severity="warning",
        what=f"The {len(parameter)} units of '{name}' start with the same weights; only their biases or what is behind tells them apart.",
        where=name,
        evidence={"units": len(parameter), "distinct_at_the_start": 1},
        cause="weights that were filled with one constant.",
        fix="Draw the weights: nn.init.kaiming_normal_(layer.weight).",
    )


def scale(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Weights whose standard deviation is far from that of a sound initialization for their fan-in."""
    for wide in (True, False):
        found: dict[str, tuple[float, int]] = {}
        for name, weight, fan_in in _weights(subject.net):
            std = float(weight.detach().double().square().mean().sqrt())
            factor = std * math.sqrt(fan_in)
            if std > 0.0 and (factor > WIDE if wide else factor < NARROW):
                found[name] = (std, fan_in)
        if found:
            yield _scale(found, wide)


def _weights(net: nn.Module) -> Iterator[tuple[str, Tensor, int]]:
    """(name, weight, fan-in) of the layers whose sound scale is known; torch draws those of recurrent layers by their width."""
    for path, module in net.named_modules():
        if isinstance(module, WEIGHTED) and module.weight.requires_grad and module.weight.numel() >= 8:
            fan_in = module.weight[0].numel() if not _transposed(module) else module.weight[:, 0].numel()
            yield f"{path}.weight".lstrip("."), module.weight, fan_in
        elif isinstance(module, nn.RNNBase):
            for name, weight in module.named_parameters(recurse=False):
                if name.startswith("weight") and weight.requires_grad and weight.dim() == 2:
                    yield f"{path}.{name}".lstrip("."), weight, min(weight.shape[1], module.hidden_size)


def _scale(found: dict[str, tuple[float, int]], wide: bool) -> Finding:
    name, (std, fan_in) = max(found.items(), key=lambda item: abs(math.log(item[1][0] * math.sqrt(item[1][1]))))
    sound = math.sqrt(2.0 / fan_in)
    return Finding(
        id="check.weights.scale",
        severity="warning",
        what=f"The weights of '{name}' have a standard deviation of {std:.2g}; for {fan_in:,} inputs He's is {sound:.2g}"
        + (f" (and so in {len(found) - 1} more)." if len(found) > 1 else "."),
        where=name,
        evidence={"std": {n: s for n, (s, _) in found.items()}, "he": sound, "times": std / sound},
        cause=f"weights drawn without regard to the number of inputs: each layer makes the signal {'larger' if wide else 'smaller'}.",
        fix="nn.init.kaiming_normal_(layer.weight) for ReLU, nn.init.xavier_normal_(layer.weight) for tanh.",
    )


def _transposed(module: nn.Module) -> bool:
    return isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d)


@torch.no_grad()
def _distinct(parameter: Tensor) -> int:
    """The number of different rows; a large weight is only compared with its first row."""
    rows = parameter.detach().flatten(1)
    if parameter.numel() > LARGEST:
        return 1 if bool((rows == rows[:1]).all()) else len(rows)
    scale = rows.abs().max().clamp_min(1e-30)
    return len(torch.unique((rows / scale * 1e5).round(), dim=0))


SYMMETRIC = Check(
    id="check.weights.symmetric",
    name="units that are copies of each other",
    run=symmetric,
    cost=5.0,
    finds=("check.weights.symmetric", "check.weights.zero"),
    least=4,
)
SCALE = Check(id="check.weights.scale", name="scale of the initial weights", run=scale, cost=0.1, needs="", least=1)

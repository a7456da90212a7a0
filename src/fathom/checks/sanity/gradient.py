"""The gradient check as one of the checks of `check_model`: the tensor whose gradient is wrong, and how it is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fathom.checks.budget import Clock, OutOfTime
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.gradient.check import check_gradient
from fathom.checks.gradient.precision import InDouble
from fathom.checks.gradient.torch_problem import doubled
from fathom.checks.sanity.calm import calm, seeded_cost
from fathom.checks.sanity.cuts import interferences
from fathom.checks.sanity.descent import ON_PURPOSE
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.practice import gradients
from fathom.core.exceptions import UnusableInput
from fathom.core.records.finding import Finding
from fathom.core.records.gradient_check import GradientCheck

EXAMPLES = 8
TRIES, BESIDE = 3, 1e-3
"""Points that are tried, and how far they lie apart against the length of a parameter."""
STEP, LEAST = 1e-6, 1e-2
"""Length of the step against that of each parameter, and the least length of a parameter."""
CLOSE, NOISE = 1e-6, 1e-14
"""Relative difference of the slopes, and relative rounding of the cost, up to which both are the same."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Two-sided differences along one direction for each parameter, on a few examples, dropout off."""
    calm(subject.net)
    few = _few(subject)
    cuts, own, hooks = interferences(few)
    if _agrees(few):
        return
    try:
        checked = check_gradient(lambda: seeded_cost(few), few.net, seed=few.seed)
    except UnusableInput as error:
        raise Skip(str(error)) from error
    if checked.verdict != "bug":
        return
    if cuts and not own and not hooks:
        yield _cut(checked, cuts)
    else:
        yield _wrong(checked, own, hooks)


def _few(subject: Subject) -> Subject:
    """A few examples, where the loss takes them; some want a batch of one size."""
    few = subject.some(EXAMPLES)
    try:
        with torch.no_grad():
            seeded_cost(few)
    except OutOfTime:
        raise
    except Exception:  # whatever the user's loss raises
        return subject
    return few


def _agrees(subject: Subject) -> bool:
    """Whether the slope along a Gaussian direction in all parameters at once is the gradient's, to what float64 can tell.

    Two evaluations tell that nothing is wrong, as it mostly is; only then is it worth while to ask parameter by parameter.
    Where the net stands on a kink (a ReLU that gets exactly 0) it is asked a little beside; a wrong gradient is wrong there too.
    """
    source = torch.Generator().manual_seed(subject.seed)
    with doubled(subject.net), InDouble():
        parameters = [p for p in subject.net.parameters() if p.requires_grad]
        scales = [max(float(p.detach().square().mean().sqrt()), LEAST) for p in parameters]
        for _ in range(TRIES):
            cost = seeded_cost(subject)
            if not parameters or not cost.requires_grad:
                raise Skip("no gradient comes back")
            ways = [_noise(p, source) * scale for p, scale in zip(parameters, scales, strict=True)]
            pairs = zip(gradients(cost, parameters), ways, strict=True)
            along = [float((gradient * way).sum()) if gradient is not None else 0.0 for gradient, way in pairs]
            off = abs(_slope(subject, parameters, ways) - sum(along))
            if off <= CLOSE * math.hypot(*along) + NOISE * abs(float(cost.detach())) / STEP:
                return True
            with torch.no_grad():
                for parameter, scale in zip(parameters, scales, strict=True):
                    parameter.add_(_noise(parameter, source), alpha=BESIDE * scale)
    return False


def _noise(parameter: Tensor, source: torch.Generator) -> Tensor:
    return torch.randn(parameter.shape, generator=source, dtype=torch.float64).to(parameter)


@torch.no_grad()
def _slope(subject: Subject, parameters: Sequence[Tensor], ways: Sequence[Tensor]) -> float:
    """The two-sided difference of the cost along these ways; the parameters are put back."""
    here = [p.clone() for p in parameters]
    ends = []
    for sign in (1.0, -1.0, 0.0):
        for parameter, start, way in zip(parameters, here, ways, strict=True):
            parameter.copy_(start + sign * STEP * way)
        if sign:
            ends.append(float(seeded_cost(subject)))
    return (ends[0] - ends[1]) / (2.0 * STEP)


def _wrong(checked: GradientCheck, own: list[str], hooks: int) -> Finding:
    meant = [name for name in own if any(part in name.lower() for part in ON_PURPOSE)]
    parts = {part.name: part for part in checked.parts if part.wrong}
    kinds = {name: part.kind or part.state for name, part in parts.items()}
    others = f" ({len(kinds)} parameters in all: {quoted(kinds)})" if len(kinds) > 1 else ""
    first = next(iter(parts.values()))
    said = first.what or f"The gradient of '{first.name}' is not the slope of the cost."
    cause = f"the backward pass of {', '.join(own)}." if own else "a hook that changes gradients." if hooks else ""
    return Finding(
        id="check.gradient.wrong",
        severity="info" if meant else "error",
        what=f"{said.rstrip('.')}{others}." + (" The name of the function says that this is meant." if meant else ""),
        where=first.name,
        evidence={
            "parameters": list(kinds),
            "kinds": kinds,
            "ratios": {name: part.ratio for name, part in parts.items()},
            "functions": own,
            "hooks": hooks,
        },
        cause=cause or next((finding.cause for finding in checked.findings), ""),
        fix=next((f.fix for f in checked.findings if f.fix), "") or "Derive the backward pass again; fathom.check_gradient tests it alone.",
    )


def _cut(checked: GradientCheck, cuts: list[str]) -> Finding:
    names = checked.culprits
    return Finding(
        id="check.gradient.detached",
        severity="warning",
        what=f"{quoted(names)}: the gradient lacks a part, because a part of the graph is cut ({', '.join(cuts)}).",
        where=names[0],
        evidence={"parameters": names, "cuts": cuts},
        cause="a detached tensor that depends on these parameters; where it is meant (a target that stands still), all is well.",
        fix="Take .detach(), .data or torch.no_grad() out of the way from these parameters to the loss.",
    )


GRADIENT = Check(
    id="check.gradient",
    name="gradients against differences of the cost",
    run=run,
    cost=40.0,
    finds=("check.gradient.wrong", "check.gradient.detached"),
    least=4,
)

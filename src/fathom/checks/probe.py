"""A first look at a net: whether it runs forward, through its loss and back, and how long a pass takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch
from torch import nn

from fathom.checks.budget import Clock, OutOfTime
from fathom.checks.check import Subject
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

STAGES = ("", "outputs", "cost", "gradient")
"""How far a net gets: not even forward, forward, through the loss, and back."""
SHARE = 0.04
"""Of the budget: what a single timed pass may take as far as the passes before it tell."""
GROWTH = 2


@dataclass
class Probe:
    """What the first look found.

    Attributes:
        works: the last stage of `STAGES` that works.
        times: number of examples -> seconds of a forward and backward pass.
        findings: why it does not work.
    """

    works: str = ""
    times: dict[int, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def seconds(self, n: int) -> float:
        """Seconds of a pass over n examples: a fixed part and a part for each example, read off the smallest and the largest timed."""
        if not self.times:
            return 0.0
        few, many = min(self.times), max(self.times)
        if n <= few or few == many:
            return self.times[few] * max(n / few, 1.0)
        each = max(self.times[many] - self.times[few], 0.0) / (many - few)
        return self.times[few] + each * (n - few)

    def reaches(self, stage: str) -> bool:
        """Whether that stage works."""
        return STAGES.index(self.works) >= STAGES.index(stage)


def probe(subject: Subject, clock: Clock) -> Probe:
    """Run a few examples, then more, as long as a pass takes little of the budget; a net that fails on few is tried on all."""
    seen = Probe()
    sizes = [min(2, subject.size)]
    while sizes[-1] < subject.size:
        sizes.append(min(sizes[-1] * GROWTH, subject.size))
    for place, size in enumerate(sizes):
        if seen.times and (seen.seconds(size) > SHARE * clock.budget or clock.left() <= 0.0):
            break
        with untouched(subject.net):
            works, error, taken = _once(subject.some(size))
        if error is not None:
            seen.times.clear()
            if place + 1 < len(sizes):
                with untouched(subject.net):
                    works, error, taken = _once(subject)  # a few examples may not be what it takes
                size = subject.size
        seen.works = works
        seen.times[size] = taken
        if error is not None:
            seen.findings.append(_finding(subject.net, works, error))
        if size == subject.size:
            break
        if place == 0 and clock.left() > 0.0:  # the first pass of a process pays for much that the next one does not
            with untouched(subject.net):
                seen.times[size] = min(taken, _once(subject.some(size))[2])
    return seen


def _once(subject: Subject) -> tuple[str, Exception | None, float]:
    """The stage that works, the error that stopped it, and the seconds."""
    start = time.perf_counter()
    works, error = "", None
    try:
        outputs = subject.outputs()
        works = "outputs"
        cost = subject.cost_of(outputs)
        works = "cost"
        cost.backward()
        works = "gradient"
        if cost.is_cuda:
            torch.cuda.synchronize(cost.device)
    except OutOfTime:
        raise
    except Exception as raised:  # whatever somebody's module raises
        error = raised
    return works, error, time.perf_counter() - start


def _finding(net: nn.Module, works: str, error: Exception) -> Finding:
    got = " ".join(f"{type(error).__name__}: {error}".split())[:400]
    where = _module_of(net, error)
    place = f" in '{where}'" if where else ""
    stages = {
        "": ("check.forward.fails", f"The forward pass fails{place}: {got}", "call the net once on this batch yourself."),
        "outputs": ("check.loss.fails", f"loss(outputs, targets) fails: {got}", "compare shapes and types of outputs and targets."),
        "cost": (
            "check.backward.fails",
            f"The backward pass fails: {got}",
            "look for .detach(), .item(), .data, torch.no_grad() or an in-place change on the way from weights to loss.",
        ),
    }
    id, what, fix = stages[works]
    return Finding(id=id, severity="error", what=what, where=where, evidence={"error": got}, fix=f"{fix[0].upper()}{fix[1:]}")


def _module_of(net: nn.Module, error: Exception) -> str:
    """The innermost module in whose forward the error was raised."""
    names = {id(module): name for name, module in net.named_modules()}
    found = ""
    trace = error.__traceback__
    while trace is not None:
        running = trace.tb_frame.f_locals.get("self")
        found = names.get(id(running), "") or found
        trace = trace.tb_next
    return found

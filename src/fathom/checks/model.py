"""`check_model`: every check that a net, its loss and a batch allow, within a budget, with the net left as it was."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fathom.checks.budget import Clock, OutOfTime, seconds
from fathom.checks.check import Check, Loss, Skip, Subject
from fathom.checks.probe import Probe, probe
from fathom.checks.registry import CHECKS
from fathom.checks.rows import cloned
from fathom.checks.selection import Selection
from fathom.core.expectations import refuse, whole
from fathom.core.records.finding import Finding
from fathom.core.records.model_check import ORDER, ModelCheck
from fathom.core.records.not_checked import NotChecked
from fathom.nets.calling import Forward, inputs_and_targets, moved
from fathom.nets.untouched import untouched

BUDGET = 60.0
RESERVE = 0.03
"""Share of the budget that is kept back for a last pass that takes longer than foreseen."""
SLACK = 3.0
"""How many times its estimate a check may take."""
LARGEST_SHARE = 0.9
"""Of the time left: what the smallest version of a check may be expected to take."""

Announce = Callable[[int, int, str], None]
"""(checks done, checks in all, name of the next)."""


def check_model(
    net: nn.Module,
    loss: Loss,
    inputs: Any,
    targets: Any = None,
    *,
    forward: Forward | None = None,
    budget: str | float | None = None,
    seed: int = 0,
    only: str | Sequence[str] | None = None,
    skip: str | Sequence[str] | None = None,
    announce: Announce | None = None,
) -> ModelCheck:
    """Check a module before it is trained: what is wrong with it, with its loss, and with the batch.

    The checks run from the cheapest to the dearest. One pass forward and back is timed, each check's time is
    estimated from it, and what does not fit in the budget is given fewer examples or is listed as not run, with the time
    that it wants. A check that fails itself is a finding of severity "info".

    The net is left as it was, bit for bit: weights, buffers, gradients, requires_grad, modes, hooks, plain attributes, and
    the random state of Python, NumPy and torch.

    Args:
        net: any module.
        loss: (outputs, targets) -> scalar, as it is trained with.
        inputs: a batch: a tensor, a tuple (called as net(*inputs)) or a mapping (called as net(**inputs)); or a loader
            that yields (inputs, targets), whose first batch is taken.
        targets: of the batch; left out with a loader.
        forward: (net, inputs) -> outputs, where the net is called in another way.
        budget: "60s", "2m", or seconds; 60 s where left out.
        seed: of everything that is drawn.
        only: ids of checks or findings, or their beginnings ("check.loss", "loss.initial"); the rest is left out.
        skip: ids that are left out.
        announce: called before each check with (done, in all, name).

    Returns:
        A record with `findings`, `ok` (no finding of severity "error"), `passed`, `not_checked`.

    Raises:
        UnusableInput: an argument that cannot be used; a net that fails is a finding, not an exception.

    Example:
        >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
        <torch._C.Generator ...>
        >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
        >>> check = check_model(net, nn.CrossEntropyLoss(), torch.randn(16, 4), torch.arange(16) % 3, only="check.signal")
        >>> check.ok, dict(check.passed)
        (True, {'check.signal': 'signal by layer, forward and back'})
    """
    clock = Clock(seconds(BUDGET if budget is None else budget))
    selection = Selection.of(only, skip, CHECKS)
    subject = _subject(net, loss, inputs, targets, forward, whole("`seed`", seed), clock)
    if subject.size == 0:
        raise refuse("`inputs`", expected="at least one example", got="an empty batch")
    progress = _Progress(clock)
    try:
        _run_all(subject, clock, selection, progress, announce)
    except KeyboardInterrupt:
        progress.interrupted = True
    progress.interrupt(selection.chosen)
    return _record(subject, clock, selection, progress)


def _subject(net: nn.Module, loss: Loss, inputs: Any, targets: Any, forward: Forward | None, seed: int, clock: Clock) -> Subject:
    if not isinstance(net, nn.Module):
        raise refuse(
            "`net`", expected="a torch module", got=type(net).__name__, fix="pass the module itself, not its class or its state dict"
        )
    if not callable(loss):
        raise refuse("`loss`", expected="a callable (outputs, targets) -> scalar", got=type(loss).__name__)
    if any(is_lazy(p) for p in (*net.parameters(), *net.buffers())):
        raise refuse("`net`", expected="parameters with a shape", got="a lazy module", fix="call net(inputs) once before the check")
    loader = None
    if targets is None:
        if isinstance(inputs, Tensor | Mapping) or not hasattr(inputs, "__iter__"):
            raise refuse("`targets`", expected="the targets of the batch", got="None", fix="pass targets, or a loader of (inputs, targets)")
        loader, batch = inputs, next(iter(inputs), None)
        if batch is None:
            raise refuse("loader", expected="at least one batch", got="none")
        inputs, targets = inputs_and_targets(batch)
    device = next((p.device for p in net.parameters()), torch.device("cpu"))
    return Subject(net, loss, cloned(moved(inputs, device)), cloned(moved(targets, device)), forward, seed, loader, clock)


@dataclass
class _Progress:
    """What is known so far; everything that is finished stands here when a user breaks off."""

    clock: Clock
    seen: Probe = field(default_factory=Probe)
    findings: list[Finding] = field(default_factory=list)
    passed: dict[str, str] = field(default_factory=dict)
    left: list[NotChecked] = field(default_factory=list)
    shortened: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    interrupted: bool = False

    def leave(self, check: Check, reason: str, wants: float | None = None) -> None:
        """List a check as not run."""
        self.done.add(check.id)
        self.left.append(NotChecked(id=check.id, name=check.name, reason=reason, seconds=wants))

    def interrupt(self, chosen: Sequence[Check]) -> None:
        """List what was not reached."""
        for check in chosen:
            if check.id not in self.done:
                self.leave(check, "interrupted")


def _run_all(subject: Subject, clock: Clock, selection: Selection, progress: _Progress, announce: Announce | None) -> None:
    with _lent(subject):
        progress.seen = probe(subject, clock)
    progress.findings += progress.seen.findings
    chosen = selection.chosen
    if clock.left() <= 0.0:
        progress.findings.append(_slow(progress.seen, clock))
    for place, check in enumerate(chosen):
        if announce is not None:
            announce(place, len(chosen), check.name)
        _one(subject, check, len(chosen) - place, selection, progress)
    for check in selection.skipped:
        progress.leave(check, "left out by skip")


def _one(subject: Subject, check: Check, remaining: int, selection: Selection, progress: _Progress) -> None:
    """Run one check on as many examples as its share of the time allows."""
    seen, clock = progress.seen, progress.clock
    if check.needs and not seen.reaches(check.needs):
        progress.leave(
            check, {"outputs": "the forward pass fails", "cost": "the loss fails", "gradient": "the backward pass fails"}[check.needs]
        )
        return
    left = clock.left() - RESERVE * clock.budget
    wants = check.cost * seen.seconds(subject.size)
    rows = _affordable(check, subject.size, seen, left, remaining)
    if rows == 0:
        progress.leave(check, "no time left in the budget", wants)
        return
    start = clock.spent()
    limit = min(left, max(SLACK * check.cost * seen.seconds(rows), left / remaining))
    part = subject.some(rows) if rows < subject.size else subject
    try:
        found = _findings(part, check, Clock(limit), selection)
    except Skip as reason:
        progress.leave(check, str(reason))
    except OutOfTime:
        progress.leave(check, f"broken off after {clock.spent() - start:.2g} s", max(wants, clock.spent() - start))
    else:
        progress.done.add(check.id)
        progress.findings += found
        if rows < subject.size:
            progress.shortened[check.id] = rows
        if not found:
            progress.passed[check.id] = check.name
    progress.seconds[check.id] = clock.spent() - start


def _affordable(check: Check, size: int, seen: Probe, left: float, remaining: int) -> int:
    """How many examples a check may have: all where that takes no more than its share of the time left, 0 for none."""
    share = left / remaining
    rows = size
    while rows > 1 and check.cost * seen.seconds(rows) > share:
        rows //= 2
    least = min(check.least, size)
    if rows >= least and check.cost * seen.seconds(rows) <= share:
        return rows
    return least if check.cost * seen.seconds(least) <= LARGEST_SHARE * left else 0


def _findings(subject: Subject, check: Check, clock: Clock, selection: Selection) -> list[Finding]:
    """What a check finds; its own failure is a finding too."""
    own = replace(subject, clock=clock)
    with _lent(own):
        try:
            if check.kinds and own.kind not in check.kinds:
                raise Skip(f"it is for targets of kind {' or '.join(check.kinds)}, these are {own.kind}")
            return [finding for finding in check.run(own, clock) if selection.wants(finding.id, check)]
        except (Skip, OutOfTime):
            raise
        except Exception as error:  # one check that fails must not take the others with it
            text = " ".join(f"{type(error).__name__}: {error}".split())[:400]
            what = f"The check '{check.name}' could not run: {text}"
            return [Finding(id="check.frame.crashed", severity="info", what=what, where=check.id, evidence={"error": text})]


@contextmanager
def _lent(subject: Subject) -> Iterator[None]:
    """The net (and a loss with weights of its own) lent out, the random state seeded; all is put back."""
    with ExitStack() as stack:
        stack.enter_context(untouched(subject.net))
        if isinstance(subject.loss, nn.Module):
            stack.enter_context(untouched(subject.loss))
        random.seed(subject.seed)
        np.random.seed(subject.seed % 2**32)  # noqa: NPY002  # the state that a user's module draws from
        torch.manual_seed(subject.seed)
        stack.enter_context(torch.enable_grad())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # a module's warnings come once for each pass; a check says what they are about
        yield


def _slow(seen: Probe, clock: Clock) -> Finding:
    size, taken = next(iter(seen.times.items()), (0, clock.spent()))
    what = f"A single pass over {size:,} example{'s' * (size != 1)} took {taken:.3g} s, longer than the budget of {clock.budget:g} s."
    return Finding(
        id="check.budget.exceeded", severity="info", what=what, evidence={"seconds": taken}, fix="Give a larger budget, or a smaller batch."
    )


def _record(subject: Subject, clock: Clock, selection: Selection, progress: _Progress) -> ModelCheck:
    return ModelCheck(
        net=type(subject.net).__name__,
        parameters=sum(p.numel() for p in subject.net.parameters()),
        examples=subject.size,
        findings=tuple(sorted(progress.findings, key=lambda f: ORDER[f.severity])),
        passed=progress.passed,
        not_checked=tuple(progress.left),
        shortened=progress.shortened,
        seconds={**progress.seconds, "in all": clock.spent()},
        pass_seconds=progress.seen.seconds(subject.size) if progress.seen.works == "gradient" else None,
        budget=clock.budget,
        interrupted=progress.interrupted,
    )

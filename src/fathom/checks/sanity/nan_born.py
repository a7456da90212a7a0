"""Where NaN or infinity first appears: the module and the operation, forward or backward."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.rows import tensors_of
from fathom.checks.sanity.calm import calm, seeded_cost
from fathom.checks.sanity.practice import Practice, gradients
from fathom.core.records.finding import Finding, Severity
from fathom.nets.untouched import untouched

STEPS, RATE = 10, 1e-2
WIDE = 10.0
"""Inputs are made this many times as large."""


class Watch(TorchFunctionMode):
    """Notes the first operation with finite tensors in and others out; of masks filled with -inf nothing is said.

    Attributes:
        born: (module, operation) of the first NaN or infinity forward, or None.
        back: the same of the gradient.
    """

    def __init__(self, names: Mapping[Any, str]) -> None:
        super().__init__()
        self.born: tuple[str, str] | None = None
        self.back: tuple[str, str] | None = None
        self.inside: list[str] = []
        self._names = names
        self._hooks: list[Any] = []

    def __enter__(self) -> Watch:
        def before(module: Any, given: Any) -> None:
            self.inside.append(self._names.get(module, type(module).__name__))

        def after(module: Any, given: Any, gives: Any) -> None:
            if self.inside:
                self.inside.pop()

        self._hooks = [register_module_forward_pre_hook(before), register_module_forward_hook(after)]
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for hook in self._hooks:
            hook.remove()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        gives = func(*args, **(kwargs or {}))
        if self.born is not None or not isinstance(gives, Tensor) or not gives.is_floating_point():
            return gives
        name = str(getattr(func, "__name__", "")).strip("_")
        place = (self.inside[-1] if self.inside else "loss", name)
        given = [t for t in tensors_of((args, kwargs or {})) if t.is_floating_point()]
        if given and name not in PLAIN and _new(gives, given):
            self.born = place
        elif gives.requires_grad and gives.grad_fn is not None and name not in PLAIN:
            self._watch_back(gives.grad_fn, place)
        return gives

    def _watch_back(self, node: Any, place: tuple[str, str]) -> None:
        def hook(gives: Any, given: Any) -> None:
            if self.back is None and all(map(_finite, _tensors(given))) and not all(map(_finite, _tensors(gives))):
                self.back = place

        with contextlib.suppress(RuntimeError):
            node.register_hook(hook)


PLAIN = ("masked_fill", "masked_fill_", "where", "full", "full_like", "fill", "fill_", "get", "set", "detach", "triu", "tril", "setitem")
"""Operations that write an infinity because they were told to."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The batch as it is; then the same net after a few steps; then larger inputs and inputs of zeros."""
    found = list(_at(subject, subject.inputs, "error", "on this batch"))
    if found:
        yield from found
        return
    yield from _after_steps(subject)
    floats = [t for t in tensors_of(subject.inputs) if t.is_floating_point()]
    if not floats:
        return
    wide = _mapped(subject.inputs, lambda t: t * WIDE if _scalable(t) else t)
    zeros = _mapped(subject.inputs, lambda t: torch.zeros_like(t) if _scalable(t) else t)
    yield from _at(subject, wide, "warning", f"for inputs {WIDE:g} times as large")
    yield from _at(subject, zeros, "info", "for inputs of zeros")


def _at(subject: Subject, inputs: Any, severity: Severity, when: str) -> Iterator[Finding]:
    calm(subject.net)
    leaves = [p for p in subject.net.parameters() if p.requires_grad]
    watch = Watch({module: name or type(module).__name__ for name, module in subject.net.named_modules()})
    with untouched(subject.net):
        with watch:
            cost = seeded_cost(subject, inputs=inputs)
        finite = bool(torch.isfinite(cost.detach()))
        grown = True
        if finite and leaves and cost.requires_grad:
            grown = all(_finite(g) for g in gradients(cost, leaves) if g is not None)
    if not finite or not grown:
        yield _finding(watch, finite, severity, when)


def _after_steps(subject: Subject) -> Iterator[Finding]:
    with untouched(subject.net):
        practice = Practice(subject, RATE)
        costs = practice.steps(STEPS)
        broken = [name for name, p in zip(practice.names, practice.parameters, strict=True) if not _finite(p.detach())]
        if broken and math.isfinite(costs[0]):
            yield Finding(
                id="check.nan.born",
                severity="warning",
                what=f"'{broken[0]}' is NaN or infinite within {STEPS} steps of Adam at a learning rate of {RATE:g}.",
                where=broken[0],
                evidence={"costs": costs},
                cause="an operation with an infinite slope (sqrt, log, a power or a division near 0), or an overflow.",
                fix="Add a small constant under sqrt and log (torch.sqrt(x + 1e-8)), and in denominators.",
            )


def _finding(watch: Watch, forward_finite: bool, severity: Severity, when: str) -> Finding:
    born = watch.back if forward_finite else watch.born
    module, operation = born or ("", "")
    place = f"in '{module}', operation {operation}" if born else "at a place that could not be told"
    return Finding(
        id="check.nan.born",
        severity=severity,
        what=f"NaN or infinity is born {place}, {'on the way back' if forward_finite else 'on the way forward'}, {when}.",
        where=module,
        evidence={"operation": operation, "backward": forward_finite},
        cause=CAUSES.get(operation, "a division by 0, a logarithm or root of 0 or less, or an overflow."),
        fix="Add a small constant under sqrt and log and in denominators; take log_softmax and the losses that work on logits.",
    )


CAUSES = {
    "log": "the logarithm of 0: a softmax or sigmoid that has reached 0 or 1.",
    "sqrt": "the root of 0 has an infinite slope, of less than 0 it is NaN.",
    "norm": "the slope of a norm at 0.",
    "exp": "an exponential that overflows: in float32 above 88.",
    "softmax": "a row in which every position is masked with -inf.",
    "truediv": "a division by 0.",
    "div": "a division by 0.",
}


def _scalable(tensor: Tensor) -> bool:
    return tensor.is_floating_point() and bool(torch.isfinite(tensor).all())


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(part, change) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_mapped(part, change) for part in value)
    return value


def _finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor.detach()).all()) if tensor.is_floating_point() else True


def _new(gives: Tensor, given: list[Tensor]) -> bool:
    """Whether NaN or infinity stands in the result and not in what it was made of."""
    if _finite(gives):
        return False
    if bool(gives.detach().isnan().any()):
        return not any(bool(t.detach().isnan().any()) for t in given)
    return all(map(_finite, given))


def _tensors(value: Any) -> list[Tensor]:
    return [t for t in value if isinstance(t, Tensor)] if isinstance(value, tuple) else []


BORN = Check(id="check.nan.born", name="where NaN and infinity are born", run=run, cost=STEPS + 6.0, needs="cost", least=4)

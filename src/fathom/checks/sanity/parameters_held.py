"""Weights that an optimizer would not see: modules in plain lists, tensors that are no parameters, modules made anew at each call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.sanity.watch import watched
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

DEEPEST = 3
FIX = "Keep modules in nn.ModuleList or nn.ModuleDict, tensors as nn.Parameter (to be trained) or with register_buffer (not)."


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Tensors and modules that take part in the forward pass without being registered."""
    loose = dict(_loose(subject.net))
    yield from _tensors(loose, subject)
    yield from _modules(loose, subject)


def _tensors(loose: dict[str, Tensor | nn.Module], subject: Subject) -> Iterator[Finding]:
    """Leaves that want a gradient, and what was computed from them; a plain tensor may be meant as a constant."""
    registered = {id(p) for p in subject.net.parameters()}
    for where, tensor in loose.items():
        if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
            continue
        if tensor.requires_grad and _leaves(tensor) - registered:
            computed = tensor.grad_fn is not None
            what = f"'{where}' wants a gradient but is no parameter of the net: an optimizer of net.parameters() never moves it."
            cause = "a parameter in a plain list or mapping, or a tensor made with requires_grad=True."
            if computed:
                cause = "what was computed from a parameter was kept (nn.Parameter(...) * 0.1, or .to(device)), not the parameter itself."
            yield _finding(where, what, cause, "error", {"shape": list(tensor.shape), "leaf": not computed})
        elif not tensor.requires_grad and tensor.dim() > 1 and float(tensor.std()) > 0.0:
            what = f"'{where}' is a plain tensor: neither trained, nor saved with the net, nor moved by net.to(device)."
            yield _finding(where, what, "nn.Parameter or register_buffer was forgotten.", "info", {"shape": list(tensor.shape)})


def _modules(loose: dict[str, Tensor | nn.Module], subject: Subject) -> Iterator[Finding]:
    """Modules that are called, with gradients, though the net does not hold them."""
    held = set(subject.net.modules())
    inside = {part: where for where, module in loose.items() if isinstance(module, nn.Module) for part in module.modules()}
    with untouched(subject.net, weights=False), watched(subject.net) as visits:
        subject.outputs()
    said: set[str] = set()
    for visit in visits:
        own = [p for p in visit.module.parameters(recurse=False) if p.requires_grad]
        if visit.module in held or not own or not visit.graph:
            continue
        kind = type(visit.module).__name__
        where = inside.get(visit.module, "")
        if (where or kind) in said:
            continue
        said.add(where or kind)
        shapes = {"module": kind, "shapes": [list(p.shape) for p in own]}
        if where:
            what = f"'{where}' ({kind}) is called, but its weights are no parameters of the net: an optimizer never moves them."
            yield _finding(where, what, "modules in a plain list, tuple or dict.", "error", shapes)
        elif not _again(subject, visit.module):
            what = f"Each forward pass makes a new {kind} with new random weights, which no optimizer ever moves."
            yield _finding(kind, what, "a layer that is made in forward.", "error", shapes)
        else:
            what = f"A {kind} that the net does not hold is called: an optimizer of net.parameters() never moves its weights."
            yield _finding(kind, what, "a module that the net reaches from outside.", "warning", shapes)


def _again(subject: Subject, module: nn.Module) -> bool:
    """Whether a second pass calls the same module."""
    with untouched(subject.net, weights=False), torch.no_grad(), watched(subject.net) as visits:
        subject.outputs()
    return any(visit.module is module for visit in visits)


def _loose(net: nn.Module) -> Iterator[tuple[str, Tensor | nn.Module]]:
    """Modules and tensors in plain attributes of the net's modules, by name."""
    known: set[int] = {id(m) for m in net.modules()} | {id(p) for p in (*net.parameters(), *net.buffers())}
    machinery = set(vars(nn.Module()))
    for path, module in net.named_modules():
        for name, value in vars(module).items():
            if name in machinery:
                continue
            for where, found in _within(f"{path}.{name}".lstrip("."), value, DEEPEST):
                if id(found) not in known:
                    known.add(id(found))
                    yield where, found


def _within(where: str, value: Any, depth: int) -> Iterator[tuple[str, Tensor | nn.Module]]:
    if isinstance(value, Tensor | nn.Module):
        yield where, value
    elif depth and isinstance(value, Mapping):
        for key, part in value.items():
            yield from _within(f"{where}[{key!r}]", part, depth - 1)
    elif depth and isinstance(value, list | tuple | set):
        for place, part in enumerate(value):
            yield from _within(f"{where}[{place}]", part, depth - 1)


def _leaves(tensor: Tensor) -> set[int]:
    """The leaves that a tensor was computed from; itself where it is one."""
    if tensor.grad_fn is None:
        return {id(tensor)}
    found, queue, seen = set(), [tensor.grad_fn], set()
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if isinstance(leaf, Tensor):
            found.add(id(leaf))
        queue.extend(following for following, _ in node.next_functions if following is not None)
    return found


def _finding(where: str, what: str, cause: str, severity: Any, evidence: dict[str, Any]) -> Finding:
    return Finding(id="check.parameter.unregistered", severity=severity, what=what, where=where, evidence=evidence, cause=cause, fix=FIX)


UNREGISTERED = Check(
    id="check.parameter.unregistered", name="weights that an optimizer would not see", run=run, cost=0.8, needs="outputs", least=2
)

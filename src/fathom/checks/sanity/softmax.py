"""Softmaxes inside the net, as attention has them, that choose one entry from the start: no gradient comes through such a choice."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.calm import calm, seeded_outputs
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

SURE = 0.99
"""Weight of the largest entry from which a row has chosen."""
SHARE = 0.5
MASKED = -1e4
"""A score below is that of a position that is masked."""
LEAST = 4
"""Entries that a row must have to choose from."""


class Choices(TorchFunctionMode):
    """Notes for each softmax of a forward pass the share of rows that have chosen one entry.

    Attributes:
        rows: (module, share, tensor that the softmax gave or None) in their order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[Any] = []
        self.rows: list[tuple[Any, float, Tensor | None]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        gives = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name == "softmax" and isinstance(gives, Tensor):
            dim = (kwargs or {}).get("dim", args[1] if len(args) > 1 else -1)
            self._note(gives, int(dim) if dim is not None else -1, gives, args[0] if args else (kwargs or {})["input"])
        elif name == "scaled_dot_product_attention" and len(args) > 1:
            query, key = args[0], args[1]
            scale = (kwargs or {}).get("scale") or 1.0 / math.sqrt(query.shape[-1])
            if key.shape[:-2] == query.shape[:-2]:
                self._note((scale * query.detach() @ key.detach().transpose(-2, -1)).softmax(-1), -1, None, None)
        return gives

    def _note(self, weights: Tensor, dim: int, gives: Tensor | None, scores: Tensor | None) -> None:
        if weights.dim() < 2:
            return
        chosen = weights.detach().amax(dim) > SURE
        free = torch.ones_like(chosen) if scores is None else (scores.detach() > MASKED).sum(dim) >= LEAST
        wide = weights.shape[dim] >= LEAST
        if wide and bool(free.any()):
            self.rows.append((self.inside[-1] if self.inside else None, float(chosen[free].double().mean()), gives))


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """One pass in training mode; the softmax at the very end may be as sure as it likes."""
    names = {module: name for name, module in subject.net.named_modules()}
    with untouched(subject.net, weights=False), torch.no_grad():
        calm(subject.net)
        choices = Choices()
        hooks = [
            register_module_forward_pre_hook(lambda module, given: choices.inside.append(module)),
            register_module_forward_hook(lambda module, given, gives: choices.inside.pop() and None),
        ]
        try:
            with choices:
                outputs = seeded_outputs(subject)
        finally:
            for hook in hooks:
                hook.remove()
    inner = [(names.get(module, ""), share) for module, share, gives in choices.rows if gives is not outputs]
    if not inner:
        raise Skip("the net has no softmax inside")
    where, share = max(inner, key=lambda row: row[1])
    if share >= SHARE:
        yield Finding(
            id="check.signal.saturated",
            severity="warning",
            what=f"{share:.0%} of the softmaxes in '{where}' give one entry more than {SURE:.0%} of the weight before anything is "
            "learned: hardly any gradient comes through.",
            where=where,
            evidence={"share": dict(inner)},
            cause="scores that are too large: not divided by the root of the head's width, or made with weights that are too large.",
            fix="scores = q @ k.transpose(-2, -1) / math.sqrt(width of a head)",
        )


SOFTMAX = Check(
    id="check.signal.softmax",
    name="softmaxes inside the net",
    run=run,
    cost=0.6,
    finds=("check.signal.saturated",),
    needs="outputs",
    least=4,
)

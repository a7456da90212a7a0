"""The loop plan: one member after another, by autograd; for any module, and the meaning of the other plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from fathom.engine.layout import trained
from fathom.engine.population import Member, Population

Loss = Callable[[Tensor, Tensor], Tensor]


class LoopPlan:
    """See the module.

    Args:
        population: any members.
        loss: raw outputs and targets -> the loss of each example (B,).
    """

    name = "loop"

    def __init__(self, population: Population, loss: Loss) -> None:
        self.population = population
        self._loss = loss

    def step(self, inputs: Tensor, targets: Tensor, rows: Tensor) -> Tensor:
        """See `Plan`."""
        population = self.population
        gradients = population.gradients
        losses = []
        for k, member in enumerate(population.members):
            own = rows[k] if rows.dim() == 2 else rows
            value = self._one(member, inputs[own], targets[own])
            parts = torch.autograd.grad(value, trained(member.net), allow_unused=True, materialize_grads=True)
            for block, part in zip(gradients.values(), parts, strict=True):
                block[k].copy_(part)
            losses.append(value.detach() * rows.shape[-1])
        return torch.stack(losses)

    def _one(self, member: Member, X: Tensor, y: Tensor) -> Tensor:
        """The mean loss of a member's batch."""
        for layer in member.net.modules():
            if getattr(layer, "seeded_mask", False) is True:
                cast(Any, layer).at(seed=member.settings.seed, step=self.population.updates)
        half = member.settings.precision == "bfloat16"
        with torch.autocast(X.device.type, torch.bfloat16, enabled=half):
            outputs = member.net(scaled(member, X))
        return self._loss(outputs.float() if half else outputs, y).mean()

    def outputs(self, inputs: Tensor) -> Tensor:
        """See `Plan`."""
        return torch.stack([self.outputs_of(place, inputs) for place in range(len(self.population))])

    def outputs_of(self, place: int, inputs: Tensor) -> Tensor:
        """See `Plan`."""
        member = self.population.members[place]
        return outputs_of(member.net, scaled(member, inputs))


def scaled(member: Member, X: Tensor) -> Tensor:
    """Rows as a member sees them."""
    return X if member.shift is None or member.scale is None else (X - member.shift) * member.scale


def mode(net: nn.Module, training: bool) -> None:
    """Put a net in training or evaluation mode, unless it is there already."""
    if net.training is not training:
        net.train(training)


def outputs_of(net: nn.Module, inputs: Any, *, chunk: int = 8_192) -> Tensor:
    """The raw outputs (n, width) of a net in evaluation mode, computed `chunk` rows at a time; its mode is put back."""
    before = net.training
    mode(net, False)
    try:
        with torch.no_grad():
            return torch.cat([net(inputs[start : start + chunk]) for start in range(0, len(inputs), chunk)])
    finally:
        mode(net, before)

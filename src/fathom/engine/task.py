"""What the engine knows of a task: a loss for each example, and its derivative by the outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from fathom.core.dense import DenseNet

Loss = Callable[[Tensor, Tensor], Tensor]
"""Raw outputs (n, width) and targets (n,) -> (n,)."""

Slope = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""The same -> the losses (n,), and the derivative of each by its own outputs (n, width)."""


@dataclass(frozen=True)
class TaskSide:
    """What a plan needs besides the members.

    Attributes:
        loss: of the task.
        slope: derived by hand; None takes the derivative of `loss` by autograd.
        record: of a fully connected net of the catalogue; None for other nets.
    """

    loss: Loss
    slope: Slope | None = None
    record: DenseNet | None = None

    def losses_and_slopes(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses (n,) and their derivatives by the outputs (n, width)."""
        if self.slope is not None:
            return self.slope(outputs, targets)
        with torch.enable_grad():
            leaf = outputs.detach().requires_grad_()
            losses = self.loss(leaf, targets)
            (slopes,) = torch.autograd.grad(losses.sum(), leaf)
        return losses.detach(), slopes


def repeated(targets: Tensor, members: int) -> Tensor:
    """The targets of K members one after another (K B,), from rows that all read (B,) or rows of their own (K, B)."""
    if targets.dim() == 2:
        return targets.reshape(-1)
    return targets if members == 1 else targets.repeat(members)

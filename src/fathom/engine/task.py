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
"""Raw outputs as columns (K, width, n) and targets (n,) or (K, n) -> losses (K, n), and the derivative of each by its own outputs."""


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
        """The losses (K, n) and their derivatives by the outputs (K, width, n), which come as columns.

        Args:
            outputs: (K, width, n).
            targets: (n,) that all members read, or (K, n).
        """
        if self.slope is not None:
            return self.slope(outputs, targets)
        members, _, rows = outputs.shape
        with torch.enable_grad():
            leaf = outputs.detach().requires_grad_()
            flat = leaf.transpose(1, 2).reshape(members * rows, -1)
            losses = self.loss(flat, targets.expand(members, rows).reshape(-1))
            (slopes,) = torch.autograd.grad(losses.sum(), leaf)
        return losses.detach().view(members, rows), slopes

"""The objective J of the course: mean loss plus penalties on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """lambda/(2m) * ||W||_F^2 + lambda_1/(2m) * ||W||_1 over the weights of all layers (C2W1-17..19).

    Attributes:
        l2, l1: the course's lambdas.
        rows: m, the rows of train, in every mini-batch alike.

    Example:
        >>> penalty = Penalty(l2=0.7, l1=0.0, rows=10)
        >>> round(float(penalty.value(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 1.0, 0.0]))), 3)  # 0.7 / 20 * (1 + 4)
        0.175
    """

    l2: float
    l1: float
    rows: int

    def value(self, theta: Tensor, is_weight: Tensor) -> Tensor:
        """The penalty of theta (P,), a scalar."""
        weights = (theta * is_weight).double()
        return (self.l2 * weights.square().sum() + self.l1 * weights.abs().sum()) / (2 * self.rows)

    def add_gradient(self, gradient: Tensor, theta: Tensor, is_weight: Tensor) -> Tensor:
        """The gradient (P,) of the data term with (l2/m) W and (l1/2m) sign W added, in place."""
        if self.l2:
            gradient.addcmul_(theta, is_weight, value=self.l2 / self.rows)
        if self.l1:
            gradient.addcmul_(torch.sign(theta), is_weight, value=self.l1 / (2 * self.rows))
        return gradient

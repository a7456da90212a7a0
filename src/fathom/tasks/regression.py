"""A number: squared loss on the standardized target, error as a share of the baseline's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fathom.core.records.errors import Errors


@dataclass(frozen=True, kw_only=True)
class Regression:
    """A number to predict.

    The net works on the standardized target t = (y - mean) / std, both from train. The loss of an example is
    (t_hat - t)^2 / 2 (C1W2-06), or |t_hat - t|, or Huber's mixture of the two. Its error is |y_hat - y| / baseline, where
    baseline is the mean of |y - median of train's y| over train: 1.0 is what the median alone gets.

    Attributes:
        mean, std: of train's target, in the user's unit.
        baseline: the baseline's mean absolute error, in the user's unit.
        loss_name: "squared", "absolute" or "huber".

    Example:
        >>> import torch
        >>> task = Regression(mean=10.0, std=2.0, baseline=4.0)
        >>> task.errors(torch.tensor([[1.0]]), torch.tensor([0.0])).value.tolist()  # 12 for 10: 2 of 4
        [0.5]
    """

    mean: float
    std: float
    baseline: float
    loss_name: str = "squared"
    kind: str = "regression"
    outputs: int = 1

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Standardized predictions (n, 1) and targets (n,) -> (n,)."""
        apart = outputs[:, 0] - targets
        if self.loss_name == "squared":
            return 0.5 * apart.square()
        if self.loss_name == "absolute":
            return apart.abs()
        return functional.huber_loss(outputs[:, 0], targets, reduction="none")

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses (K, n) and their derivative (K, 1, n): t_hat - t, its sign, or for Huber's the first within [-1, 1]."""
        apart = outputs[:, 0] - targets
        slopes = {"squared": apart, "absolute": apart.sign(), "huber": apart.clamp(-1.0, 1.0)}[self.loss_name]
        return self.loss(outputs, targets.expand_as(apart)), slopes.unsqueeze(1)

    def errors(self, outputs: Tensor, targets: Tensor) -> Errors:
        """|y_hat - y| as a share of the baseline's mean absolute error."""
        apart = (outputs[:, 0].double() - targets.double()).abs().cpu().numpy()
        return Errors.of(apart * (self.std / self.baseline))

    def decode(self, outputs: Tensor) -> dict[str, NDArray[Any]]:
        """The prediction in the user's unit."""
        return {"prediction": outputs[:, 0].double().cpu().numpy() * self.std + self.mean}

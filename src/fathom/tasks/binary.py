"""Two classes: one logit, the logistic loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fathom.core.records.errors import Errors


@dataclass(frozen=True, kw_only=True)
class Binary:
    """Two classes (C1W2-04..07): p = sigmoid(z), loss -(y log p + (1 - y) log(1 - p)), wrong where (p > 1/2) is not y.

    Attributes:
        classes: the two labels; classes[1] is the positive one.
        label_smoothing: s replaces y by y (1 - s) + s / 2 in the loss.

    Example:
        >>> task = Binary(classes=("no", "yes"))
        >>> task.loss(torch.zeros(1, 1), torch.tensor([1])).item()  # log 2
        0.6931471824645996
    """

    classes: tuple[str, str]
    label_smoothing: float = 0.0
    kind: str = "binary"
    outputs: int = 1

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Logits (n, 1) and codes (n,) -> (n,) in nats."""
        return functional.binary_cross_entropy_with_logits(outputs[:, 0], self._smooth(outputs, targets), reduction="none")

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses (K, n) and dL/dz = p - y (K, 1, n) (C1W2-14)."""
        z = outputs[:, 0]
        y = self._smooth(outputs, targets).expand_as(z)
        return functional.binary_cross_entropy_with_logits(z, y, reduction="none"), (torch.sigmoid(z) - y).unsqueeze(1)

    def _smooth(self, outputs: Tensor, targets: Tensor) -> Tensor:
        y = targets.to(outputs.dtype)
        return y * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing if self.label_smoothing else y

    def errors(self, outputs: Tensor, targets: Tensor) -> Errors:
        """1 where the likelier class is not the true one."""
        return Errors.of(((outputs[:, 0] > 0).long() != targets).cpu().numpy())

    def decode(self, outputs: Tensor) -> dict[str, NDArray[Any]]:
        """Prediction (code) and both probabilities; they sum to one."""
        positive = torch.sigmoid(outputs[:, 0].double()).cpu().numpy()
        return {
            "prediction": (outputs[:, 0] > 0).long().cpu().numpy().astype(np.int64),
            f"p_{self.classes[0]}": 1.0 - positive,
            f"p_{self.classes[1]}": positive,
        }

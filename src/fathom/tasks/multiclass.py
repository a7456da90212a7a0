"""Several classes: one logit each, the softmax loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fathom.core.records.errors import Errors

FEW = 32
"""Up to so many classes a softmax of columns takes a sixth to a half of the time of one of rows (torch 2.13 on a CPU)."""


@dataclass(frozen=True, kw_only=True)
class MultiClass:
    """C classes (C2W3-16, 17): softmax over C logits, loss -log p of the true class, wrong where the likeliest is not it.

    Attributes:
        classes: the labels in the order of their codes.
        label_smoothing: the share of the target spread over all classes.

    Example:
        >>> task = MultiClass(classes=("a", "b", "c", "d"))
        >>> {k: round(v.item(), 3) for k, v in task.decode(torch.tensor([[5.0, 2.0, -1.0, 3.0]])).items()}
        {'prediction': 0, 'p_a': 0.842, 'p_b': 0.042, 'p_c': 0.002, 'p_d': 0.114}
    """

    classes: tuple[str, ...]
    label_smoothing: float = 0.0
    kind: str = "multiclass"

    @property
    def outputs(self) -> int:
        """One logit a class."""
        return len(self.classes)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Logits (n, C) and codes (n,) -> (n,) in nats."""
        if torch.is_grad_enabled() or self.outputs > FEW:
            return functional.cross_entropy(outputs, targets, reduction="none", label_smoothing=self.label_smoothing)
        logs = functional.log_softmax(outputs.t().contiguous(), dim=0)
        return self._losses(logs.unsqueeze(0), targets.view(1, 1, -1))[0]

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses (K, n) and dL/dz = p - y (K, C, n), y one-hot, smoothed where that is asked for (C2W3-17)."""
        logs = functional.log_softmax(outputs, dim=1)
        index = targets.expand(len(logs), -1).unsqueeze(1)
        slopes = logs.exp()
        s = self.label_smoothing
        slopes.scatter_(1, index, s - 1.0, reduce="add")
        return self._losses(logs, index), slopes.sub_(s / self.outputs) if s else slopes

    def _losses(self, logs: Tensor, index: Tensor) -> Tensor:
        """(K, n) from log p (K, C, n) and codes (K, 1, n)."""
        losses, s = logs.gather(1, index).squeeze(1).neg_(), self.label_smoothing
        return losses.mul_(1.0 - s).sub_(logs.mean(1), alpha=s) if s else losses

    def errors(self, outputs: Tensor, targets: Tensor) -> Errors:
        """1 where the likeliest class is not the true one."""
        return Errors.of((outputs.argmax(1) != targets).cpu().numpy())

    def decode(self, outputs: Tensor) -> dict[str, NDArray[Any]]:
        """Prediction (code) and the probability of each class; they sum to one."""
        p = torch.softmax(outputs.double(), dim=1).cpu().numpy()
        columns: dict[str, NDArray[Any]] = {"prediction": outputs.argmax(1).cpu().numpy().astype(np.int64)}
        return columns | {f"p_{label}": p[:, code] for code, label in enumerate(self.classes)}

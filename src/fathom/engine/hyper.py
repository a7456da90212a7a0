"""The hyperparameters of K members: a number where all agree, else one number a member, spread over its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fathom.core.records.settings import Settings
from fathom.engine.layout import Layout

Number = float | Tensor
"""One for all members, or a vector (K P,) with each member's own wherever it lies."""


@dataclass(frozen=True)
class Hyper:
    """What an update reads besides theta, gradient and learning rate; names and meaning as in `Settings`."""

    optimizer: str
    momentum: Number
    beta1: Number
    beta2: Number
    eps: Number
    weight_decay: Number
    l2_over_m: Number
    l1_over_2m: Number
    clip_norm: Tensor | None
    is_weight: Tensor

    @classmethod
    def of(cls, settings: Sequence[Settings], rows: Sequence[int], layout: Layout, like: Tensor) -> Hyper:
        """The rows of hyperparameters of members that share an optimizer.

        Args:
            settings: one a member.
            rows: m of each member, for its penalties.
            layout: of their parameters.
            like: theta (K P,), for dtype and device.
        """

        def spread(values: Sequence[float]) -> Number:
            if len(set(values)) == 1:
                return float(values[0])
            return layout.spread(torch.tensor(values, dtype=torch.float64).to(like))

        clips = [s.clip_norm for s in settings]
        return cls(
            optimizer=settings[0].optimizer,
            momentum=spread([s.momentum for s in settings]),
            beta1=spread([s.betas[0] for s in settings]),
            beta2=spread([s.betas[1] for s in settings]),
            eps=spread([s.eps for s in settings]),
            weight_decay=spread([s.weight_decay for s in settings]),
            l2_over_m=spread([s.l2 / m for s, m in zip(settings, rows, strict=True)]),
            l1_over_2m=spread([s.l1 / (2 * m) for s, m in zip(settings, rows, strict=True)]),
            clip_norm=None if not any(clips) else torch.tensor([c or torch.inf for c in clips], dtype=torch.float64).to(like),
            is_weight=layout.weights(len(settings), like),
        )


def is_zero(value: Number) -> bool:
    """Whether a hyperparameter is 0 for every member."""
    return isinstance(value, float) and value == 0.0

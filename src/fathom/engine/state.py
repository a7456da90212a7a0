"""The state of a training run: everything that a step reads and writes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fathom.core.records.settings import Settings
from fathom.engine.optimizers import UPDATES
from fathom.engine.parameters import Theta, flatten


@dataclass
class State:
    """What a step reads and writes; its memory may be reused by the next.

    Attributes:
        net: the module, its parameters views of theta; batch-norm statistics live in its buffers.
        theta: all trained parameters.
        memory: the optimizer's vectors, each (P,).
        step: updates made so far.
    """

    net: nn.Module
    theta: Theta
    memory: tuple[Tensor, ...]
    step: int = 0

    @classmethod
    def start(cls, net: nn.Module, settings: Settings) -> State:
        """The state before the first step."""
        theta = flatten(net)
        kept = UPDATES[settings.optimizer][1]
        return cls(net, theta, tuple(torch.zeros_like(theta.vector) for _ in range(kept)))

    def snapshot(self) -> dict[str, Tensor]:
        """Copies of all parameters and buffers, by name."""
        return {name: tensor.detach().clone() for name, tensor in self.net.state_dict().items()}

    def restore(self, snapshot: dict[str, Tensor]) -> None:
        """Put a snapshot back, in place."""
        with torch.no_grad():
            for name, tensor in self.net.state_dict().items():
                tensor.copy_(snapshot[name])

"""What a plan is: it computes the gradients and the outputs of K members; everything else is the same for all plans."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from fathom.engine.population import Population


class Plan(Protocol):
    """How the members of a population are computed."""

    name: str
    population: Population

    def step(self, inputs: Tensor, targets: Tensor, rows: Tensor) -> Tensor:
        """The gradient of each member's data term on one mini-batch, into `population.gradient`.

        Args:
            inputs, targets: (m, ...) and (m,) on the device.
            rows: (B,) that all members read, or (K, B).

        Returns:
            (K,) the sum of the losses of each member's batch, detached.
        """

    def outputs(self, inputs: Tensor) -> Tensor:
        """(K, n, width) raw outputs in evaluation mode."""

    def outputs_of(self, place: int, inputs: Tensor) -> Tensor:
        """(n, width) of the member at a place."""

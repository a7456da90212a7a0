"""The dropout masks of K members' hidden layers, from the seeded layers of their own modules."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from fathom.core.dense import DenseNet
from fathom.engine.population import Member, Population


class Masks:
    """Masks of a population of fully connected nets; the members may drop with rates and seeds of their own.

    Args:
        population: its modules hold layers marked `seeded_mask`, which know their hidden layer, rate and key.
        record: of the sizes.
    """

    def __init__(self, population: Population, record: DenseNet) -> None:
        self._population = population
        self._units = record.sizes[1:-1]
        self._members: list[Member] = []
        self._layers: list[list[Any]] = []

    def draw(self, rows: int, step: int) -> list[Tensor | None]:
        """By hidden layer (K, units, rows): 0 where a unit is dropped and 1/(1 - p) elsewhere; None where no member drops."""
        members = self._population.members
        if members is not self._members:  # some were retired
            numbers = range(1, len(self._units) + 1)
            self._members, self._layers = members, [[dropout_of(m.net, number) for m in members] for number in numbers]
        return [self._of_layer(layers, units, rows, step) for layers, units in zip(self._layers, self._units, strict=True)]

    def _of_layer(self, layers: list[Any], units: int, rows: int, step: int) -> Tensor | None:
        some = next((layer for layer in layers if layer is not None), None)
        if some is None:
            return None
        theta = self._population.theta
        rates = [0.0 if layer is None else float(layer.p) for layer in layers]
        keys = [some.key(m.settings.seed, some.layer, step) for m in self._members]
        p: float | Tensor = rates[0]
        if len(set(rates)) > 1:
            p = torch.tensor(rates, dtype=torch.float64, device=theta.device).view(-1, 1, 1)
        kept = some.keeps(torch.tensor(keys, dtype=torch.int32, device=theta.device).view(-1, 1, 1), (rows, units), p)
        scale = 1.0 / (1.0 - p) if isinstance(p, float) else (1.0 / (1.0 - p)).to(theta.dtype)
        return kept.transpose(1, 2).to(theta.dtype).mul_(scale)


def dropout_of(net: nn.Module, number: int) -> Any:
    """The seeded dropout layer after a hidden layer (from 1), or None."""
    for module in net.modules():
        if getattr(module, "seeded_mask", False) is True and module.layer == number:
            return module
    return None

"""The dense plan: K fully connected nets trained by the course's own forward and backward passes, stacked."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fathom.core.dense import DenseNet
from fathom.engine.dense.evaluation import evaluate
from fathom.engine.dense.masks import Masks
from fathom.engine.dense.passes import Names, backward, forward
from fathom.engine.plans.loop import scaled
from fathom.engine.population import Population
from fathom.engine.task import Slope
from fathom.engine.workspace import Workspace


class DensePlan:
    """See the module.

    Args:
        population: members whose modules are the fully connected net of `record`.
        record: the sizes, activation and batch norm that all share; dropout may differ between members.
        slope: of the task.
    """

    name = "dense"

    def __init__(self, population: Population, record: DenseNet, slope: Slope) -> None:
        self.population = population
        self.record = record
        self._slope = slope
        self._names = names_of(population.members[0].net)
        self._masks = Masks(population, record)
        self._space = Workspace(population.theta)

    def step(self, inputs: Tensor, targets: Tensor, rows: Tensor) -> Tensor:
        """The gradient of one mini-batch, into the population; (K,) the sum of the losses of each member.

        Args:
            inputs: (m, n_x).
            targets: (m,).
            rows: (B,) that all members read, or (K, B).
        """
        population = self.population
        X, y = population.scaled(self._rows(inputs, rows)), targets.index_select(0, rows.reshape(-1)).view(rows.shape)
        blocks = population.blocks
        masks = self._masks.draw(X.shape[-2], population.updates)
        buffers = population.buffers or None
        Z, cache = forward(self.record, self._names, blocks, X, masks, buffers, self._space)
        losses, slopes = self._slope(Z, y)
        dZ = slopes.mul_(1.0 / Z.shape[2])
        backward(self.record, self._names, blocks, cache, dZ, population.gradients, self._space)
        for name, count in population.buffers.items():
            if name.endswith("num_batches_tracked"):
                count.add_(1)
        return losses.sum(1)

    def _rows(self, inputs: Tensor, rows: Tensor) -> Tensor:
        if rows.dim() == 2:
            return inputs.index_select(0, rows.reshape(-1)).view(*rows.shape, -1)
        return torch.index_select(inputs, 0, rows, out=self._space.of("X", (len(rows), inputs.shape[1])))

    def outputs(self, inputs: Tensor) -> Tensor:
        """(K, n, width) raw outputs in evaluation mode."""
        population = self.population
        blocks = population.blocks
        return evaluate(self.record, self._names, blocks, self.population.scaled(inputs), population.buffers)

    def outputs_of(self, place: int, inputs: Tensor) -> Tensor:
        """(n, width) of the member at a place."""
        population, own = self.population, slice(place, place + 1)
        blocks, buffers = ({name: tensor[own] for name, tensor in of.items()} for of in (population.blocks, population.buffers))
        return evaluate(self.record, self._names, blocks, scaled(population.members[place], inputs), buffers)[0]


def names_of(net: nn.Module) -> list[Names]:
    """The tensors of each layer of a fully connected net: linear layers, each with the batch norm that follows it."""
    layers: list[Names] = []
    for name, module in net.named_modules():
        if isinstance(module, nn.Linear):
            layers.append(Names(f"{name}.weight", f"{name}.bias" if module.bias is not None else None))
        elif isinstance(module, nn.BatchNorm1d):
            last = layers[-1]
            layers[-1] = Names(last.W, last.b, f"{name}.weight", f"{name}.bias", f"{name}.running_mean", f"{name}.running_var")
    return layers

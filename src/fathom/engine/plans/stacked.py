"""The stacked plan: K modules of one make as one program, by `functional_call` under `vmap`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from fathom.engine.layout import trained
from fathom.engine.plans.loop import outputs_of, scaled
from fathom.engine.population import Population
from fathom.engine.task import TaskSide


class StackedPlan:
    """See the module.

    Args:
        population: modules of one make; their forward draws nothing at random but through layers marked `seeded_mask`.
        task: of all members.
    """

    name = "stacked"

    def __init__(self, population: Population, task: TaskSide) -> None:
        self.population = population
        self._task = task
        self._net = population.members[0].net
        self._half = population.members[0].settings.precision == "bfloat16"

    def step(self, inputs: Tensor, targets: Tensor, rows: Tensor) -> Tensor:
        """See `Plan`."""
        population, members = self.population, len(self.population)
        own = rows.dim() == 2 or population.scaling is not None
        X, y = self.population.scaled(inputs[rows]), targets[rows]
        leaves = [b.requires_grad_() for b in (b.detach() for b in population.blocks.values())]
        outputs = self._forward(leaves, X, own)
        batch = outputs.shape[1]
        columns = outputs.detach().reshape(members, batch, -1).transpose(1, 2)
        losses, slopes = self._task.losses_and_slopes(columns.float() if self._half else columns, y)
        along = (slopes.transpose(1, 2) / batch).to(outputs.dtype).reshape(outputs.shape)
        parts = torch.autograd.grad(outputs, leaves, along, allow_unused=True, materialize_grads=True)
        for block, part in zip(population.gradients.values(), parts, strict=True):
            block.copy_(part)
        return losses.sum(1)

    def outputs(self, inputs: Tensor, *, chunk: int = 8_192) -> Tensor:
        """See `Plan`."""
        self._net.eval()
        blocks = list(self.population.blocks.values())
        own = self.population.scaling is not None
        with torch.no_grad():
            parts = [self._forward(blocks, self.population.scaled(inputs[at : at + chunk]), own) for at in range(0, len(inputs), chunk)]
        return torch.cat(parts, dim=1)

    def outputs_of(self, place: int, inputs: Tensor) -> Tensor:
        """See `Plan`."""
        member = self.population.members[place]
        return outputs_of(member.net, scaled(member, inputs))

    def _forward(self, blocks: list[Tensor], X: Tensor, own: bool) -> Tensor:
        """(K, B, width) raw outputs; `own` rows (K, B, ...), or (B, ...) that all members read."""
        names = [name for name, p in self._net.named_parameters() if p.requires_grad]
        layers = [cast(Any, m) for m in self._net.modules() if getattr(m, "seeded_mask", False) is True]
        keys = [self._keys(layer) for layer in layers]
        frozen = self._frozen()

        def one(parameters: tuple[Tensor, ...], still: dict[str, Tensor], masks: list[Tensor], x: Tensor) -> Tensor:
            for layer, key in zip(layers, masks, strict=True):
                layer.now = key
            with torch.autocast(x.device.type, torch.bfloat16, enabled=self._half):
                return cast(Tensor, functional_call(self._net, dict(zip(names, parameters, strict=True)) | still, (x,)))

        try:
            with _batchable_attention():
                return vmap(one, in_dims=(0, 0, 0, 0 if own else None), randomness="error")(tuple(blocks), frozen, keys, X)
        finally:
            for layer in layers:
                layer.now = None

    def _frozen(self) -> dict[str, Tensor]:
        """What is not trained: buffers, and parameters that want no gradient, (K, ...) by name."""
        names = [name for name, p in self._net.named_parameters() if not p.requires_grad]
        nets = [m.net for m in self.population.members]
        return self.population.buffers | {name: torch.stack([net.get_parameter(name).detach() for net in nets]) for name in names}

    def _keys(self, layer: Any) -> Tensor:
        """(K,) the key of a dropout layer's mask for the step under way, of each member's own seed."""
        step, members = self.population.updates, self.population.members
        keys = [layer.key(m.settings.seed, layer.layer, step) for m in members]
        return torch.tensor(keys, dtype=torch.int32, device=self.population.theta.device)


@contextmanager
def _batchable_attention() -> Iterator[None]:
    """Attention by the products for which `vmap` has rules, in place of the fused ones."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def same_make(nets: list[nn.Module]) -> bool:
    """Whether modules have the same layers, with the same settings, and tensors of the same shapes."""
    first = nets[0]
    shapes = [p.shape for p in trained(first)]
    return all(repr(net) == repr(first) and [p.shape for p in trained(net)] == shapes for net in nets[1:])

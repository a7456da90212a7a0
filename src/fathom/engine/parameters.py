"""The parameters of a net as one flat vector: the course's theta."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

NORMS = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
    nn.RMSNorm,
)


@dataclass(frozen=True)
class Theta:
    """All trained parameters of a net in one vector; the net's own tensors are views of it.

    Attributes:
        vector: (P,), what the optimizer updates.
        parameters: the net's tensors, in its own order.
        names: their names.
        is_weight: (P,) 1 for weights, 0 for biases and norm layers: where penalties act (C2W1-19).
    """

    vector: Tensor
    parameters: tuple[nn.Parameter, ...]
    names: tuple[str, ...]
    is_weight: Tensor

    def gradient(self, loss: Tensor) -> Tensor:
        """(P,) d loss / d theta; zero for parameters that the loss does not reach."""
        parts = torch.autograd.grad(loss, self.parameters, allow_unused=True, materialize_grads=True)
        return torch.cat([part.reshape(-1) for part in parts])

    def weight_norm(self) -> float:
        """Frobenius norm of all weights together."""
        return float(torch.linalg.vector_norm((self.vector * self.is_weight).double()))


def flatten(net: nn.Module) -> Theta:
    """Lay the trained parameters of `net` into one vector and make the net's tensors views of it.

    The values stay as they are. Parameters that do not require a gradient are left alone.

    Args:
        net: changed in place, in storage alone.
    """
    named = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    parameters = tuple(p for _, p in named)
    weights = _weight_ids(net)
    with torch.no_grad():
        vector = torch.cat([p.detach().reshape(-1) for p in parameters])
        is_weight = torch.cat([torch.full((p.numel(),), float(id(p) in weights), dtype=p.dtype, device=p.device) for p in parameters])
        start = 0
        for p in parameters:
            p.data = vector[start : start + p.numel()].view(p.shape)
            start += p.numel()
    return Theta(vector, parameters, tuple(name for name, _ in named), is_weight)


def _weight_ids(net: nn.Module) -> set[int]:
    """Tensors of two dimensions and more outside norm layers: matrices, kernels, embeddings."""
    return {id(p) for layer in net.modules() if not isinstance(layer, NORMS) for p in layer.parameters(recurse=False) if p.dim() >= 2}

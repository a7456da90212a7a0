"""Which of a net's trained parameters are weights, on which penalties act (C2W1-19): no biases and no norm layers."""

from __future__ import annotations

from torch import nn

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


def weight_names(net: nn.Module) -> set[str]:
    """The names of the tensors of two dimensions and more outside norm layers: matrices, kernels, embeddings.

    Example:
        >>> weight_names(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
        {'0.weight'}
    """
    weights = {id(p) for layer in net.modules() if not isinstance(layer, NORMS) for p in layer.parameters(recurse=False) if p.dim() >= 2}
    return {name for name, p in net.named_parameters() if id(p) in weights}

"""K fully connected nets in evaluation mode: no masks, batch norm by its running statistics."""

from __future__ import annotations

import torch
from torch import Tensor

from fathom.core.dense import DenseNet
from fathom.engine.dense.passes import BATCH_NORM_EPS, Blocks, Names, activate, linear


def evaluate(net: DenseNet, names: list[Names], blocks: Blocks, X: Tensor, buffers: Blocks, *, chunk: int = 8_192) -> Tensor:
    """(K, n, n_y) raw outputs for rows (n, n_x) that all members read, or (K, n, n_x)."""
    parts = [_outputs(net, names, blocks, X[..., start : start + chunk, :], buffers) for start in range(0, X.shape[-2], chunk)]
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def _outputs(net: DenseNet, names: list[Names], blocks: Blocks, X: Tensor, buffers: Blocks) -> Tensor:
    A = X
    for layer, name in enumerate(names):
        Z = linear(blocks[name.W], None if name.b is None else blocks[name.b], A, first=layer == 0)
        if layer == len(names) - 1:
            return Z.transpose(1, 2).contiguous()
        if name.gamma and name.beta and name.mu and name.sigma2:
            scale = blocks[name.gamma] * torch.rsqrt(buffers[name.sigma2] + BATCH_NORM_EPS)
            shift = blocks[name.beta] - buffers[name.mu] * scale
            Z = torch.addcmul(shift.unsqueeze(2), Z, scale.unsqueeze(2))
        A = activate(net.activation, Z)
    raise AssertionError("a net has a last layer")

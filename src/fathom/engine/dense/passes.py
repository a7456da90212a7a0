"""Forward and backward of K fully connected nets at once, derived by hand (C1W4-02, 06), in the course's layout.

Examples are columns, as in the course: A is (K, n, B), so that the first layer of all members, which read the same rows, is one
product (K n, n_x) (n_x, B) and its gradient one product too. What is large is written into a workspace that is kept.

    Z = W A + b                         dW = dZ A^T           db = sum of dZ over the examples
    A = g(Z) * mask / keep              dZ = (W^T dZ_next) * mask / keep * g'(Z)

With batch norm z is normalized before g (C2W3-09..11): z~ = gamma (z - mu) / sqrt(sigma^2 + eps) + beta, without b.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from fathom.core.dense import DenseNet
from fathom.engine.workspace import Workspace

BATCH_NORM_EPS = 1e-5
BATCH_NORM_MOMENTUM = 0.1
LEAK = 0.01

LANES, NARROW, TALL = 16, 32, 1_024
"""A product of a tall matrix (rows from `TALL`) and a narrow one (columns up to `NARROW`) takes up to 2.8 times as long where the columns
are not a multiple of `LANES`: zeros fill them up. Measured with MKL on Zen 4, one thread and two."""

Blocks = Mapping[str, Tensor]
"""By name, the tensors of K members (K, *shape)."""


@dataclass(frozen=True)
class Names:
    """How a layer's tensors are called in the module; the course's W, b, gamma, beta and the running mu, sigma^2."""

    W: str
    b: str | None
    gamma: str | None = None
    beta: str | None = None
    mu: str | None = None
    sigma2: str | None = None


@dataclass
class Normalized:
    """What batch norm leaves for the backward pass: z with mean 0 and variance 1, and 1 / sqrt(sigma^2 + eps)."""

    z: Tensor
    scale: Tensor


@dataclass
class Cache:
    """What the forward pass leaves for the backward pass (C1W4-05): the inputs of each layer, and of its activation's slope."""

    inputs: list[Tensor]
    slopes: list[Tensor]
    masks: list[Tensor | None]
    normalized: list[Normalized | None]


def forward(
    net: DenseNet, names: list[Names], blocks: Blocks, X: Tensor, masks: list[Tensor | None], buffers: Blocks | None, space: Workspace
) -> tuple[Tensor, Cache]:
    """The raw outputs of K nets.

    Args:
        net: the sizes that all share.
        names: of each layer's tensors.
        blocks: the parameters, (K, *shape) by name.
        X: (B, n_x) rows that all members read, or (K, B, n_x) rows of their own.
        masks: by hidden layer, (K, n, B) with 0 where a unit is dropped and 1/keep elsewhere, or None.
        buffers: batch norm's running statistics, updated in place; None where it is off.
        space: where Z and A are written; outputs and cache are views of it until the next call.

    Returns:
        (K, n_y, B) outputs, and what the backward pass wants.
    """
    cache = Cache([], [], [], [])
    A: Tensor = X
    last = len(names) - 1
    for layer, name in enumerate(names):
        cache.inputs.append(A)
        b = None if name.b is None else blocks[name.b]
        Z = linear(
            blocks[name.W], b, A, first=layer == 0, out=space.of(f"Z{layer}", (len(blocks[name.W]), net.sizes[layer + 1], X.shape[-2]))
        )
        if layer == last:
            return Z, cache
        normalized = None
        if name.gamma is not None:
            Z, normalized = _normalize(Z, blocks, name, buffers)
        A, slope = _ACTIVATIONS[net.activation](Z)
        mask = masks[layer]
        A = A if mask is None else torch.mul(A, mask, out=space.of(f"dropped{layer}", tuple(A.shape)))
        cache.slopes.append(slope)
        cache.masks.append(mask)
        cache.normalized.append(normalized)
    raise AssertionError("a net has a last layer")


def backward(net: DenseNet, names: list[Names], blocks: Blocks, cache: Cache, dZ: Tensor, gradients: Blocks, space: Workspace) -> None:
    """The gradients of K nets, written into `gradients` (K, *shape) by name.

    Args:
        dZ: (K, n_y, B) the derivative of each member's mean loss by its raw outputs.
    """
    for layer in range(len(names) - 1, -1, -1):
        name = names[layer]
        if name.b is not None:
            torch.sum(dZ, 2, out=gradients[name.b])
        A = cache.inputs[layer]
        if layer == 0:
            _first_gradient(dZ, A, gradients[name.W], space)
            return
        torch.bmm(dZ, A.transpose(1, 2), out=gradients[name.W])
        dA = space.of(f"dA{layer}", (len(dZ), net.sizes[layer], dZ.shape[2]))
        torch.bmm(blocks[name.W].transpose(1, 2), dZ, out=dA)
        mask, below = cache.masks[layer - 1], names[layer - 1]
        if mask is not None:
            dA.mul_(mask)
        dZ = _SLOPES[net.activation](dA, cache.slopes[layer - 1])
        normalized = cache.normalized[layer - 1]
        if normalized is not None:
            dZ = _normalize_back(dZ, normalized, blocks, below, gradients)


def activate(name: str, Z: Tensor) -> Tensor:
    """g(Z), in place where g allows it."""
    return _ACTIVATIONS[name](Z)[0]


def linear(W: Tensor, b: Tensor | None, A: Tensor, *, first: bool, out: Tensor | None = None) -> Tensor:
    """W A + b for all members (K, n, B); the first layer reads rows (B, n_x) that all share, as one product."""
    members, units, _ = W.shape
    if first and A.dim() == 2:
        flat, into = W.view(members * units, -1), None if out is None else out.view(members * units, -1)
        Z = torch.mm(flat, A.t(), out=into) if b is None else torch.addmm(b.reshape(-1, 1), flat, A.t(), out=into)
        return Z.view(members, units, -1)
    A = A.transpose(1, 2) if first else A
    return torch.bmm(W, A, out=out) if b is None else torch.baddbmm(b.unsqueeze(2), W, A, out=out)


def _first_gradient(dZ: Tensor, X: Tensor, out: Tensor, space: Workspace) -> None:
    """dW = dZ X^T of the first layer into `out` (K, n, n_x): one product over all members where they read the same rows (B, n_x)."""
    if X.dim() == 3:
        torch.bmm(dZ, X, out=out)
        return
    flat, into = dZ.view(-1, dZ.shape[2]), out.view(-1, X.shape[1])
    if X.shape[1] % LANES == 0 or X.shape[1] > NARROW or len(flat) < TALL:
        torch.mm(flat, X, out=into)
        return
    columns = -(-X.shape[1] // LANES) * LANES
    padded = space.zeros("X padded", (len(X), columns))
    padded[:, : X.shape[1]].copy_(X)
    into.copy_(torch.mm(flat, padded, out=space.of("dW padded", (len(flat), columns)))[:, : X.shape[1]])


def _normalize(Z: Tensor, blocks: Blocks, name: Names, buffers: Blocks | None) -> tuple[Tensor, Normalized]:
    """gamma (z - mu) / sqrt(sigma^2 + eps) + beta over the batch, the running statistics kept as torch keeps them."""
    assert name.gamma is not None
    assert name.beta is not None
    variance, mean = torch.var_mean(Z, 2, correction=0, keepdim=True)
    if buffers is not None and name.mu is not None and name.sigma2 is not None:
        count = Z.shape[2]
        buffers[name.mu].lerp_(mean.squeeze(2), BATCH_NORM_MOMENTUM)
        buffers[name.sigma2].lerp_(variance.squeeze(2) * (count / (count - 1)), BATCH_NORM_MOMENTUM)
    scale = torch.rsqrt(variance + BATCH_NORM_EPS)
    z = (Z - mean).mul_(scale)
    return torch.addcmul(blocks[name.beta].unsqueeze(2), z, blocks[name.gamma].unsqueeze(2)), Normalized(z, scale)


def _normalize_back(dZ: Tensor, kept: Normalized, blocks: Blocks, name: Names, gradients: Blocks) -> Tensor:
    """Through batch norm: dz = gamma scale (dz~ - mean dz~ - z mean(dz~ z)), means over the examples."""
    assert name.gamma is not None
    assert name.beta is not None
    torch.sum(dZ, 2, out=gradients[name.beta])
    torch.sum(dZ * kept.z, 2, out=gradients[name.gamma])
    count = dZ.shape[2]
    mean = gradients[name.beta].unsqueeze(2) / count
    along = gradients[name.gamma].unsqueeze(2) / count
    return (dZ - mean - kept.z * along).mul_(kept.scale * blocks[name.gamma].unsqueeze(2))


def _relu(Z: Tensor) -> tuple[Tensor, Tensor]:
    A = Z.relu_()
    return A, A


def _leaky_relu(Z: Tensor) -> tuple[Tensor, Tensor]:
    A = functional.leaky_relu(Z, LEAK)
    return A, Z


def _tanh(Z: Tensor) -> tuple[Tensor, Tensor]:
    A = Z.tanh_()
    return A, A


def _sigmoid(Z: Tensor) -> tuple[Tensor, Tensor]:
    A = Z.sigmoid_()
    return A, A


_ACTIVATIONS: dict[str, Callable[[Tensor], tuple[Tensor, Tensor]]] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
}
"""g: Z -> (A, what its slope is computed from)."""

_SLOPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda dA, A: torch.ops.aten.threshold_backward.grad_input(dA, A, 0, grad_input=dA),
    "leaky_relu": lambda dA, Z: torch.ops.aten.leaky_relu_backward.grad_input(dA, Z, LEAK, False, grad_input=dA),
    "tanh": lambda dA, A: torch.ops.aten.tanh_backward.grad_input(dA, A, grad_input=dA),
    "sigmoid": lambda dA, A: torch.ops.aten.sigmoid_backward.grad_input(dA, A, grad_input=dA),
}
"""dA and what g left -> dA * g'(Z), in place; at z = 0 the slope of relu is 0, as torch has it (the course says 1)."""

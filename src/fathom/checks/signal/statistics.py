"""The numbers of one tensor of activations: mean, standard deviation, dead units, saturated activations."""

from __future__ import annotations

import torch
from torch import Tensor

from fathom.checks.signal.operations import CLIPPING, SATURATING, SIGMOIDS

FLAT = 0.05
"""An activation is saturated where the slope is under this share of its largest."""
BOUNDED = ("relu6", "clamp", "hardtanh")
"""Clipped at both ends."""
IN_DOUBLE = 4_000_000
"""Elements up to which the sums are made in float64."""


@torch.no_grad()
def mean_and_std(tensor: Tensor) -> tuple[float, float]:
    """Mean and standard deviation (about the mean, divided by n), whatever the scale.

    Example:
        >>> mean_and_std(torch.tensor([1e30, 3e30]))[1] / 1e30 > 0.99
        True
    """
    values = tensor.detach()
    if values.is_complex():
        values = values.abs()
    values = values.double() if values.numel() <= IN_DOUBLE else values.float()
    largest = float(values.abs().amax()) if values.numel() else 0.0
    if largest == 0.0 or not largest < float("inf"):
        return (0.0, 0.0) if largest == 0.0 else (float("nan"), float("inf"))
    scaled = values / largest  # squares of large or tiny activations leave the range of the float
    return float(scaled.mean()) * largest, float(scaled.std(correction=0)) * largest


@torch.no_grad()
def norm(tensor: Tensor) -> float:
    """The Euclidean norm, whatever the scale."""
    values = tensor.detach()
    largest = float(values.abs().amax()) if values.numel() else 0.0
    if largest == 0.0 or not largest < float("inf"):
        return largest
    return (
        float(torch.linalg.vector_norm((values / largest).float() if values.numel() > IN_DOUBLE else values.double() / largest)) * largest
    )


@torch.no_grad()
def dead_share(operation: str, outputs: Tensor, axis: int) -> float | None:
    """Share of units that give one and the same value, the clipped one, for every example and place."""
    if operation not in CLIPPING or outputs.dim() < 2:
        return None
    by_unit = outputs.detach().movedim(axis, 0).flatten(1)
    if by_unit.shape[1] < 2:
        return None
    value = by_unit[:, 0]
    at_a_bound = value == by_unit.amin()
    if operation in BOUNDED:
        at_a_bound |= value == by_unit.amax()
    dead = (by_unit == by_unit[:, :1]).all(dim=1) & at_a_bound
    return float(dead.double().mean())


@torch.no_grad()
def saturated_share(operation: str, outputs: Tensor) -> float | None:
    """Share of activations of a sigmoid or tanh where the slope is under 5% of its largest.

    Example:
        >>> saturated_share("tanh", torch.tensor([0.0, 0.99]))
        0.5
    """
    if operation not in SATURATING:
        return None
    values = outputs.detach()
    slope = 4.0 * values * (1.0 - values) if operation in SIGMOIDS else 1.0 - values * values
    return float((slope < FLAT).double().mean())

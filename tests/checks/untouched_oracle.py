"""Everything of a module, its data and the random state that a check could have changed, as plain values to compare."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks")


def bits(value: Any) -> Any:
    """A tensor as its bytes and kind; containers element by element; other things as they are."""
    if isinstance(value, Tensor):
        flat = value.detach().contiguous().reshape(-1)
        return (
            tuple(value.shape),
            str(value.dtype),
            value.requires_grad,
            flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"",
        )
    if isinstance(value, dict):
        return {key: bits(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [bits(v) for v in value]
    return value


def fingerprint(net: nn.Module, *data: Any) -> dict[str, Any]:
    """Weights, buffers, gradients, modes, hooks, identities of the parameters, data, and the random states."""
    return {
        "parameters": {name: (id(p), p.data_ptr(), bits(p), bits(p.grad)) for name, p in net.named_parameters()},
        "buffers": {name: (id(b), bits(b)) for name, b in net.named_buffers()},
        "modes": {name: module.training for name, module in net.named_modules()},
        "hooks": {name: [list(getattr(module, h)) for h in HOOKS] for name, module in net.named_modules()},
        "tensor hooks": {name: list(p._backward_hooks or {}) for name, p in net.named_parameters()},
        "attributes": {name: sorted(vars(module)) for name, module in net.named_modules()},
        "data": bits(list(data)),
        "random": (bits(torch.get_rng_state()), repr(np.random.get_state()), random.getstate()),  # noqa: NPY002
        "settings": (
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.is_anomaly_enabled(),
            torch.are_deterministic_algorithms_enabled(),
        ),
    }

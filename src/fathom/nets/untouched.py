"""A module that is not ours is left as it was: weights, buffers, gradients, mode, hooks, and the random state of the process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fathom.nets.attributes import attributes_of, put_attributes

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
)
"""Where a module keeps its hooks."""


@contextmanager
def untouched(net: nn.Module, *, weights: bool = True) -> Iterator[nn.Module]:
    """Lend a module out, and put everything back bit for bit, whatever happens in between.

    Args:
        net: the module; it is yielded itself, not a copy.
        weights: False spares the copies of weights, buffers and gradients for a use that only evaluates under
            `torch.no_grad`; buffers are put back all the same.

    Put back: weights, buffers (batch norm's counts too), `.grad`, requires_grad, the mode of every submodule, hooks that
    were added or taken away, plain attributes (a counter, a hidden state that is carried over), and the random state of
    Python, NumPy and torch on every device.

    Example:
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        >>> with untouched(net) as lent:
        ...     _ = lent.eval()
        >>> net.training
        True
    """
    modes = {module: module.training for module in net.modules()}
    attributes = {module: attributes_of(module) for module in modes}
    hooks = {module: _hooks_of(module) for module in modes}
    tensors = _snapshot(net, weights)
    try:
        with untouched_random():
            yield net
    finally:
        for module, before in attributes.items():
            put_attributes(module, before)
        for module, training in modes.items():
            module.training = training
        for module, kept in hooks.items():
            _put_hooks(module, kept)
        _restore(tensors)


@contextmanager
def untouched_random() -> Iterator[None]:
    """Put the random state of Python, NumPy and torch (every device) back at the end."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the state that a user draws from
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # not the first to wake them
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


_Kept = list[tuple[Tensor, Tensor | None, bool, Tensor | None, Tensor | None]]
"""Tensor, copy of its values, requires_grad, its gradient, copy of the gradient's values."""


@torch.no_grad()
def _snapshot(net: nn.Module, weights: bool) -> _Kept:
    kept: _Kept = []
    for parameter in net.parameters():
        gradient = parameter.grad
        copy = parameter.detach().clone() if weights else None
        kept.append((parameter, copy, parameter.requires_grad, gradient, gradient.clone() if weights and gradient is not None else None))
    kept.extend((buffer, buffer.detach().clone(), buffer.requires_grad, None, None) for buffer in net.buffers())
    return kept


@torch.no_grad()
def _restore(kept: _Kept) -> None:
    for tensor, values, needs, gradient, gradient_values in kept:
        if values is not None and not _same(tensor, values):
            tensor.copy_(values)
        if tensor.is_leaf:
            tensor.requires_grad_(needs)
        tensor.grad = gradient
        if gradient is not None and gradient_values is not None:
            gradient.copy_(gradient_values)


def _same(a: Tensor, b: Tensor) -> bool:
    """Equal, NaN for NaN; spares a write that would count as an in-place change."""
    return bool(((a == b) | ((a != a) & (b != b))).all())


def _hooks_of(module: nn.Module) -> dict[str, Any]:
    return {name: module.__dict__[name].copy() for name in HOOKS if name in module.__dict__}


def _put_hooks(module: nn.Module, kept: dict[str, Any]) -> None:
    for name, before in kept.items():
        now = module.__dict__[name]
        if list(now.items()) != list(before.items()):
            now.clear()
            now.update(before)

"""The updates of the course on the flat vector of K members, in place; in order of increasing complexity.

Each is `update(theta, gradient, memory, hyper, alpha, step)`: theta and gradient (K P,), memory the vectors that it keeps,
alpha this step's learning rate (a number, or each member's own spread over its parameters), step counted from 1. The course's
formulas and torch's differ in two places, and the settings keep both forms: "sgd" with momentum is torch's v = beta v + g,
"momentum" the course's v = beta v + (1 - beta) g.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fathom.engine.hyper import Hyper, Number, is_zero
from fathom.engine.layout import Layout

Memory = tuple[Tensor, ...]
"""The vectors that an update keeps, and last one that it may scribble on."""

Update = Callable[[Tensor, Tensor, Memory, Hyper, Number, int], None]


def sgd(theta: Tensor, gradient: Tensor, memory: Memory, hyper: Hyper, alpha: Number, step: int) -> None:
    """theta -= alpha g (C1W2-09); with momentum beta, torch's form: v = beta v + g, theta -= alpha v."""
    if is_zero(hyper.momentum):
        _descend(theta, gradient, alpha)
        return
    velocity = memory[0]
    velocity.mul_(hyper.momentum).add_(gradient)
    _descend(theta, velocity, alpha)


def momentum(theta: Tensor, gradient: Tensor, memory: Memory, hyper: Hyper, alpha: Number, step: int) -> None:
    """v = beta v + (1 - beta) g (C2W2-05..08), theta -= alpha v, without bias correction (C2W2-10)."""
    memory[0].lerp_(gradient, 1.0 - hyper.momentum)
    _descend(theta, memory[0], alpha)


def nesterov(theta: Tensor, gradient: Tensor, memory: Memory, hyper: Hyper, alpha: Number, step: int) -> None:
    """v = beta v + g, theta -= alpha (g + beta v), as torch has it."""
    velocity = memory[0]
    velocity.mul_(hyper.momentum).add_(gradient)
    _descend(theta, gradient + velocity * hyper.momentum, alpha)


def rmsprop(theta: Tensor, gradient: Tensor, memory: Memory, hyper: Hyper, alpha: Number, step: int) -> None:
    """S = beta2 S + (1 - beta2) g^2, theta -= alpha g / sqrt(S + eps), element by element (C2W2-11)."""
    _average_square(memory[0], gradient, hyper.beta2)
    _descend_by(theta, gradient, torch.add(memory[0], hyper.eps, out=memory[-1]).sqrt_(), alpha)


def adam(theta: Tensor, gradient: Tensor, memory: Memory, hyper: Hyper, alpha: Number, step: int) -> None:
    """V and S with bias correction by 1 - beta^t (C2W2-09), theta -= alpha Vc / (sqrt(Sc) + eps) (C2W2-12).

    In one walk over the vectors where all members share betas and eps; a rate for each member then takes a second one.
    """
    mean, square, scratch = memory
    if not fusable(hyper, theta):
        mean.lerp_(gradient, 1.0 - hyper.beta1)
        _average_square(square, gradient, hyper.beta2)
        root = torch.sqrt(square, out=scratch).mul_((1.0 - hyper.beta2**step) ** -0.5).add_(hyper.eps)
        _descend_by(theta, mean, root.mul_(1.0 - hyper.beta1**step), alpha)
    elif isinstance(alpha, float):
        _fused_adam(theta, gradient, mean, square, hyper, alpha, step)
    else:
        _fused_adam(scratch.zero_(), gradient, mean, square, hyper, 1.0, step)
        theta.addcmul_(scratch, alpha)


UPDATES: dict[str, tuple[Update, int]] = {
    "sgd": (sgd, 1),
    "momentum": (momentum, 1),
    "nesterov": (nesterov, 1),
    "rmsprop": (rmsprop, 1),
    "adam": (adam, 2),
    "adamw": (adam, 2),
}
"""By name: the update, and how many vectors it keeps, the one to scribble on left out."""


def penalize(gradient: Tensor, theta: Tensor, hyper: Hyper) -> None:
    """Add (l2/m) W and (l1/2m) sign W to the gradient of the data term, in place (C2W1-17..20)."""
    _add_on_weights(gradient, theta, hyper.l2_over_m, hyper.is_weight)
    if not is_zero(hyper.l1_over_2m):
        _add_on_weights(gradient, torch.sign(theta), hyper.l1_over_2m, hyper.is_weight)


def decay(theta: Tensor, gradient: Tensor, hyper: Hyper, alpha: Number) -> None:
    """torch's weight_decay on the weights: into the gradient, or for adamw theta *= 1 - alpha wd, in place."""
    if hyper.optimizer == "adamw":
        _add_on_weights(theta, theta, -alpha * hyper.weight_decay, hyper.is_weight)
    else:
        _add_on_weights(gradient, theta, hyper.weight_decay, hyper.is_weight)


def clip(gradient: Tensor, hyper: Hyper, layout: Layout) -> None:
    """Scale each member's gradient down to its own largest norm, in place, where it is longer."""
    if hyper.clip_norm is None:
        return
    squares = [block.reshape(block.shape[0], -1).square().sum(1) for block in layout.blocks(gradient).values()]
    norms = torch.stack(squares).sum(0).sqrt_()
    gradient.mul_(layout.spread((hyper.clip_norm / (norms + 1e-6)).clamp_max_(1.0)))  # torch's own 1e-6


def fusable(hyper: Hyper, theta: Tensor) -> bool:
    """Whether torch's one-walk kernel of Adam, of which `torch.optim.Adam(fused=True)` is made, can be used."""
    numbers = (hyper.beta1, hyper.beta2, hyper.eps)
    return hasattr(torch, "_fused_adam_") and theta.device.type in ("cpu", "cuda") and all(isinstance(n, float) for n in numbers)


def _fused_adam(theta: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, hyper: Hyper, alpha: float, step: int) -> None:
    count = torch.full((), float(step), device=theta.device)
    numbers: dict[str, Any] = {"lr": alpha, "beta1": hyper.beta1, "beta2": hyper.beta2, "weight_decay": 0.0, "eps": hyper.eps}
    torch._fused_adam_([theta], [gradient], [mean], [square], [], [count], **numbers, amsgrad=False, maximize=False)


def _descend(theta: Tensor, direction: Tensor, alpha: Number) -> None:
    if isinstance(alpha, float):
        theta.add_(direction, alpha=-alpha)
    else:
        theta.addcmul_(direction, alpha, value=-1.0)


def _descend_by(theta: Tensor, direction: Tensor, divisor: Tensor, alpha: Number) -> None:
    """Theta -= alpha direction / divisor; the divisor's memory is used up."""
    if isinstance(alpha, float):
        theta.addcdiv_(direction, divisor, value=-alpha)
    else:
        theta.addcmul_(torch.div(direction, divisor, out=divisor), alpha, value=-1.0)


def _average_square(square: Tensor, gradient: Tensor, beta: Number) -> None:
    """S = beta S + (1 - beta) g^2."""
    if isinstance(beta, float):
        square.mul_(beta).addcmul_(gradient, gradient, value=1.0 - beta)
    else:
        square.lerp_(gradient.square(), 1.0 - beta)


def _add_on_weights(into: Tensor, theta: Tensor, rate: Number, is_weight: Tensor) -> None:
    if is_zero(rate):
        return
    if isinstance(rate, float):
        into.addcmul_(theta, is_weight, value=rate)
    else:
        into.addcmul_(theta, is_weight * rate)

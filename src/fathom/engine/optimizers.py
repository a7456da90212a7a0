"""The updates of the course on one flat vector, in place; in order of increasing complexity.

Each is `update(theta, gradient, memory, settings, alpha, step)`: theta and gradient (P,), memory the vectors that it keeps,
alpha this step's learning rate, step counted from 1. The course's formulas and torch's differ in two places, and the
settings keep both forms: "sgd" with momentum is torch's v = beta v + g, "momentum" the course's v = beta v + (1 - beta) g.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from fathom.core.records.settings import Settings

Update = Callable[[Tensor, Tensor, tuple[Tensor, ...], Settings, float, int], None]


def sgd(theta: Tensor, gradient: Tensor, memory: tuple[Tensor, ...], settings: Settings, alpha: float, step: int) -> None:
    """theta -= alpha g (C1W2-09); with momentum beta, torch's form: v = beta v + g, theta -= alpha v."""
    if not settings.momentum:
        theta.add_(gradient, alpha=-alpha)
        return
    velocity = memory[0]
    velocity.mul_(settings.momentum).add_(gradient)
    theta.add_(velocity, alpha=-alpha)


def momentum(theta: Tensor, gradient: Tensor, memory: tuple[Tensor, ...], settings: Settings, alpha: float, step: int) -> None:
    """v = beta v + (1 - beta) g, theta -= alpha v, without bias correction (C2W2-10)."""
    velocity = memory[0]
    velocity.mul_(settings.momentum).add_(gradient, alpha=1.0 - settings.momentum)
    theta.add_(velocity, alpha=-alpha)


def nesterov(theta: Tensor, gradient: Tensor, memory: tuple[Tensor, ...], settings: Settings, alpha: float, step: int) -> None:
    """v = beta v + g, theta -= alpha (g + beta v), as torch has it."""
    velocity = memory[0]
    velocity.mul_(settings.momentum).add_(gradient)
    theta.add_(gradient, alpha=-alpha).add_(velocity, alpha=-alpha * settings.momentum)


def rmsprop(theta: Tensor, gradient: Tensor, memory: tuple[Tensor, ...], settings: Settings, alpha: float, step: int) -> None:
    """S = beta2 S + (1 - beta2) g^2, theta -= alpha g / sqrt(S + eps), element by element (C2W2-11)."""
    square, beta2 = memory[0], settings.betas[1]
    square.mul_(beta2).addcmul_(gradient, gradient, value=1.0 - beta2)
    theta.addcdiv_(gradient, (square + settings.eps).sqrt_(), value=-alpha)


def adam(theta: Tensor, gradient: Tensor, memory: tuple[Tensor, ...], settings: Settings, alpha: float, step: int) -> None:
    """V and S with bias correction by 1 - beta^t, theta -= alpha Vc / (sqrt(Sc) + eps) (C2W2-12)."""
    (mean, square), (beta1, beta2) = memory, settings.betas
    mean.lerp_(gradient, 1.0 - beta1)
    square.mul_(beta2).addcmul_(gradient, gradient, value=1.0 - beta2)
    root = square.sqrt().div_(math.sqrt(1.0 - beta2**step)).add_(settings.eps)
    theta.addcdiv_(mean, root, value=-alpha / (1.0 - beta1**step))


UPDATES: dict[str, tuple[Update, int]] = {
    "sgd": (sgd, 1),
    "momentum": (momentum, 1),
    "nesterov": (nesterov, 1),
    "rmsprop": (rmsprop, 1),
    "adam": (adam, 2),
    "adamw": (adam, 2),
}
"""By name: the update, and how many vectors it keeps."""


def decay(theta: Tensor, gradient: Tensor, is_weight: Tensor, settings: Settings, alpha: float) -> None:
    """torch's weight_decay on the weights: into the gradient, or for adamw theta *= 1 - alpha wd, in place."""
    if not settings.weight_decay:
        return
    if settings.optimizer == "adamw":
        theta.addcmul_(theta, is_weight, value=-alpha * settings.weight_decay)
    else:
        gradient.addcmul_(theta, is_weight, value=settings.weight_decay)


def clip(gradient: Tensor, largest: float | None) -> None:
    """Scale the gradient down to norm `largest`, in place, where it is longer."""
    if largest is not None:
        gradient.mul_((largest / (gradient.norm() + 1e-6)).clamp_max(1.0))  # torch's own 1e-6

"""One step: rows in, an update of theta and the loss out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from fathom.core.records.settings import Settings
from fathom.engine.objective import Penalty
from fathom.engine.optimizers import UPDATES, clip, decay
from fathom.engine.state import State

Loss = Callable[[Tensor, Tensor], Tensor]
Step = Callable[[State, Tensor, Tensor, Tensor, float], tuple[State, Tensor]]


def make_step(net: nn.Module, loss: Loss, settings: Settings, penalty: Penalty) -> Step:
    """The step of one net.

    Args:
        net: the module in training mode, its parameters views of the state's theta.
        loss: raw outputs and targets -> the loss of each example (B,).
        settings: optimizer, clipping, weight decay, precision.
        penalty: the penalty of J.

    Returns:
        step(state, inputs, targets, rows, learning_rate) -> (state, the mean loss of the batch, a scalar tensor);
        rows (B,) index inputs and targets, which are already on the device.
    """
    update, _ = UPDATES[settings.optimizer]
    masked = [cast(Any, layer).at for layer in net.modules() if getattr(layer, "seeded_mask", False) is True]
    half = settings.precision == "bfloat16"

    def step(state: State, inputs: Tensor, targets: Tensor, rows: Tensor, learning_rate: float) -> tuple[State, Tensor]:
        for at in masked:  # layers with seeded masks
            at(seed=settings.seed, step=state.step)
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=half):
            outputs = net(inputs[rows])
        value = loss(outputs.float() if half else outputs, targets[rows]).mean()
        theta = state.theta
        gradient = theta.gradient(value)
        with torch.no_grad():
            penalty.add_gradient(gradient, theta.vector, theta.is_weight)
            clip(gradient, settings.clip_norm)
            decay(theta.vector, gradient, theta.is_weight, settings, learning_rate)
            state.step += 1
            update(theta.vector, gradient, state.memory, settings, learning_rate, state.step)
        return state, value.detach()

    return step


def mode(net: nn.Module, training: bool) -> None:
    """Put a net in training or evaluation mode, unless it is there already."""
    if net.training is not training:
        net.train(training)


def outputs_of(net: nn.Module, inputs: Any, *, chunk: int = 8_192) -> Tensor:
    """The raw outputs (n, width) of a net in evaluation mode, computed `chunk` rows at a time; its mode is put back."""
    before = net.training
    mode(net, False)
    try:
        with torch.no_grad():
            return torch.cat([net(inputs[start : start + chunk]) for start in range(0, len(inputs), chunk)])
    finally:
        mode(net, before)

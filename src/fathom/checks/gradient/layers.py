"""Dense nets: when one weight moves, only its unit and the layers above are evaluated again.

For a weight W[i, j] of layer l, z_i moves by h a_j and nothing else of layer l moves. So the activation of unit i alone is
evaluated anew, the next layer's z moves by that change times one column of its weights, and the layers above take it from
there, for many weights at a time. The inputs below are those of one ordinary pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fathom.checks.gradient.elements import Costs, Indices
from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.torch_problem import ModuleProblem

ELEMENTWISE = (nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus,
               nn.Hardtanh, nn.ReLU6, nn.Hardswish, nn.Hardsigmoid, nn.Softsign, nn.LogSigmoid, nn.Identity)  # fmt: skip
"""Modules that treat every unit on its own."""


@dataclass(frozen=True)
class Layer:
    """One linear layer and the activations after it.

    Attributes:
        names: of its weight and its bias in theta; "" for a bias that it has not.
        weight: (out, in).
        read: what it reads, (m, in).
        z: what it gives, (m, out).
        activation: elementwise, applied to z.
        a: activation(z).
    """

    names: tuple[str, str]
    weight: Tensor
    bias: Tensor | None
    read: Tensor
    z: Tensor
    activation: Callable[[Tensor], Tensor]
    a: Tensor


def above(point: Point) -> Costs | None:
    """A way to the costs of many elements, or None where the net is no chain of linear layers and activations."""
    problem = point.problem
    if not isinstance(problem, ModuleProblem) or not isinstance(problem.net, nn.Sequential):
        return None
    parts = _chain(problem.net)
    if parts is None:
        return None
    problem._load(point.values)
    with torch.no_grad(), problem.precise():
        inputs = _seen(problem)
        if inputs is None:
            return None
        layers = _layers(problem, parts, inputs)
    places = {name: (place, part) for place, layer in enumerate(layers) for part, name in enumerate(layer.names) if name}
    if set(places) != set(point.values):
        return None

    def costs(name: str, indices: Indices, move: float) -> Array:
        place, part = places[name]
        with torch.no_grad(), problem.precise():
            outputs = _moved(layers, place, _moves(layers[place], part, indices, move))
            found = torch.func.vmap(lambda one: torch.as_tensor(_head(problem, one)).reshape(()))(outputs)
        problem.evaluations += len(indices)
        return found.double().cpu().numpy()

    return costs


def _chain(net: nn.Module) -> list[nn.Module] | None:
    """The modules of a Sequential in order, nested ones opened; None where one of them is neither linear nor elementwise."""
    parts: list[nn.Module] = []
    for module in net.children():
        if isinstance(module, nn.Sequential):
            inner = _chain(module)
            if inner is None:
                return None
            parts += inner
        elif type(module) in (nn.Linear, *ELEMENTWISE) or (not module.training and "Dropout" in type(module).__name__):
            parts.append(module)
        else:
            return None
    return parts if parts and isinstance(parts[0], nn.Linear) else None


def _seen(problem: ModuleProblem) -> Tensor | None:
    """What the net reads, (m, n_x), where the cost calls it once and on that alone."""
    calls: list[tuple[Any, ...]] = []
    hook = problem.net.register_forward_pre_hook(lambda _, args: calls.append(args))
    try:
        problem.cost()
    finally:
        hook.remove()
    if len(calls) != 1 or len(calls[0]) != 1 or not isinstance(calls[0][0], Tensor) or calls[0][0].dim() != 2:
        return None
    return calls[0][0].double()


def _layers(problem: ModuleProblem, parts: list[nn.Module], read: Tensor) -> list[Layer]:
    named = {id(parameter): name for name, parameter in problem.parameters.items()}
    layers: list[Layer] = []
    for place, part in enumerate(parts):
        if not isinstance(part, nn.Linear):
            continue
        after = parts[place + 1 :]
        count = next((k for k, module in enumerate(after) if isinstance(module, nn.Linear)), len(after))
        activation = _composed(after[:count])
        z = part(read)
        names = named.get(id(part.weight), ""), "" if part.bias is None else named.get(id(part.bias), "")
        bias = None if part.bias is None else part.bias.data.clone()
        layers.append(Layer(names, part.weight.data.clone(), bias, read, z, activation, activation(z)))
        read = layers[-1].a
    return layers


def _composed(modules: list[nn.Module]) -> Callable[[Tensor], Tensor]:
    def activation(z: Tensor) -> Tensor:
        for module in modules:
            z = module(z.clone() if getattr(module, "inplace", False) else z)
        return z

    return activation


def _moves(layer: Layer, part: int, indices: Indices, move: float) -> tuple[Tensor, Tensor]:
    """The units (k,) that move, and the change of their z, (k, m)."""
    at = torch.from_numpy(np.asarray(indices, dtype=np.int64)).to(layer.z.device)
    if part == 1:
        return at, torch.full((len(indices), layer.z.shape[0]), move, dtype=layer.z.dtype, device=layer.z.device)
    width = layer.weight.shape[1]
    return at // width, move * layer.read.T[at % width]


def _moved(layers: list[Layer], place: int, moves: tuple[Tensor, Tensor]) -> Tensor:
    """The outputs of the net, (k, m, n_y), with one unit of layer `place` moved for each k."""
    units, change = moves
    layer = layers[place]
    change = layer.activation(layer.z.T[units] + change) - layer.a.T[units]
    if place == len(layers) - 1:
        outputs = layer.a.repeat(len(units), 1, 1)
        outputs[torch.arange(len(units), device=units.device), :, units] += change
        return outputs
    above = layers[place + 1]
    z = torch.baddbmm(above.z.expand(len(units), -1, -1), change.unsqueeze(2), above.weight.T[units].unsqueeze(1))
    a = above.activation(z)
    for later in layers[place + 2 :]:
        a = later.activation(nn.functional.linear(a, later.weight, later.bias))
    return a


def _head(problem: ModuleProblem, outputs: Tensor) -> Any:
    """The cost with the net's outputs given: what the user's cost makes of them."""
    net = problem.net
    had = net.__dict__.get("forward")
    net.forward = lambda *_: outputs  # for the one call
    try:
        return problem.cost()
    finally:
        if had is None:
            del net.__dict__["forward"]
        else:
            net.forward = had

"""Many perturbations of one tensor in one call of the cost, through torch.func.vmap."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fathom.checks.gradient.elements import Costs, Indices
from fathom.checks.gradient.point import Point
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.torch_problem import ModuleProblem, TorchProblem


def at_once(point: Point) -> Costs:
    """A way to the costs of many elements; it raises where the cost cannot be mapped."""
    problem = point.problem
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value).reshape(value.shape)) for name, value in point.values.items()}
    if isinstance(problem, TorchProblem):
        tensors = {name: tensor.to(problem.devices[name]) for name, tensor in tensors.items()}
    elif isinstance(problem, ModuleProblem):
        tensors = {name: tensor.to(problem.parameters[name].device) for name, tensor in tensors.items()}

    def one(name: str, tensor: Tensor) -> Tensor:
        return torch.as_tensor(_call(problem, {**tensors, name: tensor}, name)).reshape(())

    def costs(name: str, indices: Indices, move: float) -> Array:
        base = tensors[name]
        stacked = base.reshape(1, -1).repeat(len(indices), 1)
        at = torch.from_numpy(np.asarray(indices, dtype=np.int64)).to(base.device)
        stacked[torch.arange(len(indices), device=base.device), at] += move
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # vmap tells of operations that it carries out one by one
            found = torch.func.vmap(lambda tensor: one(name, tensor))(stacked.reshape(-1, *base.shape))
        problem.evaluations += len(indices)
        return found.double().cpu().numpy()

    return costs


def _call(problem: Any, tensors: dict[str, Tensor], name: str) -> Any:
    if isinstance(problem, ModuleProblem):
        with problem.precise():
            return torch.func.functional_call(_Cost(problem), {f"net.{name}": tensors[name]}, ())
    with problem.precise():
        return problem.cost(next(iter(tensors.values())) if problem.bare else tensors)


class _Cost(nn.Module):
    """A cost that calls its net, as a module, so that torch can call it with other parameters."""

    def __init__(self, problem: ModuleProblem) -> None:
        super().__init__()
        self.net, self._cost = problem.net, problem.cost

    def forward(self) -> Any:
        """J."""
        return self._cost()

"""What a user calls theta: a mapping of arrays or tensors, one array, a module; as a problem."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from fathom.checks.gradient.given import as_array
from fathom.checks.gradient.problem import Call, NumpyProblem, Problem
from fathom.core.expectations import refuse

ALONE = "theta"
"""Name of a theta that is one array."""


def read_problem(cost: Any, theta: Any, gradient: Any) -> Problem:
    """A cost and its theta as a problem.

    Args:
        cost: a callable of theta; of nothing, where theta is a module whose parameters it reads.
        theta: a mapping name -> array or tensor, one array or tensor, or a torch.nn.Module.
        gradient: what is to be checked; None takes autograd's.

    Raises:
        UnusableInput: something else.
    """
    if not callable(cost):
        raise refuse("`cost`", expected="a callable theta -> J", got=type(cost).__name__)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(theta, torch.nn.Module):
        return _of_module(cost, theta, gradient)
    bare = not isinstance(theta, Mapping)
    named = {ALONE: theta} if bare else {str(name): value for name, value in theta.items()}
    if not named:
        raise refuse("`theta`", expected="at least one parameter", got="an empty mapping")
    if torch is not None and any(isinstance(value, torch.Tensor) for value in named.values()):
        from fathom.checks.gradient.torch_problem import TorchProblem

        return TorchProblem(cost, named, gradient, bare=bare)
    return _of_arrays(cost, named, gradient, bare)


def _of_arrays(cost: Call, named: dict[str, Any], gradient: Any, bare: bool) -> Problem:
    start = {name: as_array(value, f"theta[{name!r}]") for name, value in named.items()}
    problem = NumpyProblem(cost, start, gradient, bare=bare)
    if any(np.asarray(value).dtype in (np.float32, np.float16) for value in named.values()):
        problem.notes.append("Theta was not float64; a float64 copy was checked.")
    return problem


def _of_module(cost: Call, net: Any, gradient: Any) -> Problem:
    from fathom.checks.gradient.torch_problem import ModuleProblem, TorchProblem, takes_nothing

    if takes_nothing(cost):
        return ModuleProblem(cost, net, gradient)
    return TorchProblem(cost, {name: p.detach() for name, p in net.named_parameters() if p.requires_grad}, gradient)

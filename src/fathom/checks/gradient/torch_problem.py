"""Costs of torch tensors, and costs of a module whose parameters are theta."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fathom.checks.gradient.given import as_array
from fathom.checks.gradient.precision import InDouble
from fathom.checks.gradient.problem import Array, Call, Problem, Values
from fathom.core.expectations import refuse
from fathom.nets.untouched import untouched


class Differentiated(Problem):
    """A problem whose framework is torch."""

    def _differentiated(self, J: Any, leaves: dict[str, Any]) -> dict[str, Tensor | None]:
        """dJ by the leaves; None where J does not depend on one."""
        if not isinstance(J, Tensor) or not J.requires_grad:
            got = "a tensor without a graph" if isinstance(J, Tensor) else type(J).__name__
            raise refuse(
                "the cost",
                expected="a tensor that depends on theta",
                got=got,
                fix="return J itself, not J.item(), or pass gradient= to check",
            )
        if J.numel() != 1:
            raise refuse("the cost", expected="one number, of shape (), (1,) or (1, 1)", got=f"shape {tuple(J.shape)}", fix="take its mean")
        self.beside = float(J.detach())
        return dict(zip(leaves, torch.autograd.grad(J.reshape(()), tuple(leaves.values()), allow_unused=True), strict=True))


class TorchProblem(Differentiated):
    """A cost of a mapping of tensors, or of one tensor."""

    kind = "torch"

    def __init__(self, cost: Call, theta: dict[str, Any], gradient: Any, *, bare: bool = False) -> None:
        super().__init__(cost, {name: as_array(value, f"theta[{name!r}]") for name, value in theta.items()}, gradient)
        tensors = {name: value for name, value in theta.items() if isinstance(value, Tensor)}
        self.devices = {name: tensors[name].device if name in tensors else torch.device("cpu") for name in theta}
        refuse_devices(self.devices)
        self.bare = bare
        self.widen = any(t.dtype != torch.float64 for t in tensors.values())
        self.graph = False
        self._kept = {name: self._tensor(name, value) for name, value in self.start.items()}
        if self.widen:
            self.notes.append("Theta was not float64; a float64 copy was checked.")

    def value(self, values: Values) -> Any:
        """J without a graph, unless the cost wants one (it derives something itself)."""
        if self.graph:
            return self._called(self.cost, values)
        try:
            with torch.no_grad():
                return self._called(self.cost, values)
        except RuntimeError as fault:
            if "does not require grad" not in str(fault):
                raise
        self.graph = True
        return self._called(self.cost, {name: value.copy() for name, value in values.items()})

    def given(self, values: Values) -> Any:
        """The callable's answer, for leaves that require a gradient, as a backward pass of the user's may want them."""
        leaves = {name: self._tensor(name, value).detach().clone().requires_grad_() for name, value in values.items()}
        with self.precise():
            return self.gradient(self._argument(leaves))

    def autograd(self, values: Values) -> dict[str, Tensor | None]:
        """torch's gradient of the cost; None for a parameter that J does not depend on."""
        leaves = {name: self._tensor(name, value).detach().clone().requires_grad_() for name, value in values.items()}
        with self.precise(), torch.enable_grad():
            return self._differentiated(self.cost(self._argument(leaves)), leaves)

    def precise(self) -> AbstractContextManager[Any]:
        """Float64 inside the cost too, where anything is narrower."""
        return InDouble() if self.widen else nullcontext()

    def _called(self, function: Call, values: Values) -> Any:
        kept, start = self._kept, self.start  # most of theta is where it was: its tensors are made once
        tensors = {name: kept[name] if value is start[name] else self._tensor(name, value) for name, value in values.items()}
        if self.graph:
            tensors = {name: tensor.detach().requires_grad_() for name, tensor in tensors.items()}
        try:
            with self.precise():
                return function(self._argument(tensors))
        except RuntimeError as fault:
            if self.widen or not is_about_dtypes(fault):
                raise
        self.widen = True  # theta is float64, what the cost holds is not
        self.notes.append("The cost holds tensors that are not float64; they were widened.")
        with self.precise():
            return function(self._argument(tensors))

    def _tensor(self, name: str, value: Array) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(value).reshape(value.shape)).to(self.devices[name])

    def _argument(self, tensors: dict[str, Tensor]) -> Any:
        return next(iter(tensors.values())) if self.bare else tensors


class ModuleProblem(Differentiated):
    """A cost that reads a module's parameters: it takes nothing, and calls the net itself."""

    kind = "module"

    def __init__(self, cost: Call, net: nn.Module, gradient: Any) -> None:
        self.net = net
        self.parameters = {name: p for name, p in net.named_parameters() if p.requires_grad}
        still = [name for name, p in net.named_parameters() if not p.requires_grad]
        if not self.parameters:
            raise refuse("theta", expected="a module with parameters that require a gradient", got=f"{len(still)} frozen ones")
        refuse_devices({name: p.device for name, p in self.parameters.items()})
        super().__init__(cost, {name: as_array(p, name) for name, p in self.parameters.items()}, gradient)
        self.widen = any(p.dtype != torch.float64 for p in net.parameters())
        if self.widen:
            self.notes.append("The net was not float64; it was checked in float64 and put back.")
        if still:
            self.notes.append(f"{len(still)} frozen parameters were not checked: {', '.join(still[:5])}.")

    def lent(self) -> AbstractContextManager[Any]:
        """The module in float64; its own tensors come back untouched, bit for bit."""
        return doubled(self.net)

    def value(self, values: Values) -> Any:
        """J with these values in the module."""
        self._load(values)
        with torch.no_grad(), self.precise():
            return self._called(self.cost)

    def given(self, values: Values) -> Any:
        """The callable's answer, with these values in the module."""
        self._load(values)
        with torch.enable_grad(), self.precise():
            return self.gradient(*(() if takes_nothing(self.gradient) else (self.parameters,)))

    def autograd(self, values: Values) -> dict[str, Tensor | None]:
        """torch's gradient of the cost."""
        self._load(values)
        with torch.enable_grad(), self.precise():
            return self._differentiated(self._called(self.cost), self.parameters)

    def precise(self) -> AbstractContextManager[Any]:
        """Float64 inside the cost too: inputs are usually float32, and the net is float64 now."""
        return InDouble() if self.widen else nullcontext()

    def _called(self, function: Call) -> Any:
        try:
            return function()
        except RuntimeError as fault:
            if self.widen or not is_about_dtypes(fault):
                raise
        self.widen = True
        with self.precise():
            return function()

    def _load(self, values: Values) -> None:
        for name, parameter in self.parameters.items():
            parameter.data = torch.from_numpy(np.ascontiguousarray(values[name]).reshape(values[name].shape)).to(parameter.device)


@contextlib.contextmanager
def doubled(net: nn.Module) -> Iterator[None]:
    """Give a module float64 copies of its floating-point parameters and buffers for a while."""
    kept = [(p, p.data, p.grad) for p in net.parameters()]
    buffers = [(m, name, b) for m in net.modules() for name, b in m._buffers.items() if b is not None]
    with untouched(net, weights=False):
        try:
            for p, data, _ in kept:
                p.grad = None
                p.data = data.double() if data.is_floating_point() else data.clone()
            for m, name, b in buffers:
                m._buffers[name] = b.double() if b.is_floating_point() and b.dtype != torch.float64 else b.clone()
            yield
        finally:
            for m, name, b in buffers:
                m._buffers[name] = b
            for p, data, grad in kept:
                p.grad = None
                p.data = data
                p.grad = grad


def refuse_devices(devices: dict[str, torch.device]) -> None:
    """A device without float64 cannot hold the copy."""
    at = next((d for d in devices.values() if d.type == "mps"), None)
    if at is not None:
        raise refuse("theta", expected="a device with float64", got=str(at), fix="move the net and its inputs to the CPU for the check")


def is_about_dtypes(fault: RuntimeError) -> bool:
    """Whether torch complains that float32 met float64."""
    text = str(fault).lower()
    return "dtype" in text or "scalar type" in text or ("float" in text and "double" in text)


def takes_nothing(function: Call) -> bool:
    """Whether a callable can be called without arguments."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    required = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return not any(p.default is p.empty and p.kind in required for p in parameters)

"""The penalty's part of the gradient, on its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fathom.checks.gradient.problem import Array, Call, Values, number_of
from fathom.core.expectations import number, refuse, whole

LARGEST = 20_000
"""Parameters up to which the gradient of a NumPy penalty is taken by differences."""
NOT_PENALIZED = ("bias", "beta", "gamma", "norm", ".bn")


@dataclass(frozen=True)
class Penalty:
    """What was said of the penalty.

    Attributes:
        l2: the course's lambda, or None.
        m: examples, or None.
        function: theta -> the penalty's part of J, or None.
        kind: of the problem: what the function wants.
    """

    l2: float | None = None
    m: int | None = None
    function: Call | None = None
    kind: str = "numpy"
    bare: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """lambda / m, where both are known."""
        return None if self.l2 is None or self.m is None else self.l2 / self.m

    def gradient(self, values: Values) -> dict[str, Array]:
        """The penalty's gradient by parameter; empty where nothing was said of a penalty."""
        if self.function is not None:
            return self._derived(values)
        if self.rate is None:
            return {}
        return {name: self.rate * value if is_weight(name, value) else np.zeros_like(value) for name, value in values.items()}

    def _derived(self, values: Values) -> dict[str, Array]:
        if self.kind != "numpy":
            return self._by_autograd(values)
        if sum(value.size for value in values.values()) > LARGEST:
            self.notes.append(f"The penalty's part was not told apart: over {LARGEST:,} parameters; pass l2= and m= instead.")
            return {}
        return {name: self._by_differences(values, name) for name in values}

    def _by_differences(self, values: Values, name: str) -> Array:
        found = np.zeros_like(values[name])
        for index in np.ndindex(found.shape):
            step = 1e-5 * max(abs(float(values[name][index])), 1e-2)
            sides = []
            for move in (step, -step):
                moved = values[name].copy()
                moved[index] += move
                sides.append(self._value({**values, name: moved}))
            found[index] = (sides[0] - sides[1]) / (2 * step)
        return found

    def _value(self, values: Values) -> float:
        assert self.function is not None
        return number_of(self.function(next(iter(values.values())) if self.bare else dict(values)))

    def _by_autograd(self, values: Values) -> dict[str, Array]:
        import torch

        assert self.function is not None
        leaves = {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
        found = self.function(next(iter(leaves.values())) if self.bare else leaves)
        if not getattr(found, "requires_grad", False):
            return {name: np.zeros_like(value) for name, value in values.items()}
        gradients = torch.autograd.grad(found.reshape(()), tuple(leaves.values()), allow_unused=True)
        return {name: np.zeros_like(values[name]) if g is None else g.double().numpy() for name, g in zip(values, gradients, strict=True)}


def read_penalty(l2: float | None, m: int | None, function: Call | None, kind: str, bare: bool) -> Penalty:
    """The penalty as the user told it, checked.

    Raises:
        UnusableInput: lambda without m, or both ways at once.
    """
    if l2 is not None and function is not None:
        raise refuse("`penalty`", expected="either penalty= or l2= with m=", got="both")
    if function is not None and not callable(function):
        raise refuse("`penalty`", expected="a callable theta -> number", got=type(function).__name__)
    if l2 is not None and m is None:
        raise refuse(
            "`m`", expected="the number of examples beside l2=, as the penalty is lambda/(2m) sum W^2", got="nothing", fix="pass m="
        )
    return Penalty(
        l2=None if l2 is None else number("l2", l2, low=0.0),
        m=None if m is None else whole("m", m, low=1),
        function=function,
        kind=kind,
        bare=bare,
    )


def is_weight(name: str, value: Array) -> bool:
    """Whether a parameter is one that the course's penalty is on: weights, no biases and norms.

    Example:
        >>> is_weight("W1", np.zeros((3, 1))), is_weight("b1", np.zeros((3, 1))), is_weight("0.bias", np.zeros(3))
        (True, False, False)
    """
    last = name.rsplit(".", 1)[-1].lower()
    is_bias = last == "b" or (last.startswith("b") and last[1:].lstrip("_").isdigit())
    return value.ndim >= 2 and not is_bias and not any(word in name.lower() for word in NOT_PENALIZED)

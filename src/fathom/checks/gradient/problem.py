"""J and its gradient as the check sees them: mappings of float64 arrays in, a number or arrays out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.checks.gradient.frozen import Frozen
from fathom.core.expectations import refuse

Array = NDArray[np.float64]
Values = Mapping[str, Array]
Call = Callable[..., Any]


class Problem(ABC):
    """A cost with its theta; a subclass knows what the cost wants (NumPy arrays, tensors, a module).

    Attributes:
        start: theta by name, float64.
        gradient: what the user gave: a callable, a mapping, a sequence in theta's order, or None.
        evaluations: how often J was evaluated so far.
        frozen: the random states that every evaluation starts from; None where nothing is random.
        known: J at the start, once it is known to be the same at every call.
        first: the gradient at the start, where it was taken before it was asked for.
        beside: J as autograd's forward pass had it.
        notes: what was assumed or changed.
    """

    kind = ""

    def __init__(self, cost: Call, start: Values, gradient: Any) -> None:
        self.cost = cost
        self.start = dict(start)
        self.gradient = gradient
        self.evaluations = 0
        self.frozen: Frozen | None = None
        self.known: float | None = None
        self.first: Any = None
        self.beside: float | None = None
        self.notes: list[str] = []

    @property
    def moves(self) -> bool:
        """Whether the gradient can be had at another theta than the given one."""
        return self.gradient is None or callable(self.gradient)

    def J(self, values: Values) -> float:  # the course's letter
        """J at a theta."""
        self.evaluations += 1
        if self.frozen is not None:
            self.frozen.restore()
        return number_of(self.value(values))

    def raw_gradient(self, values: Values) -> Any:
        """The gradient at a theta, as it comes: a mapping, or a sequence in theta's order."""
        if self.frozen is not None:
            self.frozen.restore()
        if self.gradient is None:
            return self.autograd(values)
        return self.given(values) if callable(self.gradient) else self.gradient

    def repeated(self) -> float:
        """J at the start once more, out of autograd's forward pass where there is one."""
        if self.gradient is None:
            self.first = self.raw_gradient(self.start)
        return self.J(self.start) if self.beside is None else self.beside

    def lent(self) -> AbstractContextManager[Any]:
        """What has to hold while J is evaluated; it puts back whatever it changes."""
        return nullcontext()

    @abstractmethod
    def value(self, values: Values) -> Any:
        """What the cost returns."""

    @abstractmethod
    def given(self, values: Values) -> Any:
        """What the given callable returns."""

    @abstractmethod
    def autograd(self, values: Values) -> Any:
        """The gradient that the framework derives."""


class NumpyProblem(Problem):
    """A cost of NumPy arrays."""

    kind = "numpy"

    def __init__(self, cost: Call, start: Values, gradient: Any, *, bare: bool = False) -> None:
        super().__init__(cost, start, gradient)
        self.bare = bare
        if gradient is None:
            raise refuse(
                "`gradient`",
                expected="the gradient to check, as theta is NumPy, which derives none",
                got="nothing",
                fix="pass gradient=, the mapping of dW1, db1, ... or a callable theta -> mapping",
            )

    def value(self, values: Values) -> Any:
        """J of the mapping, or of the bare array."""
        return self.cost(self._argument(values))

    def given(self, values: Values) -> Any:
        """The callable's answer."""
        return self.gradient(self._argument(values))

    def autograd(self, values: Values) -> Any:  # refused at the door
        """There is none."""
        raise AssertionError("NumPy has no autograd")

    def _argument(self, values: Values) -> Any:
        return next(iter(values.values())) if self.bare else dict(values)


def number_of(value: Any) -> float:
    """A cost of shape (), (1,) or (1, 1) as a float, in NumPy or torch.

    Raises:
        UnusableInput: more than one number, or none at all.

    Example:
        >>> number_of(np.array([[2.0]]))
        2.0
    """
    if hasattr(value, "shape") and math.prod(value.shape) != 1:
        raise refuse(
            "the cost",
            expected="one number, of shape (), (1,) or (1, 1)",
            got=f"shape {tuple(value.shape)}",
            fix="take its mean over examples",
        )
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError):
        raise refuse("the cost", expected="one number", got=type(value).__name__, fix="let the cost return J") from None

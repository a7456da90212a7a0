"""The gradient that is checked, brought to the names and shapes of theta; what does not fit is a fault of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fathom.checks.gradient.problem import Array, Values
from fathom.core.expectations import refuse, shown

PREFIXES = ("d", "grad_", "d_", "g_", "")
"""`dW1`, `grad_W1` or `W1` is the gradient of W1; the first that is there counts."""


@dataclass(frozen=True)
class Given:
    """A gradient by the names of theta.

    Attributes:
        arrays: (as theta) float64; zeros where there is none.
        labels: what the user calls each gradient, "dW1".
        shapes: the shape that came, where it is not the parameter's.
        none: names for which autograd gave no gradient at all.
        ignored: entries that belong to no parameter.
    """

    arrays: dict[str, Array]
    labels: dict[str, str]
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    raw: dict[str, Array] = field(default_factory=dict)
    none: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def read_gradient(raw: Any, theta: Values) -> Given:
    """What a gradient callable returned, or the mapping itself, as `Given`.

    Raises:
        UnusableInput: a parameter without a gradient, or something that is neither a mapping nor a sequence.

    Example:
        >>> given = read_gradient({"db": np.ones(2), "dA": 0.0}, {"b": np.zeros((2, 1))})
        >>> given.labels, given.shapes, given.ignored
        ({'b': 'db'}, {'b': (2,)}, ('dA',))
    """
    if not isinstance(raw, Mapping):
        raw = _in_order(raw, theta)
    keys = {name: _key(name, raw) for name in theta}
    missing = [name for name, key in keys.items() if key is None]
    if missing:
        wanted = shown([f"d{name}" for name in missing])
        raise refuse("the gradient", expected=f"an entry for each parameter, {wanted} too", got=f"entries {shown(raw) or 'none'}")
    found = {name: (None if raw[key] is None else as_array(raw[key], f"gradient {key!r}")) for name, key in keys.items()}
    arrays, shapes, kept = {}, {}, {}
    for name, value in found.items():
        if value is None:
            arrays[name] = np.zeros_like(theta[name])
            continue
        arrays[name] = fitted(value, theta[name])
        if value.shape != theta[name].shape:
            shapes[name], kept[name] = value.shape, value
    return Given(
        arrays=arrays,
        labels={name: label_of(name, str(key)) for name, key in keys.items()},
        shapes=shapes,
        raw=kept,
        none=tuple(name for name, value in found.items() if value is None),
        ignored=tuple(str(key) for key in raw if key not in set(keys.values())),
    )


def label_of(name: str, key: str = "") -> str:
    """What a sentence calls a gradient.

    Example:
        >>> label_of("W2", "dW2"), label_of("W2", "W2"), label_of("0.weight", "0.weight")
        ('dW2', 'dW2', "the gradient of '0.weight'")
    """
    if key and key != name:
        return key
    return f"d{name}" if name.isidentifier() and len(name) <= 4 else f"the gradient of '{name}'"


def fitted(value: Array, parameter: Array) -> Array:
    """A gradient in the parameter's shape: laid out anew, transposed, or zeros where it has another number of elements."""
    if value.shape == parameter.shape:
        return value
    if value.ndim == 2 and value.shape == parameter.shape[::-1] and 1 not in value.shape:
        return np.ascontiguousarray(value.T)
    return value.reshape(parameter.shape) if value.size == parameter.size else np.zeros_like(parameter)


def as_array(value: Any, what: str) -> Array:
    """A NumPy array, a tensor on any device, or numbers, as float64.

    Raises:
        UnusableInput: it holds no real numbers.
    """
    if hasattr(value, "detach"):
        value = value.detach()
        value = (value.to_dense() if value.is_sparse else value).to("cpu")
        value = (value if value.is_complex() else value.double()).numpy()
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError
    except (TypeError, ValueError):
        raise refuse(what, expected="an array of real numbers", got=type(value).__name__) from None
    return np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)  # a shape () would become (1,)


def _key(name: str, raw: Mapping[Any, Any]) -> Any:
    return next((f"{prefix}{name}" for prefix in PREFIXES if f"{prefix}{name}" in raw), None)


def _in_order(raw: Any, theta: Values) -> dict[str, Any]:
    if isinstance(raw, list | tuple) and len(raw) == len(theta):
        return dict(zip(theta, raw, strict=True))
    if len(theta) == 1 and hasattr(raw, "shape"):
        return {next(iter(theta)): raw}
    got = f"{len(raw)} values" if isinstance(raw, list | tuple) else type(raw).__name__
    raise refuse("the gradient", expected=f"a mapping of {shown([f'd{name}' for name in theta])}", got=got)

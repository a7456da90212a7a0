"""How a module that is not ours is called on a batch of somebody's loader: pairs, tuples, mappings, and records of outputs."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from fathom.core.expectations import refuse

Forward = Callable[[nn.Module, Any], Any]
"""(net, inputs) -> outputs, where a net cannot be called as `net(inputs)`."""

TARGETS = ("target", "targets", "label", "labels", "y")
"""Keys of a mapping that hold the answers."""

OUTPUTS = ("logits", "output", "outputs", "prediction", "predictions", "out", "last_hidden_state")
"""Keys or attributes of a record of outputs that hold the raw outputs."""


def inputs_and_targets(batch: Any, target: str | int | Callable[[Any], Any] | None = None) -> tuple[Any, Any]:
    """A batch as (inputs, targets).

    Args:
        batch: a pair (inputs, targets); a longer tuple, whose last part is the target; a named tuple, mapping or dataclass with one
            name of `TARGETS`.
        target: the key or the place of the target in the batch, or a callable that takes it out of the batch (which
            then is the inputs as a whole).

    Returns:
        inputs: a tensor, a tuple (called as net(*inputs)) or a mapping (called as net(**inputs)); targets as they are.

    Raises:
        UnusableInput: the batch does not say which part is the target.

    Example:
        >>> inputs_and_targets({"x": 1, "labels": 2})
        ({'x': 1}, 2)
        >>> inputs_and_targets((1, 2, 3))
        ((1, 2), 3)
    """
    if callable(target):
        return batch, target(batch)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type | Mapping):
        batch = {field.name: getattr(batch, field.name) for field in dataclasses.fields(batch)}
    if isinstance(batch, Mapping):
        return _of_mapping(batch, target)
    if not isinstance(batch, tuple | list):
        raise refuse(
            "batch", expected="(inputs, targets), or a mapping", got=type(batch).__name__, fix="pass target= a callable that takes it out"
        )
    if len(batch) < 2:
        raise refuse("batch", expected="(inputs, targets)", got=f"{len(batch)} part", fix="let the loader yield the answers too")
    place = _place(batch, target)
    if not isinstance(place, int) or not -len(batch) <= place < len(batch):
        raise refuse("`target`", expected=f"a place in a batch of {len(batch)} parts", got=repr(target))
    place %= len(batch)
    rest = tuple(part for i, part in enumerate(batch) if i != place)
    return (rest[0] if len(rest) == 1 else rest), batch[place]


def _place(batch: Any, target: str | int | None) -> Any:
    """Where the target is in a tuple: as asked for by place or by name, at the one name of `TARGETS`, or last."""
    names = getattr(batch, "_fields", ())
    if isinstance(target, int):
        return target
    found = [i for i, name in enumerate(names) if (name in TARGETS if target is None else name == target)]
    return found[0] if len(found) == 1 else len(batch) - 1 if target is None else target


def _of_mapping(batch: Mapping[Any, Any], target: str | int | None) -> tuple[Any, Any]:
    found = [name for name in TARGETS if name in batch] if target is None else [name for name in (target,) if name in batch]
    if len(found) != 1:
        got = f"keys {', '.join(map(str, batch))}"
        expected = f"one key of {', '.join(TARGETS)}" if target is None else f"the key {target!r}"
        raise refuse("batch", expected=expected, got=got, fix="pass target= the key that holds the answers")
    return {name: part for name, part in batch.items() if name != found[0]}, batch[found[0]]


def call(net: nn.Module, inputs: Any, forward: Forward | None = None) -> Tensor:
    """The raw outputs of a net, one tensor.

    Args:
        net: any module.
        inputs: a tensor; a tuple, called as net(*inputs); or a mapping, called as net(**inputs), or as net(value) where it
            holds one value whose name `forward` of the net does not know.
        forward: (net, inputs) -> outputs, for whatever else a net wants.

    Raises:
        UnusableInput: what comes back holds no raw outputs that can be told from the rest.
    """
    return raw(returned(net, inputs, forward))


def returned(net: nn.Module, inputs: Any, forward: Forward | None = None) -> Any:
    """All that a net returns, called as `call` does."""
    if forward is not None:
        return forward(net, inputs)
    if isinstance(inputs, Mapping):
        if len(inputs) == 1 and not _knows(net, next(iter(inputs))):
            return net(next(iter(inputs.values())))
        return net(**inputs)
    if isinstance(inputs, tuple | list):
        return net(*inputs)
    return net(inputs)


def raw(outputs: Any) -> Tensor:
    """The raw outputs in what a net returned: a tensor, a record or mapping with one key of `OUTPUTS`, or a tuple's first tensor."""
    if isinstance(outputs, Tensor):
        return outputs
    for name in OUTPUTS:
        part = outputs.get(name) if isinstance(outputs, Mapping) else getattr(outputs, name, None)
        if isinstance(part, Tensor):
            return part
    if isinstance(outputs, tuple | list) and outputs and isinstance(outputs[0], Tensor):
        return outputs[0]
    raise refuse(
        "outputs",
        expected=f"a tensor, or a record with one of {', '.join(OUTPUTS)}",
        got=type(outputs).__name__,
        fix="pass forward=lambda net, inputs: ... that returns the tensor",
    )


def moved(value: Any, device: torch.device | str) -> Any:
    """Tensors in a batch, however deep, on a device; NumPy arrays become tensors."""
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    if isinstance(value, PackedSequence):
        return value.to(device)  # type: ignore[arg-type]  # torch's stub knows a dtype alone
    if isinstance(value, Mapping):
        return {name: moved(part, device) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return tuple(moved(part, device) for part in value)
    if hasattr(value, "__array__") and not isinstance(value, str | bytes):
        return torch.as_tensor(value).to(device)
    return value


def _knows(net: nn.Module, name: Any) -> bool:
    """Whether the net's forward takes an argument of that name."""
    try:
        parameters = inspect.signature(net.forward).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.name == name or p.kind is p.VAR_KEYWORD for p in parameters)

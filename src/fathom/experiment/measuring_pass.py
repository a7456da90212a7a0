"""One pass of a net over the batches of a role."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.experiment.measuring_errors import Kept, Reader
from fathom.experiment.measuring_sources import Source
from fathom.nets.calling import Forward, call, inputs_and_targets, moved

ENDS = 1_000_000
"""Rows after which an iterable without a length counts as endless."""

PATIENCE = 1.0
"""Seconds before a bar is shown."""

Target = str | int | Callable[[Any], Any] | None
Bar = Callable[[int, int, str], None] | None


class Pass:
    """How a net is called on batches, and what is kept of each example.

    Args:
        net: in evaluation mode.
        reader: keeps what it needs of outputs and targets.
        forward, target: see `fathom.nets.calling`.
        device: where the batches go.
        bar: moves a progress bar; None for none.
    """

    def __init__(self, net: nn.Module, reader: Reader, forward: Forward | None, target: Target, device: torch.device, bar: Bar) -> None:
        self._net = net
        self._reader = reader
        self._forward = forward
        self._target = target
        self._device = device
        self._bar = bar

    def over(self, role: str, source: Source, *, may_end: bool = True) -> Kept:
        """What is kept of a role.

        Args:
            role: its name.
            source: its batches, and when to stop.
            may_end: False refuses an iterable without a length that does not end.

        Raises:
            UnusableInput: no batches, no end, or outputs and targets that do not fit.
        """
        parts: list[dict[str, Tensor]] = []
        rows, began = 0, time.monotonic()
        for batch in source.batches:
            part = self._of_batch(role, batch)
            rows += len(next(iter(part.values())))
            if not parts:
                self._reader.check(role, _joined(role, [part], None))
            parts.append(part)
            if source.most is not None and rows >= source.most:
                break
            if rows >= ENDS and not (may_end or source.sized):
                fix = f"pass limit={{'{role}': rows}}, or math.inf if it does end"
                raise refuse(f"`{role}`", expected="an iterable that ends", got=f"{rows:,} rows so far", fix=fix)
            self._show(role, source, rows, began)
        if not rows:
            fix = "a loader with drop_last has none below a full batch; an iterator can be read only once"
            raise refuse(f"`{role}`", expected="at least one batch", got="none", fix=fix)
        held = _joined(role, parts, source.most)
        self._reader.check(role, held)
        return held

    def _of_batch(self, role: str, batch: Any) -> dict[str, Tensor]:
        inputs, targets = inputs_and_targets(batch, self._target)
        inputs, targets = moved(inputs, self._device), moved(targets, self._device)
        with torch.inference_mode():
            try:
                outputs = call(self._net, inputs, self._forward)
            except UnusableInput:
                raise
            except Exception as error:
                how = f"with {described(inputs)}, in evaluation mode, under torch.inference_mode"
                error.add_note(f"fathom.measure called the net on a batch of {role}, {how}.")
                raise
            return self._reader.keep(role, outputs, targets)

    def _show(self, role: str, source: Source, rows: int, began: float) -> None:
        if self._bar is not None and source.rows is not None and time.monotonic() - began > PATIENCE:
            self._bar(rows, min(source.rows, source.most or source.rows), f"{role}, {rows:,} rows")


def described(inputs: Any) -> str:
    """Inputs by type and shape, for a message: 'float32 (64, 3)', '{ids: int64 (8, 20)}'."""
    if isinstance(inputs, Tensor):
        return f"{str(inputs.dtype).removeprefix('torch.')} {tuple(inputs.shape)}"
    if isinstance(inputs, Mapping):
        return "{" + ", ".join(f"{name}: {described(part)}" for name, part in inputs.items()) + "}"
    if isinstance(inputs, tuple | list):
        return "(" + ", ".join(map(described, inputs)) + ")"
    return type(inputs).__name__


def _joined(role: str, parts: list[dict[str, Tensor]], most: int | None) -> Kept:
    """The parts of all batches after one another, at most so many rows."""
    if any(part.keys() != parts[0].keys() for part in parts):
        raise _uneven(role, "several forms")
    try:
        return {name: torch.cat([part[name] for part in parts]).cpu().numpy()[:most] for name in parts[0]}
    except RuntimeError as error:
        raise _uneven(role, str(error).splitlines()[0]) from None


def _uneven(role: str, got: str) -> UnusableInput:
    return refuse(f"batches of {role}", expected="outputs and targets of one form", got=got, fix="pass error= a callable of your own")

"""What a net's outputs and the targets say of each example: wrong or right, or how far apart.

A reader keeps a few numbers of each example of a batch (nothing is read from the device until the end), and at the end makes the
errors of all roles from them. n is the number of examples, C of classes, d of numbers to predict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding

Kept = Mapping[str, NDArray[Any]]
"""What was kept of a role, by name; the first axis is the examples, but for "sample"."""

OwnError = Callable[[Any, Any], Any]
"""(outputs, targets) -> an error for each example (n,)."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """Errors by role, and how they came about.

    Attributes:
        errors: an error for each example (n,), by role.
        truth: its class or its number, by role; {} where that has no meaning.
        how: how the outputs were read, in words.
        scale: the error of the best constant answer, for numbers; None for rates.
        findings: outputs that are no numbers, and the like.
    """

    errors: Mapping[str, NDArray[np.float64]]
    truth: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    how: str
    scale: float | None = None
    findings: tuple[Finding, ...] = ()


class Reader(Protocol):
    """One way to read outputs."""

    def keep(self, role: str, outputs: Tensor, targets: Any) -> dict[str, Tensor]:
        """What is needed of a batch, on its device."""

    def check(self, role: str, held: Kept) -> None:
        """Refuse what cannot be; called on the first batch of a role too, so that a mistake does not cost a whole pass."""

    def finish(self, kept: Mapping[str, Kept]) -> Read:
        """The errors of all roles, each of which was checked."""


def tensor_of(role: str, targets: Any) -> Tensor:
    """The targets as a tensor.

    Raises:
        UnusableInput: they are something else.
    """
    if isinstance(targets, Tensor):
        return targets
    try:
        return torch.as_tensor(targets)
    except (TypeError, ValueError, RuntimeError):
        got = type(targets).__name__
        raise refuse(f"targets of {role}", expected="a tensor", got=got, fix="pass target= a callable that makes one") from None


def do_not_fit(role: str, outputs: Tensor, targets: Tensor, expected: str) -> UnusableInput:
    """The error of outputs and targets whose shapes are not those of a pair."""
    got = f"outputs {tuple(outputs.shape)} and targets {tuple(targets.shape)}"
    fix = "pass forward= or target= to pick the right part, or error= a callable (outputs, targets) -> an error for each example"
    return refuse(f"outputs of {role}", expected=expected, got=got, fix=fix)


def not_numbers(role: str, wrong: int, rows: int) -> Finding:
    """Outputs that are NaN."""
    return Finding(
        id="measure.outputs.not_a_number",
        severity="error",
        what=f"{role}: the outputs of {wrong:,} of {rows:,} rows are not numbers (NaN); they count as wrong.",
        where=role,
        evidence={"rows": wrong, "of": rows},
        fix="fathom.check_signal shows the layer where they begin; the inputs may hold NaN too.",
    )


class OwnReader:
    """Errors by the user's own function."""

    def __init__(self, error: OwnError) -> None:
        self._error = error

    def keep(self, role: str, outputs: Tensor, targets: Any) -> dict[str, Tensor]:
        """The errors of a batch, as the function gives them."""
        value = self._error(outputs, targets)
        errors = value if isinstance(value, Tensor) else torch.as_tensor(np.asarray(value))
        if errors.dim() < 1 or errors.numel() != outputs.shape[0]:
            expected, got = f"an error for each example, shape ({outputs.shape[0]},)", f"shape {tuple(errors.shape)}"
            raise refuse("`error`", expected=expected, got=got, fix="leave the examples apart: reduction='none', no mean over the batch")
        return {"errors": errors.reshape(-1)}

    def check(self, role: str, held: Kept) -> None:
        """Errors are finite and at least 0."""
        values = held["errors"].astype(np.float64)
        bad = ~(np.isfinite(values) & (values >= 0))
        if bad.any():
            got = f"{values[bad][0]:g} in {bad.sum():,} of {len(values):,} rows of {role}"
            raise refuse("`error`", expected="finite errors of at least 0", got=got)

    def finish(self, kept: Mapping[str, Kept]) -> Read:
        """The errors as they are."""
        name = getattr(self._error, "__name__", type(self._error).__name__)
        how = f"error by {'a function' if name == '<lambda>' else name}"
        return Read(errors={role: held["errors"].astype(np.float64) for role, held in kept.items()}, how=how)

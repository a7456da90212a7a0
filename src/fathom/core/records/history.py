"""History: what a training run was like, epoch by epoch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Epoch(Record):
    """One epoch.

    Attributes:
        epoch: counted from 1.
        J: the objective over the epoch's mini-batches, as trained on (dropout on): data term plus penalty (C2W1-25).
        data_term: the mean loss of the examples, in nats (classes) or half squared standard deviations (regression).
        penalty: lambda/(2m) times the sum of squares (absolute values) of the weights at the end of the epoch.
        errors: the error by role, in evaluation mode; empty in epochs that were not measured.
        learning_rate: at the epoch's last step.
        weight_norm: Frobenius norm of all weights, biases and norm layers left out.
        updates: steps since the start.
    """

    epoch: int
    J: float
    data_term: float
    penalty: float
    errors: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float
    weight_norm: float
    updates: int


@dataclass(frozen=True)
class History(Record):
    """The epochs of a run, in order.

    Attributes:
        epochs: one record each.
        best_epoch: the epoch whose weights were kept by early stopping; None where it was off.
        seconds: wall time of the training.
        stopped: "" for a full run, "early", "interrupted" or "diverged".

    Example:
        >>> history = History([Epoch(epoch=1, J=0.7, data_term=0.6, penalty=0.1, learning_rate=0.01, weight_norm=2.0, updates=9)])
        >>> history["J"]
        [0.7]
    """

    epochs: list[Epoch]
    best_epoch: int | None = None
    seconds: float = math.nan
    stopped: str = ""

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __getitem__(self, name: str) -> list[float]:
        """A column: "J", "data_term", ..., or a role for its errors (NaN where an epoch was not measured)."""
        if self.epochs and hasattr(self.epochs[0], name):
            return [getattr(e, name) for e in self.epochs]
        return [e.errors.get(name, math.nan) for e in self.epochs]

    def measured(self, role: str) -> list[tuple[int, float]]:
        """(epoch, error) of every epoch in which that role was measured."""
        return [(e.epoch, e.errors[role]) for e in self.epochs if role in e.errors]

    def to_jsonl(self) -> str:
        """One line of JSON an epoch."""
        return "".join(json.dumps(e.to_json()) + "\n" for e in self.epochs)

    def __str__(self) -> str:
        if not self.epochs:
            return "no epoch was finished"
        last = self.epochs[-1]
        errors = ", ".join(f"{role} {error:.4g}" for role, error in last.errors.items())
        return f"{len(self.epochs)} epochs, {last.updates:,} updates, J {last.J:.4g}" + (f", {errors}" if errors else "")

    def to_json(self) -> dict[str, Any]:
        """The summary and the epochs as JSON values."""
        return {
            "epochs": [e.to_json() for e in self.epochs],
            "best_epoch": self.best_epoch,
            "seconds": self.seconds if math.isfinite(self.seconds) else None,
            "stopped": self.stopped,
        }

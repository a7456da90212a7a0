"""An experiment: an idea made precise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.record import Record
from fathom.core.records.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Experiment(Record):
    """What is trained on what, and how: enough to do it again.

    Attributes:
        data: the set's name, path, digest, target and how it was split.
        net: the catalogue's name, or "custom" for a user's own module.
        arguments: of the net.
        shape: n^[0]-...-n^[L] of a fully connected net, or the module's class.
        parameters: how many numbers are trained.
        settings: as resolved for this train set.
        rows: examples by role.
        features: the net's inputs.
    """

    data: Mapping[str, Any]
    net: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    shape: str
    parameters: int
    settings: Settings
    rows: Mapping[str, int]
    features: int

    @property
    def plan(self) -> str:
        """'batch 64, 6 updates an epoch, 334 epochs'."""
        m = self.rows["train"]
        batch, updates = self.settings.rows_a_batch(m), self.settings.updates_an_epoch(m)
        full = " (full)" if batch == m else ""
        return f"batch {batch:,}{full}, {updates:,} update{'s' if updates > 1 else ''} an epoch, {self.settings.epochs:,} epochs"

    def __str__(self) -> str:
        return f"{self.net} {self.shape} ({self.parameters:,} parameters), {self.plan}"

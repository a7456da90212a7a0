"""Who is told of an improvement as it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.logbook import LoggedExperiment
from fathom.experiment.run import Run


class Told:
    """Nobody; a screen takes its place."""

    def plain(self, run: Run, diagnosis: Diagnosis) -> None:
        """The plain fit is done."""

    def step(self, entry: LoggedExperiment) -> None:
        """A step is done, and in the logbook."""

    def command(self, changes: Mapping[str, Any]) -> str:
        """What makes the best net again; "" for the call in Python."""
        return ""

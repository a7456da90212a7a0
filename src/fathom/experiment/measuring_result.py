"""What a measurement gives: an error for each example by role, which a diagnosis takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.display import html_of
from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import number
from fathom.core.intervals import interval_of
from fathom.core.ladder_figures import ends_figure, error_figure, own_unit, role_name
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.errors import Errors
from fathom.core.records.finding import Finding
from fathom.core.records.ladder import Ladder
from fathom.core.records.rung import Rung
from fathom.core.roles import ROLES, role_of
from fathom.diagnosis.diagnose import diagnose


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Measured(Mapping[str, "NDArray[np.float64]"]):
    """The error of each example by role, in the order in which the loader gave them: 0 or 1, or a distance in the target's unit.

    Attributes:
        errors: by role, (n,) float64.
        truth: by role, the true class or number of each example; {} where an example has several.
        how: how the outputs were read, in words.
        scale: of numbers to predict, the error of the best constant answer, in the unit of the errors; the ladder is in shares of it.
        unit: of the target.
        rows: how many rows of a role there are, where that is known; more than were measured, where some were drawn.
        findings: what the loaders and the outputs showed.
    """

    errors: Mapping[str, NDArray[np.float64]]
    how: str
    truth: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    scale: float | None = None
    unit: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, role: str) -> NDArray[np.float64]:
        try:
            return self.errors[role_of(role)]
        except UnusableInput:
            raise KeyError(role) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.errors)

    def __len__(self) -> int:
        return len(self.errors)

    def diagnose(self, *, scale: float | None = None, **arguments: Any) -> Diagnosis:
        """The ladder of these errors, with the findings of the measurement before those of the diagnosis.

        Args:
            scale: what an error of 1 is in the unit of the errors, in place of the baseline's error.
            **arguments: as in `fathom.diagnose`: human, goal, tolerance, references.
        """
        scale = self.scale if scale is None else number("scale", scale, low=0, low_open=True)
        errors = {role: values if scale is None else values / scale for role, values in self.errors.items()}
        known = {"unit": self.unit, "truth": self.truth, "circumstances": Circumstances(train_rows=self.rows.get("train"))}
        found = diagnose(errors, scale=scale, **{**known, **arguments})
        return dataclasses.replace(found, findings=(*self.findings, *found.findings))

    @property
    def ladder(self) -> Ladder:
        """The errors with their intervals; of numbers to predict as shares of the baseline's error."""
        shares = {role: Errors.of(values / (self.scale or 1.0)) for role, values in self.errors.items()}
        rungs = tuple(Rung(name=role, estimate=interval_of(errors, ROLES.index(role))) for role, errors in shares.items())
        return Ladder(rungs=rungs, unit=self.unit, scale=self.scale)

    def _lines(self) -> Iterator[str]:
        ladder = self.ladder
        for rung in ladder:
            e, own = rung.estimate, own_unit(rung.estimate.value, ladder)
            of = f" of {self.rows[rung.name]:,}" if self.rows.get(rung.name, 0) > len(self.errors[rung.name]) else ""
            ends = f"({ends_figure(e.low, e.high, ladder)})" if e.low is not None else ""
            about = ", ".join(filter(None, (own, f"n = {e.n:,}{of}")))
            yield f"{role_name(rung.name):<16} {error_figure(e.value, ladder):>6} {ends:<16} {about}"
        yield f"{'read':<16} {self.how}"
        yield from map(str, self.findings)

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self._lines())

    __repr__ = __str__

    def _repr_html_(self) -> str | None:
        return html_of(self.ladder)

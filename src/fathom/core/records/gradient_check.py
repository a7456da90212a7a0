"""What `check_gradient` saw: the course's ratio with its noise floor, parameter by parameter, and the culprits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

from fathom.core.records.finding import Finding
from fathom.core.records.record import Record
from fathom.core.records.tensor_gradient import TensorGradient

GREAT, CAREFUL, WORRY = 1e-7, 1e-5, 1e-3
"""The course's points on the scale of the ratio (C2W1-55)."""
MOST = 40
"""Parameters that the table shows."""


@dataclass(frozen=True, kw_only=True)
class GradientCheck(Record):
    """A gradient against the differences of its J.

    Attributes:
        parts: one for each parameter, and each theta that was checked.
        ratio: ||numerical - gradient|| / (||numerical|| + ||gradient||) over all parameters as one vector (C2W1-53, 54).
        floor: the noise in that ratio.
        findings: the faults, in sentences.
        J: the cost at the first theta.
        noise: standard deviation of J's rounding there.
        directions: Gaussian directions for each parameter; 0 where every element was checked.
        eps: the step that was asked for, or None.
        numerical: the gradient by differences, where every element was checked, at the last theta.
        ignored: entries of the gradient that belong to no parameter.
        evaluations: how often J was evaluated.
        notes: what was assumed, set aside or not checked.
        stopped: Ctrl-C came before the end.
    """

    parts: tuple[TensorGradient, ...]
    ratio: float
    floor: float
    findings: tuple[Finding, ...] = ()
    J: float = math.nan
    noise: float = 0.0
    directions: int = 1
    eps: float | None = None
    numerical: Mapping[str, Any] | None = field(default=None, compare=False)
    ignored: tuple[str, ...] = ()
    evaluations: int = 0
    notes: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def culprits(self) -> list[str]:
        """Names of the parameters whose gradient is wrong."""
        return list(dict.fromkeys(part.name for part in self.parts if part.wrong))

    @property
    def by_parameter(self) -> dict[str, float]:
        """The ratio by parameter; the largest where several thetas were checked."""
        ratios: dict[str, float] = {}
        for part in self.parts:
            ratios[part.name] = max(part.ratio, ratios.get(part.name, 0.0))
        return ratios

    @property
    def verdict(self) -> str:
        """Say "bug" exactly when there is a culprit, "inspect" where a parameter lies between 1 and 10 floors, else "great"."""
        if self.culprits:
            return "bug"
        return "inspect" if any(part.state == "inspect" for part in self.parts) else "great"

    @property
    def band(self) -> str:
        """What the course says of the ratio (C2W1-55): "great", "look at the components" or "worry"."""
        if self.ratio <= GREAT:
            return "great"
        return "worry" if self.ratio >= WORRY else "look at the components"

    def probability(self, fault: float) -> float:
        """The probability that a fault of this size is found in any parameter, whichever it is in.

        The product of an error vector e with a Gaussian direction is normal with standard deviation ||e||; it is seen where
        it exceeds ten floors, in the first direction and in one of two more.

        Args:
            fault: ||error|| / ||gradient|| of the parameter, 0.01 for 1%.
        """
        checked = [part for part in self.parts if part.state in ("right", "inspect", "wrong") and 0.0 < part.floor < 0.5]
        if not checked:
            return 0.0
        if not self.directions:
            return 1.0 if all(fault > 20.0 * part.floor for part in checked) else 0.0
        missed = [2.0 * NormalDist().cdf(min(20.0 * part.floor / fault, 40.0)) - 1.0 for part in checked]
        return min(1.0 - (1.0 - (1.0 - q) * (1.0 - q * q)) ** self.directions for q in missed)

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        if self.verdict == "bug":
            faults = [part.what for part in self.parts if part.wrong and part.what]
            return f"bug: {' '.join(dict.fromkeys(faults))}"
        if self.verdict == "inspect":
            names = dict.fromkeys(part.name for part in self.parts if part.state == "inspect")
            return f"inspect: {', '.join(names)} between 1 and 10 noise floors; more directions or another theta will tell."
        blind = sum(part.state not in ("right", "inspect") for part in self.parts)
        left = f" {blind} of {len(self.parts)} could not be checked." if blind else ""
        return f"great: no gradient differs from the slope of J by more than noise.{left}"

    def __str__(self) -> str:
        return "\n".join(
            [
                f"Gradient check: {self.headline}",
                f"ratio {self.ratio:.1e}, noise floor {self.floor:.1e}; the course's band for this ratio: {self.band}.",
                "",
                *_table(self.parts),
                "",
                *self._statements(),
                *self.notes,
            ]
        )

    def _statements(self) -> Iterable[str]:
        if self.directions and not self.stopped:
            words = "One Gaussian direction" if self.directions == 1 else f"{self.directions} Gaussian directions"
            found = _percent(self.probability(0.01))
            yield f"{words} per parameter: a fault of 1% of a parameter's gradient is found with a probability of {found}."
        if self.ignored:
            words = "entry of the gradient belongs" if len(self.ignored) == 1 else "entries of the gradient belong"
            names = ", ".join(self.ignored[:8])
            yield f"{len(self.ignored)} {words} to no parameter and {'was' if len(self.ignored) == 1 else 'were'} ignored: {names}."


def _percent(probability: float) -> str:
    return "over 99.99%" if probability > 0.9999 else f"{100 * probability:.4g}%"


def _table(parts: tuple[TensorGradient, ...]) -> list[str]:
    shown = list(parts)
    if len(shown) > MOST:
        shown = sorted(shown, key=lambda part: (part.state == "right", -part.ratio))[:MOST]
    rows = [_cells(part) for part in shown]
    header = ["parameter", "shape", "ratio", "floor", "verdict", "penalty", "theta"]
    used = [i for i in range(len(header)) if any(row[i] for row in rows)]
    widths = {i: max(len(header[i]), *(len(row[i]) for row in rows)) for i in used}
    lines = ["  ".join(row[i].ljust(widths[i]) for i in used).rstrip() for row in [header, *rows]]
    return lines + ([f"... {len(parts) - MOST} more, all as good or better"] if len(parts) > MOST else [])


def _cells(part: TensorGradient) -> list[str]:
    shape = " x ".join(map(str, part.shape)) or "one number"
    share = "" if part.penalty is None else f"{100 * part.penalty:.2g}% of it"
    return [part.name, shape, f"{part.ratio:.1e}", f"{part.floor:.1e}", part.words, share, part.point]

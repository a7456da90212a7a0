"""The scale of a number to predict, as train has it."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class TargetScale(Record):
    """Mean, spread and baseline of a regression target over train, all in the target's unit.

    Attributes:
        mean: mu = (1/m) sum y.
        std: sigma, with 1/m (C2W1-41).
        median: what the baseline predicts.
        baseline: mean |y - median|: the error of predicting train's median always; an error of 1.0 is this.
        unit: what the figures are called, the target's name.

    Example:
        >>> print(TargetScale(mean=152.1, std=77.0, median=140.0, baseline=65.9, unit="progression"))
        progression: mean 152.1, standard deviation 77, baseline error 65.9
    """

    mean: float
    std: float
    median: float
    baseline: float
    unit: str

    def __str__(self) -> str:
        return f"{self.unit}: mean {self.mean:.4g}, standard deviation {self.std:.4g}, baseline error {self.baseline:.4g}"

"""A gap: the distance between two rungs of the ladder, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.record import Record

Verdict = Literal["high", "low", "unclear"]

GAPS = ("avoidable_bias", "variance", "data_mismatch", "dev_overfit")
"""In the course's order: each is worth a look only after the ones before it (C2W1-13, C3W2-10)."""

TITLES = {
    "avoidable_bias": "avoidable bias",
    "variance": "variance",
    "data_mismatch": "data mismatch",
    "dev_overfit": "overfitting to dev",
}

SHORT = {"avoidable_bias": "bias", "variance": "variance", "data_mismatch": "mismatch", "dev_overfit": "overfitting to dev"}


@dataclass(frozen=True, kw_only=True)
class Gap(Record):
    """The distance between two rungs.

    Attributes:
        name: "avoidable_bias", "variance", "data_mismatch" or "dev_overfit".
        start, end: the rungs that it lies between; value = end - start.
        value: in the unit of the errors; for a bias over a floor that is only bounded, what is left above the best reference.
        low, high: the interval; None with rates alone.
        verdict: does it matter: "high", "low" or "unclear".
        real: is it off zero by its interval; None where there is no interval.
        says: one sentence; for "unclear" what is sure, what is not and what would decide it.

    Example:
        >>> print(Gap(name="variance", start="train", end="dev", value=0.1, verdict="high"))
        variance 0.1: high
    """

    name: str
    start: str
    end: str
    value: float
    low: float | None = None
    high: float | None = None
    verdict: Verdict
    real: bool | None = None
    says: str = ""

    @property
    def title(self) -> str:
        """The name as people write it: "avoidable bias", "overfitting to dev"."""
        return TITLES[self.name]

    def __str__(self) -> str:
        interval = "" if self.low is None or self.high is None else f" ({self.low:.4g} to {self.high:.4g})"
        return f"{self.title} {self.value:.4g}{interval}: {self.verdict}"

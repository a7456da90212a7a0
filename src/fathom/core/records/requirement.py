"""A requirement: a metric that has to be good enough, and no better than that (a satisficing metric, C3W1-07)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.metric import Metric, shown
from fathom.core.records.record import Record

Sense = Literal["at most", "at least"]

SIGNS: dict[str, str] = {"at most": "<=", "at least": ">="}


@dataclass(frozen=True, kw_only=True)
class Requirement(Record):
    """A metric and the bound that it has to keep.

    Attributes:
        metric: what was measured.
        sense: "at most" or "at least".
        bound: in the metric's unit.
        met: whether the value keeps it.
        sure: whether the whole interval is on the same side; True where there is no interval.

    Example:
        >>> from fathom.core.records.estimate import Estimate
        >>> time = Metric(name="time", role="", estimate=Estimate(value=95.0), better="lower", unit="ms")
        >>> print(Requirement(metric=time, sense="at most", bound=100.0, met=True, sure=True))
        time <= 100 ms: met, 95 ms
    """

    metric: Metric
    sense: Sense
    bound: float
    met: bool
    sure: bool

    @property
    def rule(self) -> str:
        """'time <= 100 ms'."""
        return f"{self.metric.name} {SIGNS[self.sense]} {shown(self.bound, self.metric.unit)}"

    @property
    def verdict(self) -> str:
        """'met', 'not met', and whether that is sure."""
        return f"{'met' if self.met else 'not met'}{'' if self.sure else ' (the interval holds the bound)'}"

    def __str__(self) -> str:
        ends = f" ({self.metric.ends})" if self.metric.ends else ""
        return f"{self.rule}: {self.verdict}, {self.metric.figure}{ends}"

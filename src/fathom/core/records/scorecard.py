"""A scorecard: one metric to be made as good as can be, and any number that only have to be good enough (C3W1-07)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fathom.core.records.metric import Metric
from fathom.core.records.record import Record
from fathom.core.records.requirement import Requirement


@dataclass(frozen=True, kw_only=True)
class Scorecard(Record):
    """The metrics of one net.

    Attributes:
        metrics: what was asked for; the first is the one to optimize.
        requires: what has to be good enough.

    Example:
        >>> from fathom.core.records.estimate import Estimate
        >>> f1 = Metric(name="f1", role="dev", estimate=Estimate(value=0.93), better="higher", unit="share")
        >>> print(Scorecard(metrics=(f1,)))
        dev f1 93.0%
    """

    metrics: tuple[Metric, ...]
    requires: tuple[Requirement, ...] = ()

    @property
    def metric(self) -> Metric:
        """The one to optimize."""
        return self.metrics[0]

    @property
    def meets(self) -> bool:
        """Whether every requirement is met."""
        return all(r.met for r in self.requires)

    def __getitem__(self, name: str) -> Metric:
        for metric in (*self.metrics, *(r.metric for r in self.requires)):
            if metric.name == name:
                return metric
        raise KeyError(name)

    def lines(self) -> Iterator[str]:
        """A line a metric, then a line a requirement."""
        yield from map(str, self.metrics)
        yield from map(str, self.requires)

    def __str__(self) -> str:
        return "\n".join(self.lines())

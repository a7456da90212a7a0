"""One cause of mistakes: how many of them it has a part in, and what mending it would bring at best."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class TagShare(Record):
    """A row of the table of an error analysis, or rather its last line: '% of total' of one tag (C3W2-02).

    Attributes:
        tag: the cause.
        count: examples of the sample that have it (draws, for a number to predict).
        share: of the mistakes, with its interval from the sample drawn.
        ceiling: the error if every mistake of this cause were mended, error times (1 - share); nobody gets below it by this cause alone.

    Example:
        >>> print(TagShare(tag="dog", count=5, share=Estimate(value=0.05, low=0.02, high=0.11),
        ...                ceiling=Estimate(value=0.095, low=0.089, high=0.098)))
        dog: 5, 5.0% of the mistakes (2.0 to 11.0); 9.5% at best (8.9 to 9.8)
    """

    tag: str
    count: int
    share: Estimate
    ceiling: Estimate

    def __str__(self) -> str:
        return f"{self.tag}: {self.count:,}, {_percent(self.share)[0]}% of the mistakes{_percent(self.share)[1]}; {self._at_best}"

    @property
    def _at_best(self) -> str:
        value, ends = _percent(self.ceiling)
        return f"{value}% at best{ends}"


def _percent(e: Estimate) -> tuple[str, str]:
    ends = "" if e.low is None or e.high is None else f" ({100 * e.low:.1f} to {100 * e.high:.1f})"
    return f"{100 * e.value:.1f}", ends

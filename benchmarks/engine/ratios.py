"""Medians, and ratios of two peers with their spread, from timings that were taken in the same rounds."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Seconds = Mapping[str, Sequence[float]]
"""By entry, the seconds a step of one net, one number a round."""


@dataclass(frozen=True)
class Spread:
    """A median with the least and the greatest.

    Example:
        >>> print(Spread.of([3.0, 1.0, 2.0]))
        2.00 (1.00 to 3.00)
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def times_as_fast(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """The median over rounds of their seconds over ours in the same round.

    Example:
        >>> print(times_as_fast([1.0, 2.0, 1.0], [3.0, 4.0, 5.0]))
        3.00 (2.00 to 5.00)
    """
    return Spread.of([b / a for a, b in zip(ours, theirs, strict=True)])


def best(seconds: Seconds, among: Sequence[str]) -> str | None:
    """The entry with the least median, of those that were timed.

    Example:
        >>> best({"a": [3, 1, 9], "b": [2, 2, 2]}, ["a", "b", "c"])
        'b'
    """
    there = [name for name in among if seconds.get(name)]
    return min(there, key=lambda name: statistics.median(seconds[name])) if there else None


@dataclass(frozen=True)
class Stop:
    """The K up to which stacking pays.

    Attributes:
        last: the largest K up to which every measured one pays; None where the smallest does not.
        all: whether that is the largest that was measured.
    """

    last: int | None
    all: bool

    def __str__(self) -> str:
        if self.last is None:
            return "at no K measured"
        return f"at every K measured, up to {self.last}" if self.all else f"up to K = {self.last}"


def pays_up_to(ratios: Mapping[int, Spread], least: float = 1.0) -> Stop:
    """Where stacking stops paying: a K pays where its median ratio to one net after another is over `least`.

    Example:
        >>> one = lambda r: Spread(r, r, r)
        >>> print(pays_up_to({4: one(3.0), 16: one(2.0), 64: one(0.9)}))
        up to K = 16
    """
    last = None
    for k in sorted(ratios):
        if ratios[k].median <= least:
            return Stop(last, False)
        last = k
    return Stop(last, last is not None)

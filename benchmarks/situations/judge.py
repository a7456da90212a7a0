"""Counts of verdicts against what the study has to show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.situations.draws import ALL, Tally
from benchmarks.situations.targets import ALL_RIGHT, FAR, RIGHT, UNCLEAR, WRONG, WRONG_LIMIT
from fathom.core.intervals import wilson

GAPS = ("avoidable_bias", "variance", "data_mismatch", "dev_overfit")


@dataclass(frozen=True)
class Share:
    """k of n, with Wilson's 95% limits; None where there is none."""

    k: int
    n: int

    @property
    def value(self) -> float:
        return self.k / self.n if self.n else 0.0

    @property
    def limits(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        found = wilson(self.k, self.n)
        assert found.low is not None
        assert found.high is not None
        return found.low, found.high

    def __str__(self) -> str:
        low, high = self.limits
        return f"{self.k:,} / {self.n:,}, {self.value:.2%} ({low:.2%} to {high:.2%})" if self.n else "-"


@dataclass(frozen=True)
class Judged:
    """One thing to be shown, of one gap."""

    what: str
    gap: str
    share: Share
    met: bool


def total(tallies: Iterable[Tally], count: Callable[[Tally], int]) -> Share:
    found = list(tallies)
    return Share(sum(count(t) for t in found), sum(t.n for t in found))


def is_far(tally: Tally) -> bool:
    """Is the gap at least `FAR` standard errors from the tolerance, by design?"""
    return round(abs(tally.distance), 6) >= FAR


def judged(tallies: Sequence[Tally]) -> list[Judged]:
    """Everything that the study has to show; a share without a single diagnosis is not met."""
    found = []
    for gap in GAPS:
        mine = [t for t in tallies if t.gap == gap]
        right = total((t for t in mine if is_far(t)), lambda t: t.right)
        found.append(Judged("right, far from the tolerance", gap, right, right.n > 0 and right.value >= RIGHT))
    whole = total((t for t in tallies if t.gap == ALL and is_far(t)), lambda t: t.right)
    found.append(Judged("all gaps right, each far from the tolerance", ALL, whole, whole.n > 0 and whole.value >= ALL_RIGHT))
    for gap in GAPS:
        wrong = total((t for t in tallies if t.gap == gap and t.moved != 0), lambda t: t.wrong)
        met = wrong.n > 0 and wrong.value <= WRONG and wrong.limits[1] <= WRONG_LIMIT
        found.append(Judged("wrong side, everywhere", gap, wrong, met))
    for gap in GAPS:
        beside = total((t for t in tallies if t.gap == gap and t.moved is not None and 0 < abs(t.moved) < 1), lambda t: t.wrong)
        met = beside.n > 0 and beside.value <= WRONG and beside.limits[1] <= WRONG_LIMIT
        found.append(Judged("wrong side, just beside the tolerance", gap, beside, met))
    for gap in GAPS:
        unclear = total((t for t in tallies if t.gap == gap and t.moved == 0), lambda t: t.unclear)
        found.append(Judged("unclear, at the tolerance", gap, unclear, unclear.n > 0 and unclear.value >= UNCLEAR))
    return found

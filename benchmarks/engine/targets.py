"""The targets of shared/DESIGN.md, 'What fast means here', that concern training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.engine.cases import MIDDLE, SMALL
from benchmarks.engine.ratios import Spread


@dataclass(frozen=True)
class Target:
    """So many times as fast as something else.

    Attributes:
        case, members, each: where.
        beside: "best peer" or "plain loop".
        least: the ratio that is wanted.
    """

    case: str
    members: int
    each: bool
    beside: str
    least: float

    @property
    def what(self) -> str:
        """In words."""
        nets = "one net" if self.members == 1 else f"{self.members} nets, {'a rate for each' if self.each else 'one rate'}"
        return f"{self.case}, {nets}: beside the {self.beside}"


TARGETS = (
    Target(SMALL.name, 64, True, "best peer", 12.0),
    Target(MIDDLE.name, 16, True, "best peer", 2.5),
    Target(MIDDLE.name, 16, True, "plain loop", 3.5),
    Target(MIDDLE.name, 16, False, "best peer", 3.0),
    Target(MIDDLE.name, 16, False, "plain loop", 4.0),
    Target(MIDDLE.name, 1, True, "best peer", 1.3),
)


def verdict(ratio: Spread | None, least: float) -> str:
    """Whether the median reaches what is wanted.

    Example:
        >>> verdict(Spread(2.6, 2.4, 2.7), 2.5), verdict(Spread(2.4, 2.3, 2.6), 2.5), verdict(None, 2.5)
        ('met', 'missed', 'not measured')
    """
    if ratio is None:
        return "not measured"
    return "met" if ratio.median >= least else "missed"


def never_slower(ratios: Sequence[tuple[str, Spread]]) -> list[str]:
    """Where fathom was slower than the plain loop beyond noise: in every round.

    Example:
        >>> never_slower([("a", Spread(0.95, 0.9, 1.02)), ("b", Spread(0.8, 0.7, 0.9))])
        ['b 0.80 (0.70 to 0.90)']
    """
    return [f"{where} {ratio}" for where, ratio in ratios if ratio.high < 1.0]

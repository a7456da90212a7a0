"""Looks at dev: how often decisions were taken by one dev set, so that its figures are read for what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fathom.core.records.record import Record

ONE = {"fit": "fit", "compare": "comparison", "search": "search", "threshold": "threshold", "improve": "experiment of improve"}
"""What a look was for, as one of them is called on the screen."""


@dataclass(frozen=True, kw_only=True)
class DevLooks(Record):
    """How often dev was looked at in a folder of runs (C3W1-03: a dev set that many choices were made on is fitted, too).

    Attributes:
        counts: how often, by what for: "fit", "compare", "search", "threshold", "improve".
        candidates: nets (thresholds, settings) whose dev error was shown, any of which could have been taken for its dev error.
        stopped: the most epochs that early stopping had to choose from in one of them; 0 where it was off.
        correlation: of the errors of two candidates on the same dev examples, as measured; None where no two are known.
        openings: the runs by which the test set that belongs to it was opened, in order.

    Example:
        >>> print(DevLooks(counts={"fit": 3, "compare": 1}, candidates=3))
        dev was looked at 4 times (3 fits, 1 comparison)
    """

    counts: Mapping[str, int]
    candidates: int
    stopped: int = 0
    correlation: float | None = None
    openings: tuple[str, ...] = field(default_factory=tuple)

    @property
    def total(self) -> int:
        """Looks of all kinds."""
        return sum(self.counts.values())

    def __str__(self) -> str:
        parts = ", ".join(_counted(what, n) for what, n in self.counts.items() if n)
        return f"dev was looked at {self.total:,} time{'s' * (self.total != 1)}" + (f" ({parts})" if parts else "")


def _counted(what: str, n: int) -> str:
    """'3 fits', '1 search', '12 experiments of improve'."""
    name = ONE.get(what, what)
    if n == 1:
        return f"1 {name}"
    plural = {"search": "searches", "experiment of improve": "experiments of improve"}.get(name, f"{name}s")
    return f"{n:,} {plural}"

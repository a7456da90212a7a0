"""The ladder: the errors from the floor up to test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fathom.core.records.record import Record
from fathom.core.records.rung import Rung


@dataclass(frozen=True, kw_only=True)
class Ladder(Record):
    """human (floor) -> train -> train_dev -> dev -> test, as far as they are known.

    Attributes:
        rungs: from the floor up; roles that were not measured are absent.
        sealed: rows of roles that exist and were not looked at (test, until it is opened).
        unit: the user's own unit of a regression's target ("mmHg"); empty otherwise.
        scale: how much of that unit an error of 1 is (the baseline's error); None for rates.

    Example:
        >>> from fathom.core.records.estimate import Estimate
        >>> ladder = Ladder(rungs=(Rung(name="train", estimate=Estimate(value=0.01)), Rung(name="dev", estimate=Estimate(value=0.11))))
        >>> print(ladder)
        train 0.01
        dev 0.11
        >>> ladder["dev"].estimate.value
        0.11
    """

    rungs: tuple[Rung, ...]
    sealed: Mapping[str, int] = field(default_factory=dict)
    unit: str = ""
    scale: float | None = None

    def __getitem__(self, name: str) -> Rung:
        for rung in self.rungs:
            if rung.name == name:
                return rung
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(rung.name == name for rung in self.rungs)

    def __iter__(self) -> Iterator[Rung]:
        return iter(self.rungs)

    def __len__(self) -> int:
        return len(self.rungs)

    def __str__(self) -> str:
        lines = [str(rung) for rung in self.rungs]
        return "\n".join(lines + [f"{role}: sealed (n = {n:,})" for role, n in self.sealed.items()])

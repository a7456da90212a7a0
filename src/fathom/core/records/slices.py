"""The slices of dev that do worse than chance allows, and how many were tried."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record
from fathom.core.records.slice import Slice


@dataclass(frozen=True, kw_only=True)
class Slices(Record):
    """What was found among the slices that were tried.

    Attributes:
        found: those that do worse than chance allows, the surest first.
        tried: how many were tried; the p of each is corrected for all of them.
        n: examples that they were cut from.
        telling: the input columns, those first in which the mistakes differ most from the rest.
        note: what was left out; "" where nothing was.

    Example:
        >>> print(Slices(found=(), tried=31, n=114))
        none of 31 slices does worse than chance allows
    """

    found: tuple[Slice, ...] = ()
    tried: int = 0
    n: int = 0
    telling: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        if not self.tried:
            return "no slice of 10 examples or more to try"
        return "\n".join(map(str, self.found)) or f"none of {self.tried:,} slices does worse than chance allows"

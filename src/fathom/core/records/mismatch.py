"""What a data mismatch is made of: the columns that differ between train_dev and dev, and how much of the gap they explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record
from fathom.core.records.shift import Shift

_FIELDS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("column", "kind", "level", "says"), str),
    **dict.fromkeys(("effect", "p", "start", "end"), float),
}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _estimate(values: Any) -> Estimate:
    low, high = _number(values["low"]), _number(values["high"])
    return Estimate(value=float(values["value"]), low=low, high=high, n=int(values["n"]), method=str(values["method"]))


@dataclass(frozen=True, kw_only=True)
class Mismatch(Record):
    """train_dev beside dev.

    Attributes:
        shifts: the columns that differ, by more than chance and by enough to matter, the largest difference first.
        tested: how many tests there were.
        rows: role -> rows compared; fewer than there are, where some were drawn or one of each group was taken.
        told_apart: how often a classifier ranks a row of dev above one of train_dev, both held out (0.5: not at all); None where not done.
        reweighted: the error that train_dev would have with dev's mix of columns; None where not done or where too few rows are alike.
        alike: how many rows of train_dev that is worth.

    Example:
        >>> print(Mismatch(tested=3, rows={"train_dev": 500, "dev": 500}))
        no column of 3 differs between train-dev and dev
    """

    shifts: tuple[Shift, ...] = ()
    tested: int
    rows: Mapping[str, int] = field(default_factory=dict)
    told_apart: float | None = None
    reweighted: Estimate | None = None
    alike: float | None = None

    @classmethod
    def from_json(cls, values: Any) -> Mismatch:
        """Read what `to_json` wrote; the file may have been made by someone else.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        shifts = tuple(Shift(**{name: _FIELDS[name](value) for name, value in shift.items()}) for shift in values["shifts"])
        mixed, floats = values["reweighted"], {name: _number(values[name]) for name in ("told_apart", "alike")}
        error = None if mixed is None else _estimate(mixed)
        rows = {str(role): int(n) for role, n in values["rows"].items()}
        return cls(shifts=shifts, tested=int(values["tested"]), rows=rows, reweighted=error, **floats)

    def __str__(self) -> str:
        if not self.shifts:
            return f"no column of {self.tested} differs between train-dev and dev"
        return "\n".join(map(str, self.shifts))

"""A budget of seconds, and the clock that keeps it."""

from __future__ import annotations

import math
import re
import time

from fathom.core.expectations import number, refuse

UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_WRITTEN = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]*)\s*")


def seconds(budget: str | float, name: str = "`budget`") -> float:
    """A budget in seconds.

    Args:
        budget: "60s", "2m", "1h", or a number of seconds.
        name: what an error message calls it.

    Raises:
        UnusableInput: it is no time above 0.

    Example:
        >>> seconds("2m"), seconds("1.5s"), seconds(10)
        (120.0, 1.5, 10.0)
    """
    if isinstance(budget, str):
        written = _WRITTEN.fullmatch(budget.lower())
        if written is None or written[2] not in UNITS:
            raise refuse(name, expected="a time as in 60s, 2m or 1h", got=repr(budget))
        budget = float(written[1]) * UNITS[written[2]]
    return number(name, budget, low=0.0, low_open=True)


MARGIN = 0.05
"""The share of a budget that is kept free for a last step at most."""


class OutOfTime(Exception):  # not an error: the budget is used up
    """The budget is used up; the check that was running is listed as not run."""


class Clock:
    """How much of a budget is left.

    Example:
        >>> clock = Clock(60.0)
        >>> 0.0 < clock.left() <= 60.0
        True
        >>> clock.tick()
    """

    def __init__(self, budget: float = math.inf) -> None:
        self.budget = budget
        self._start = time.perf_counter()
        self._last = self._longest = 0.0

    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._start

    def left(self) -> float:
        """Seconds left; below 0 when the budget is overrun."""
        return self.budget - self.spent()

    def tick(self) -> None:
        """Raise `OutOfTime` when another step as long as the longest so far would overrun; long loops call it at every step."""
        spent = self.spent()
        self._longest = max(self._longest, min(spent - self._last, MARGIN * self.budget))
        self._last = spent
        if self.left() <= self._longest:
            raise OutOfTime

"""Axes: where the ticks stand, what is written at them, and how a value becomes a place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fathom.report.page_markup import signed

WIDE = 50.0
"""Largest over smallest value from which on a log axis is drawn."""

LARGEST = 1e300
"""What an axis reaches to; a diverged net has gone beyond."""

DEEPEST = 1e12
"""Factor that a log axis covers at most; what is smaller stands on its lowest line."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A scale from `low` to `high`.

    Attributes:
        low, high: its ends, low < high.
        log: whether equal steps are equal factors.
        ticks: values between the ends.
    """

    low: float
    high: float
    log: bool = False
    ticks: tuple[float, ...] = ()

    def share(self, value: float) -> float:
        """Where a value stands, 0 at the low end, 1 at the high one; on a log axis what is below stands at the low end."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)


def linear(low: float, high: float, steps: int = 5) -> Axis:
    """An axis of round numbers that reaches over both ends, about `steps` ticks.

    Example:
        >>> linear(0.0, 0.087).ticks
        (0.0, 0.02, 0.04, 0.06, 0.08, 0.1)
    """
    low, high = max(low, -LARGEST), min(high, LARGEST)
    size = max(abs(low), abs(high))
    if not high - low > 1e-9 * size + 1e-300:  # one value, or as good as one: room on both sides
        low, high = (low - size / 2, high + size / 2) if size > 1e-300 else (0.0, 1.0)
    step = _round_step((high - low) / steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], ticks=ticks)


def logarithmic(low: float, high: float, most: int = 6) -> Axis:
    """An axis of powers of ten from below `low` to above `high`, both above 0.

    Example:
        >>> logarithmic(0.00017, 0.82).ticks
        (1.0, 0.1, 0.01, 0.001, 0.0001)
    """
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(min(last, 300), first + 1)
    every = -(-(last - first) // (most - 1))
    ticks = tuple(float(f"1e{i}") for i in range(last, first - 1, -every))
    return Axis(low=float(f"1e{first}"), high=float(f"1e{last}"), log=True, ticks=ticks)


def fitting(values: Sequence[float]) -> Axis:
    """A log axis where all values are above 0 and span a factor of 50, else a linear one.

    Args:
        values: finite ones, at least one.
    """
    low, high = min(values), max(values)
    if low > 0 and high / low >= WIDE:
        return logarithmic(max(low, high / DEEPEST), high)
    return linear(low, high, steps=4)


def plain(value: float) -> str:
    """A tick of a number.

    Example:
        >>> plain(0.001), plain(20.0), plain(1e-8), plain(1500.0), plain(-2.5)
        ('0.001', '20', '1e-8', '1,500', '−2.5')
    """
    if value and not 1e-4 <= abs(value) < 1e7:
        return signed(re.sub(r"e([+-])0*", lambda found: f"e{found[1].strip('+')}", f"{value:.3g}"))
    return signed(f"{value:,.10g}")


def in_percent(value: float) -> str:
    """A tick of an error: '5%'.

    Example:
        >>> in_percent(0.05), in_percent(0.0001)
        ('5%', '0.01%')
    """
    return signed(f"{float(f'{100 * value:.8g}'):,.10g}%")


def _round_step(step: float) -> float:
    """The next larger of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))

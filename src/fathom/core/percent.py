"""Errors as people read them: percent, rounded so that every sum on the screen adds up.

Rungs are rounded; a gap is printed as the difference of its two printed rungs. So the parts of the headline add up to its total, and
anyone who subtracts two rungs of the screen gets the gap that stands between them.
"""

from __future__ import annotations

import math

from fathom.core.records.ladder import Ladder

MOST = 3
"""Decimals of a percent."""


def decimals_of(ladder: Ladder) -> int:
    """Decimals for all figures of a ladder: as many as were typed for bare rates, enough for the smallest rung otherwise; 1 to 3."""
    values = [rung.estimate.value for rung in ladder]
    bare = all(rung.estimate.low is None for rung in ladder)
    if bare:
        fit = (d for d in range(1, MOST + 1) if all(abs(v * 100 - rounded(v, d) / 10**d) < 1e-9 for v in values))
        return next(fit, MOST)
    smallest = min((abs(v) for v in values if v), default=1.0)
    return 1 if smallest >= 0.0005 else 2 if smallest >= 0.00005 else MOST


def rounded(value: float, decimals: int) -> int:
    """Percent in units of the last printed decimal, halves up: 0.046 -> 46 at one decimal.

    Example:
        >>> rounded(0.046, 1), rounded(0.0005, 1)
        (46, 1)
    """
    return math.floor(value * 100 * 10**decimals + 0.5 + 1e-9)


def percent(value: float, decimals: int = 1) -> str:
    """0.046 -> '4.6'.

    Example:
        >>> percent(0.046), percent(-0.04), percent(0.0001, 2)
        ('4.6', '-4.0', '0.01')
    """
    return f"{rounded(value, decimals) / 10**decimals:.{decimals}f}"


def between(low: float, high: float, decimals: int) -> str:
    """The gap between two rungs, from their printed figures: 0.0046 and 0.0454 -> '4.0' (4.5 - 0.5).

    Example:
        >>> between(0.0046, 0.0454, 1)
        '4.0'
    """
    return f"{(rounded(high, decimals) - rounded(low, decimals)) / 10**decimals:.{decimals}f}"

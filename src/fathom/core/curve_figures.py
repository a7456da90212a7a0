"""The figures of a learning curve as text, rounded alike in the sentence, the table, the page and the advice."""

from __future__ import annotations

from collections.abc import Iterable

from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate


def places_for(values: Iterable[float]) -> int:
    """Decimals of a percent for a whole curve: 1, or 2 where an error is under a twentieth of a percent.

    Example:
        >>> places_for([0.052, 0.044]), places_for([0.0004, 0.01])
        (1, 2)
    """
    smallest = min((v for v in values if v > 0), default=1.0)
    return 1 if smallest >= 0.0005 else 2


def ends(e: Estimate, places: int = 1) -> str:
    """'3.9 to 4.9', in percent; nothing where there is no interval."""
    return "" if e.low is None or e.high is None else f"{percent(e.low, places)} to {percent(e.high, places)}"


def with_ends(e: Estimate, places: int = 1) -> str:
    """'4.4% (3.9 to 4.9)'.

    Example:
        >>> with_ends(Estimate(value=0.044, low=0.039, high=0.049))
        '4.4% (3.9 to 4.9)'
    """
    between = ends(e, places)
    return f"{percent(e.value, places)}%" + (f" ({between})" if between else "")


def step_text(now: Estimate, then: Estimate) -> str:
    """'5.2% to 4.4% (3.9 to 4.9)': from the error now to the one expected.

    Example:
        >>> step_text(Estimate(value=0.052), Estimate(value=0.044, low=0.039, high=0.049))
        '5.2% to 4.4% (3.9 to 4.9)'
    """
    places = places_for([now.value, then.value])
    return f"{percent(now.value, places)}% to {with_ends(then, places)}"


def rounded_rows(n: float) -> str:
    """A number of rows as sure as a forecast is: two figures.

    Example:
        >>> rounded_rows(12345), rounded_rows(87.0)
        ('12,000', '87')
    """
    digits = max(len(str(int(n))) - 2, 0)
    return f"{round(int(n), -digits):,}"

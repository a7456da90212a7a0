"""What mending one cause of mistakes would bring at best: the ceiling of an error analysis (C3W2-01).

    error e of dev, K mistakes, n of them drawn at random and looked at, k of these of the cause
    share s = k/n,   ceiling = e (1 - s)

The interval of the share is Wilson's with the finite-population correction: n (K - 1)/(K - n) in place of n, and never outside
k/K .. (K - n + k)/K, which is what the rest could make of it. Where all K were looked at the share is exact.
"""

from __future__ import annotations

from fathom.core.expectations import number, refuse
from fathom.core.intervals import LEVEL, wilson
from fathom.core.records.estimate import Estimate


def share(count: int, looked: int, of: int | None = None, level: float = LEVEL) -> Estimate:
    """The share of a cause among all mistakes.

    Args:
        count: examples of the cause.
        looked: examples that were looked at, drawn at random, at least 1.
        of: mistakes in all, that they were drawn from; None where they are beyond counting, or drawn with repetition.
        level: the nominal coverage.

    Raises:
        UnusableInput: counts that cannot be.

    Source:
        Wilson 1927; Cochran 1977, Sampling Techniques, 2.8, for the correction; C3W2-01.

    Example:
        >>> print(share(5, 100)), print(share(5, 100, of=100))
        0.05 (0.02154 to 0.1118)
        0.05 (0.05 to 0.05)
        (None, None)
    """
    if not 0 <= count <= looked or looked < 1 or (of is not None and of < looked):
        raise refuse("counts", expected="count <= looked <= of, and at least one looked at", got=f"{count}, {looked}, {of}")
    if of is None:
        return wilson(count, looked, level)
    value = count / looked
    if of == looked:
        return Estimate(value=value, low=value, high=value, n=looked, method="counted", level=level)
    worth = looked * (of - 1) / (of - looked)
    made = wilson(value * worth, worth, level)
    low, high = max(made.low or 0.0, count / of), min(1.0 if made.high is None else made.high, (of - looked + count) / of)
    return Estimate(value=value, low=low, high=high, n=looked, method="wilson", level=level)


def ceiling(error: float, of_cause: float | Estimate) -> Estimate:
    """The error that is left where every mistake of a cause is mended; the interval is the share's, on this dev set.

    Args:
        error: of dev.
        of_cause: the share of the cause among the mistakes.

    Example:
        >>> ceiling(0.10, 5 / 100).value, ceiling(0.10, 50 / 100).value
        (0.095, 0.05)
        >>> print(ceiling(0.10, share(39, 100)))
        0.061 (0.0512 to 0.06998)
    """
    error = number("error", error, low=0.0)
    if not isinstance(of_cause, Estimate):
        return Estimate(value=error * (1 - number("share", of_cause, low=0.0, high=1.0)))
    ends = [None if end is None else error * (1 - end) for end in (of_cause.high, of_cause.low)]
    return Estimate(
        value=error * (1 - of_cause.value), low=ends[0], high=ends[1], n=of_cause.n, method=of_cause.method, level=of_cause.level
    )

"""How many examples tell two error rates apart, and what so many examples can tell (C2W1-05, C3W1-13, C3W1-14).

    two error rates a and b, d = |a - b|, z of the level (two-sided), y of the power (one-sided)
    paired      both nets answer the same n examples; q of them only one gets wrong
                n0 = (z sqrt(q) + y sqrt(q - d^2))^2 / d^2, and n = n0/4 (1 + sqrt(1 + 4/(n0 d)))^2 for the exact test
    unpaired    each answers n examples of its own
                n = (z sqrt(2 m (1 - m)) + y sqrt(a (1 - a) + b (1 - b)))^2 / d^2, m = (a + b)/2

The share q in discord is not known before the nets are. It lies between d and that of independent errors, a + b - 2 a b. Where nobody gives
it, it is taken as `DISCORD` times the mean error; over 269 pairs of nets with other settings, on five bundled sets, half lie in 0.5 to 1.4
of it, the median is 0.9 (2026-11-28).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from fathom.core.expectations import number, refuse, whole
from fathom.core.intervals import LEVEL, normal_quantile, wilson_limits
from fathom.core.records.tells import Tells

POWER = 0.8
"""A difference that is there is shown four times in five."""

DISCORD = 1.0
"""Examples that only one of two nets gets wrong, over those that one of them gets wrong on average."""

LARGEST = 10**12
"""Examples beyond which nobody is told to collect them."""

HALVINGS = 60


def discord_of(a: float, b: float, share: float = DISCORD) -> float:
    """The share of examples that only one of two nets gets wrong, where it is not known: `share` times their mean error.

    Never under |a - b|, which is the least there can be, nor over that of independent errors, a + b - 2 a b.

    Example:
        >>> round(discord_of(0.03, 0.029), 4), discord_of(0.2, 0.0)
        (0.0295, 0.2)
    """
    return max(abs(a - b), min(share * (a + b) / 2, a + b - 2 * a * b))


def rows_to_tell(
    a: float,
    b: float,
    *,
    paired: bool = True,
    discord: float | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> int:
    """How many examples tell two error rates (or two accuracies) apart, `power` of the time.

    Args:
        a, b: two error rates, or two accuracies, which are as far apart.
        paired: whether both nets answer the same examples, as `fathom.compare` has it; else each has as many of its own.
        discord: the share of examples that only one of the two gets wrong; the mean of the two error rates where left out.
        power: how often the difference is to be shown.
        level: 1 - level is the level of the test, two-sided.

    Returns:
        The number of examples (of each of two sets, where they are not the same).

    Raises:
        UnusableInput: rates outside 0..1, or the same rate twice, or a share in discord that cannot be.

    Source:
        Connor 1987 for pairs, Fleiss for two sets; the exact test costs 1/d more, as its correction for continuity does. C3W1-13.

    Example:
        >>> rows_to_tell(0.970, 0.971), rows_to_tell(0.970, 0.971, paired=False)
        (233536, 449422)
    """
    a, b = (_error(name, rate) for name, rate in (("a", a), ("b", b)))
    if a + b > 1:  # accuracies: as far apart as the errors are
        a, b = 1 - a, 1 - b
    d = abs(a - b)
    if round(d, 12) == 0:
        raise refuse("rates", expected="two different ones", got=f"{a:g} twice", fix="no number of examples tells them apart")
    z, y = normal_quantile(level), _one_sided(power)
    if paired:
        q = discord_of(a, b) if discord is None else _discord(discord, d)
        return _whole(_pairs(d, q, z, y))
    return _whole(_two_sets(a, b, z, y))


def tells(
    n: int,
    error: float,
    *,
    discord: float | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> Tells:
    """What n examples tell of a net that gets `error` of them wrong: its interval, and the improvement that they can show.

    Args:
        n: examples of dev or test.
        error: the error rate of the net.
        discord: the share of examples that only one of two nets gets wrong; the error itself where left out.
        power: how often an improvement of that size is to be shown.
        level: of the interval; the tests are at 1 - level.

    Raises:
        UnusableInput: n below 1, or a rate outside 0..1.

    Source:
        C2W1-05, C3W1-13, C3W1-14.

    Example:
        >>> print(tells(1000, 0.03))
        n = 1,000, 3.00% wrong: 2.11 to 4.25%; an improvement shows from 1.44 points on (other examples: 1.80)
    """
    n, error = whole("n", n, low=1), _error("error", error)
    q = discord_of(error, error) if discord is None else number("discord", discord, low=0, high=1)
    z, y = normal_quantile(level), _one_sided(power)
    low, high = wilson_limits(error, n, level)
    share = DISCORD if discord is None or error == 0 else q / error
    return Tells(
        n=n,
        rate=error,
        low=max(low, 0.0),
        high=min(high, 1.0),
        paired=_smallest(error, n, lambda d: _pairs(d, discord_of(error, error - d, share), z, y)),
        unpaired=_smallest(error, n, lambda d: _two_sets(error, error - d, z, y)),
        discord=q,
        assumed=discord is None,
        power=power,
        level=level,
    )


def _smallest(error: float, n: int, needed: Callable[[float], float]) -> float | None:
    """The smallest d up to the error for which n examples are enough; None where they never are."""
    if error <= 0 or needed(error) > n:
        return None
    low, high = 0.0, error
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if needed(middle) <= n else (middle, high)
    return high


def _pairs(d: float, q: float, z: float, y: float) -> float:
    n0 = ((z * math.sqrt(q) + y * math.sqrt(max(q - d * d, 0.0))) / d) ** 2
    return n0 / 4 * (1 + math.sqrt(1 + 4 / (n0 * d))) ** 2


def _two_sets(a: float, b: float, z: float, y: float) -> float:
    m = (a + b) / 2
    return ((z * math.sqrt(2 * m * (1 - m)) + y * math.sqrt(a * (1 - a) + b * (1 - b))) / (a - b)) ** 2


def _one_sided(power: float) -> float:
    return NormalDist().inv_cdf(number("power", power, low=0.5, high=1, high_open=True))


def _error(name: str, rate: float) -> float:
    return number(name, rate, low=0, high=1)


def _discord(given: float, d: float) -> float:
    return number("discord", given, low=d, high=1)


def _whole(n: float) -> int:
    if n > LARGEST:
        raise refuse("rates", expected="two that some number of examples tells apart", got=f"a need of {n:.2g} examples")
    return math.ceil(n)

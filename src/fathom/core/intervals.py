"""Intervals: of a rate, of a mean error, and of the difference of two.

    a rate of 0/1 errors         Wilson's score interval
    any other mean               the studentized bootstrap (`fathom.core.bootstrap`)
    a difference                 the two intervals put together by MOVER; of two Wilson intervals it is Newcombe's hybrid score
    two models, same examples    Bonett and Price's adjusted Wald interval; the studentized bootstrap of the differences otherwise

`benchmarks/coverage.py` prints how often each covers the truth. Quantiles come from the standard library, so that reading
two rates loads neither SciPy nor NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

from fathom.core.expectations import refuse
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.95

Rates = TypeVar("Rates", float, "NDArray[np.float64]")


@lru_cache
def normal_quantile(level: float) -> float:
    """z such that a standard normal number lies within -z..z with that probability.

    Example:
        >>> round(normal_quantile(0.95), 4)
        1.96
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(wrong: float, n: float, level: float = LEVEL) -> Estimate:
    """Wilson's score interval of a rate.

    center (p + z^2/2n) / (1 + z^2/n), half-width z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n). Chosen over the exact interval because it
    covers 95% on average and not always more: an interval that is too wide says 'unclear' too often.

    Args:
        wrong: how many are wrong; need not be whole where examples have weights.
        n: of how many, at least 1.
        level: the nominal coverage.

    Raises:
        UnusableInput: n below 1, or `wrong` outside 0..n.

    Source:
        Wilson 1927; Brown, Cai and DasGupta 2001; C3W1-14.

    Example:
        >>> print(wilson(110, 1000))
        0.11 (0.09208 to 0.1309)
    """
    if not n >= 1 or not 0 <= wrong <= n:
        raise refuse("counts", expected="wrong from 0 to n, and n of at least 1", got=f"{wrong:g} wrong of {n:g}")
    low, high = wilson_limits(wrong / n, n, level)
    # at 0 and at n wrong the limits are 0 and 1 exactly, which rounding would miss
    low, high = (max(low, 0.0) if wrong > 0 else 0.0), (min(high, 1.0) if wrong < n else 1.0)
    return Estimate(value=wrong / n, low=low, high=high, n=int(n), method="wilson", level=level)


def wilson_limits(rate: Rates, n: float, level: float = LEVEL) -> tuple[Rates, Rates]:
    """The two limits of a rate over n examples, or of an array of rates; not yet cut to 0..1."""
    z2 = normal_quantile(level) ** 2
    center = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
    return center - half, center + half


def interval_of(errors: Errors, seed: int = 0, level: float = LEVEL) -> Estimate:
    """The rung of a ladder: sum(w v)/sum(w) with its interval.

    Wilson where the values are 0/1, the weights equal and the groups single, else the studentized bootstrap over groups.

    Args:
        errors: at least one example, values of at least 0.
        seed: of the bootstrap; the same seed gives the same limits.
        level: the nominal coverage.

    Raises:
        UnusableInput: there is no example, or all weights are 0.

    Example:
        >>> print(interval_of(Errors.of([0, 0, 1, 0, 0])))
        0.2 (0.03622 to 0.6245)
    """
    if not len(errors) or not errors.weight.sum() > 0:
        raise refuse("errors", expected="at least one example with a weight above 0", got=f"{len(errors)} examples")
    if errors.is_rate:
        return wilson(int(errors.value.sum()), len(errors), level)
    from fathom.core.bootstrap import studentized

    found = studentized(errors, seed, level)
    if found is None or not math.isfinite(found.low + found.high):
        return _without_spread(errors, level)
    return Estimate(value=found.value, low=max(found.low, 0.0), high=found.high, n=len(errors), method=found.method, level=level)


def _without_spread(errors: Errors, level: float) -> Estimate:
    """Where values (nearly) all agree nothing can be resampled: for values in [0, 1], whose variance is at most that of 0/1, Wilson's."""
    value = errors.rate
    if errors.value.max() > 1:
        return Estimate(value=value, low=value, high=value, n=len(errors), method="bootstrap", level=level)
    n = max(effective_size(errors), 1.0)
    limits = wilson(min(value, 1.0) * n, n, level)
    return Estimate(value=value, low=limits.low, high=limits.high, n=len(errors), method="wilson", level=level)


def effective_size(errors: Errors) -> float:
    """How many equal, independent examples are worth as much: (sum W)^2 / sum W^2 over the weights W of the groups (Kish).

    Example:
        >>> effective_size(Errors.of([0, 1, 1, 0], group=["a", "a", "b", "b"]))
        2.0
    """
    import numpy as np

    weight = errors.weight if errors.group is None else np.bincount(errors.group, weights=errors.weight)
    return float(weight.sum() ** 2 / (weight**2).sum())


def difference(a: Estimate, b: Estimate) -> Estimate:
    """b - a of two independent estimates, with the interval that follows from theirs.

    MOVER: low = d - sqrt((b - b_low)^2 + (a_high - a)^2), high = d + sqrt((b_high - b)^2 + (a - a_low)^2). An estimate without
    an interval counts as exact; where neither has one the difference has none.

    Source:
        Newcombe 1998 (method 10), Zou and Donner 2008.

    Example:
        >>> print(difference(wilson(70, 7000), wilson(110, 1000)))
        0.1 (0.08189 to 0.121)
    """
    return contrast({"a": a, "b": b}, {"a": -1.0, "b": 1.0})


def contrast(estimates: Mapping[str, Estimate], factors: Mapping[str, float]) -> Estimate:
    """sum(c_i x_i) of independent estimates by MOVER; one without an interval counts as exact, and where none has one there is none."""
    terms = [(factors[name], estimates[name]) for name in factors if factors[name]]
    value = sum(c * e.value for c, e in terms)
    sizes = [e.n for _, e in terms if e.n is not None]
    n = min(sizes) if sizes else None
    if all(e.low is None or e.high is None for _, e in terms):
        return Estimate(value=value, n=n)
    low = value - math.sqrt(sum(_reach(c, e, downwards=True) ** 2 for c, e in terms))
    high = value + math.sqrt(sum(_reach(c, e, downwards=False) ** 2 for c, e in terms))
    method = "newcombe" if all(e.method == "wilson" for _, e in terms) else "mover"
    level = next(e.level for _, e in terms if e.low is not None)
    return Estimate(value=value, low=low, high=high, n=n, method=method, level=level)


def _reach(factor: float, estimate: Estimate, *, downwards: bool) -> float:
    """How far the interval of factor * estimate reaches to one side."""
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        return 0.0
    return factor * (estimate.value - low if downwards == (factor > 0) else estimate.value - high)


def interval_of_difference(a: Errors, b: Errors, seed: int = 0, level: float = LEVEL) -> Estimate:
    """b - a for two independent sets of examples: a gap of the ladder.

    Example:
        >>> print(interval_of_difference(Errors.of([0] * 9 + [1]), Errors.of([0] * 6 + [1] * 4)))
        0.3 (-0.08242 to 0.5988)
    """
    return difference(interval_of(a, seed, level), interval_of(b, seed + 1, level))


def interval_of_paired(a: Errors, b: Errors, seed: int = 0, level: float = LEVEL) -> Estimate:
    """b - a for two models on the same examples, in the same order.

    Bonett and Price for 0/1 errors: with n10 and n01 the examples that only one gets wrong, p = (n + 1)/(N + 2) of each, and
    d +- z sqrt((p10 + p01 - d^2) / (N + 2)). Otherwise the studentized bootstrap of the differences.

    Raises:
        UnusableInput: the two have not the same number of examples.

    Source:
        Bonett and Price 2012.

    Example:
        >>> print(interval_of_paired(Errors.of([0, 0, 1, 0] * 25), Errors.of([0, 1, 1, 0] * 25)))
        0.25 (0.1573 to 0.3329)
    """
    if len(a) != len(b) or not len(a):
        raise refuse("paired errors", expected="the same examples twice", got=f"{len(a):,} and {len(b):,} examples")
    if a.is_rate and b.is_rate:
        return _bonett_price(a.value, b.value, level)
    from fathom.core.bootstrap import studentized

    both = Errors(b.value - a.value, a.weight, a.group)
    found = studentized(both, seed, level)
    if found is None:
        return Estimate(value=both.rate, low=both.rate, high=both.rate, n=len(a), method="bootstrap", level=level)
    least, most = _range_of_groups(both)  # few groups: many resamples have no spread, and an end of the bootstrap is infinite
    low, high = found.low if math.isfinite(found.low) else least, found.high if math.isfinite(found.high) else most
    return Estimate(value=found.value, low=low, high=high, n=len(a), method=found.method, level=level)


def _range_of_groups(errors: Errors) -> tuple[float, float]:
    """The least and the largest mean of a group."""
    from fathom.core.bootstrap import group_sums

    v, w = group_sums(errors)
    means = [float(a / b) for a, b in zip(v, w, strict=True) if b > 0]
    return min(means), max(means)


def _bonett_price(a: NDArray[np.float64], b: NDArray[np.float64], level: float) -> Estimate:
    n = len(a)
    up, down = ((int(((b - a) == s).sum()) + 1) / (n + 2) for s in (1, -1))
    half = normal_quantile(level) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    low, high = max(up - down - half, -1.0), min(up - down + half, 1.0)
    return Estimate(value=float((b - a).mean()), low=low, high=high, n=n, method="bonett-price", level=level)


def rows_for(rate: float, half_width: float, level: float = LEVEL) -> int:
    """How many examples give a rate an interval of that half-width: z^2 p (1 - p) / h^2, at least z^2 / h for rates near 0.

    Source:
        C3W1-13, C3W1-14.

    Example:
        >>> rows_for(0.5, 0.01), rows_for(0.03, 0.001)
        (9604, 111787)
    """
    z = normal_quantile(level)
    return math.ceil(z * z * max(rate * (1 - rate) / half_width**2, 1 / half_width))

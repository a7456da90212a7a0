"""A power law with its floor, as sure as the measurements make it: e(n) = a (n + d)^-b + c."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

from fathom.core.expectations import number, refuse
from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record

STEPS = 60
"""Halvings of an interval that is searched for a quantile."""


@dataclass(frozen=True)
class PossibleLaw(Record):
    """One law among those that the measurements leave possible: e(n) = level ((1 - share) ((n + d) / (at + d))^-b + share).

    Attributes:
        weight: its probability, given what was measured.
        b: the exponent.
        shift: d / at; above 0 the curve begins flat, as where the smallest sets teach nearly nothing.
        share: the part of the error at `at` that no n takes away, c / level.
        level, sd: the error at `at` under this law, and how unsure it is.
        wander: how far the curve may leave this law at each doubling beyond `at`, as a share of its error.
    """

    weight: float
    b: float
    share: float
    level: float
    sd: float
    shift: float = 0.0
    wander: float = 0.0

    def __str__(self) -> str:
        return f"{self.level:.3g} at n, falls with n^-{self.b:.2g} to {self.share * self.level:.3g} (probability {self.weight:.2g})"


@dataclass(frozen=True, kw_only=True)
class PowerLaw(Record):
    """e(n) = a (n + d)^-b + c, as a mixture of the laws that the measurements leave possible.

    Attributes:
        at: the n that the levels are of: the largest that was measured.
        possible: the laws, with their probabilities.

    Example:
        >>> law = PowerLaw(at=1000, possible=(PossibleLaw(weight=1.0, b=0.5, share=0.0, level=0.1, sd=0.002),))
        >>> print(law.error(4000, level=0.9))
        0.05 (0.04836 to 0.05164)
    """

    at: float
    possible: tuple[PossibleLaw, ...]

    def error(self, n: float, level: float = 0.9) -> Estimate:
        """The error at n: the median of what is possible, and the interval in which it lies with probability `level`."""
        parts = self._parts(number("n", n, low=0.0, low_open=True))
        low, middle, high = (quantile(parts, q) for q in (0.5 - level / 2, 0.5, 0.5 + level / 2))
        return Estimate(value=max(middle, 0.0), low=max(low, 0.0), high=max(high, 0.0), method="power law", level=level)

    def gain(self, n: float, level: float = 0.9) -> Estimate:
        """How much lower the error is at n than at `at`."""
        parts = self._gains(n)
        low, middle, high = (quantile(parts, q) for q in (0.5 - level / 2, 0.5, 0.5 + level / 2))
        return Estimate(value=middle, low=low, high=high, method="power law", level=level)

    def floor(self, level: float = 0.9) -> Estimate:
        """The error that no n takes away, with its interval."""
        parts = [(c.weight, c.level * c.share, c.sd * c.share) for c in self.possible]
        low, middle, high = (max(quantile(parts, q), 0.0) for q in (0.5 - level / 2, 0.5, 0.5 + level / 2))
        return Estimate(value=middle, low=low, high=high, method="power law", level=level)

    def chance_of_gain(self, n: float, share: float) -> float:
        """The probability that the error at n is lower than at `at` by that share of it or more."""
        parts = [(c.weight, 1 - self._factor(c, n) - share, self._beyond(c, n)) for c in self.possible]
        return 1 - sum(_below(parts, 0.0))

    @cached_property
    def likeliest(self) -> PossibleLaw:
        """The law in the middle: mean exponent, share and level."""
        mean = {name: sum(c.weight * getattr(c, name) for c in self.possible) for name in ("b", "share", "level", "sd", "shift")}
        return PossibleLaw(weight=1.0, **mean)

    @property
    def b(self) -> float:
        """The exponent."""
        return self.likeliest.b

    @property
    def c(self) -> float:
        """The floor: the error that no n takes away."""
        return self.likeliest.share * self.likeliest.level

    @property
    def a(self) -> float:
        """The factor of (n + d)^-b."""
        return (self.likeliest.level - self.c) * (self.at + self.d) ** self.b

    @property
    def d(self) -> float:
        """The shift of n."""
        return self.likeliest.shift * self.at

    def needed(self, error: float, level: float = 0.9) -> tuple[float | None, float | None, float | None]:
        """How large n must be for that error: (value, low, high), each None where 64 times `at` is not enough."""
        wanted = number("error", error, low=0.0)

        def first(end: str) -> float | None:
            return _first(lambda n: (getattr(self.error(n, level), end) or 0.0) <= wanted, self.at)

        return first("value"), first("low"), first("high")

    def _factor(self, law: PossibleLaw, n: float) -> float:
        """The error at n as a multiple of that at `at`."""
        return float(law.share + (1 - law.share) * ((n / self.at + law.shift) / (1 + law.shift)) ** -law.b)

    def _beyond(self, law: PossibleLaw, n: float) -> float:
        """The standard deviation of what the curve does beyond `at` on its own, as a share of the error there."""
        return law.wander * math.sqrt(max(math.log2(n / self.at), 0.0))

    def _parts(self, n: float) -> list[tuple[float, float, float]]:
        """(weight, mean, sd) of the error at n under each law."""
        factors = [(c, self._factor(c, n)) for c in self.possible]
        return [(c.weight, c.level * f, math.hypot(c.sd * f, c.level * self._beyond(c, n))) for c, f in factors]

    def _gains(self, n: float) -> list[tuple[float, float, float]]:
        """(weight, mean, sd) of the difference."""
        factors = [(c, 1 - self._factor(c, n)) for c in self.possible]
        return [(c.weight, c.level * f, math.hypot(c.sd * f, c.level * self._beyond(c, n))) for c, f in factors]

    def __str__(self) -> str:
        return f"error = {self.a:.3g} (n + {self.d:.3g})^-{self.b:.2g} + {self.c:.3g}"


def quantile(parts: Sequence[tuple[float, float, float]], q: float) -> float:
    """The quantile of a mixture of normal distributions (weight, mean, sd).

    Example:
        >>> round(quantile([(0.5, 0.0, 1.0), (0.5, 4.0, 1.0)], 0.5), 6)
        2.0
    """
    total = sum(w for w, _, _ in parts)
    if not parts or not total > 0:
        raise refuse("power law", expected="at least one law with a probability above 0", got="none")
    z = NormalDist().inv_cdf(q)
    ends = [m + z * s for _, m, s in parts]
    low, high = min(ends), max(ends)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if sum(_below(parts, middle)) < q * total:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(parts: Iterable[tuple[float, float, float]], x: float) -> Iterator[float]:
    """The weight of each part that lies below x."""
    for weight, mean, sd in parts:
        yield weight * (NormalDist(mean, sd).cdf(x) if sd > 0 else float(x >= mean))


def _first(reached: Callable[[float], bool], start: float) -> float | None:
    """The smallest n from `start` / 64 to 64 times `start` at which `reached` holds: a walk by half doublings, then halvings."""
    sizes = [start * 2.0 ** (k / 2) for k in range(-12, 13)]
    place = next((k for k, n in enumerate(sizes) if reached(n)), None)
    if place is None:
        return None
    low, high = math.log(sizes[max(place - 1, 0)]), math.log(sizes[place])
    for _ in range(STEPS // 3):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(math.exp(middle)) else (middle, high)
    return math.exp(high)

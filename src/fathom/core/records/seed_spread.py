"""What the seed does to two settings, and whether they differ beyond it."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class SeedSpread(Record):
    """Two settings over several seeds each, on the same dev examples.

    Attributes:
        seeds_run, seeds_against: nets of each.
        mean_run, mean_against: their mean errors.
        spread_run, spread_against: standard deviations of the error over seeds; None of a single net.
        noise: what two seeds of the same settings differ by in 19 of 20 cases.
        difference: mean error of `run` minus that of `against`; its interval minds both the seeds and the examples.
        p: of no difference between the settings; with several against the first, Holm's adjustment is in it.

    Example:
        >>> print(SeedSpread(seeds_run=5, seeds_against=5, mean_run=0.03, mean_against=0.05, spread_run=0.004, spread_against=0.006,
        ...                  noise=0.014, difference=Estimate(value=-0.02, low=-0.03, high=-0.01), p=0.01))
        5 and 5 seeds: 0.03 +- 0.004 against 0.05 +- 0.006: -0.02 (-0.03 to -0.01), p = 0.01
    """

    seeds_run: int
    seeds_against: int
    mean_run: float
    mean_against: float
    spread_run: float | None
    spread_against: float | None
    noise: float
    difference: Estimate
    p: float

    def __str__(self) -> str:
        one, other = _with(self.mean_run, self.spread_run), _with(self.mean_against, self.spread_against)
        return f"{self.seeds_run} and {self.seeds_against} seeds: {one} against {other}: {self.difference}, p = {self.p:.2g}"


def _with(mean: float, spread: float | None) -> str:
    return f"{mean:.4g}" if spread is None else f"{mean:.4g} +- {spread:.2g}"

"""A reference: a plain method on the same split, and how the net stands to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Reference(Record):
    """A plain method on the same split, and how the net stands to it.

    Attributes:
        name: "boosted trees", "linear", "nearest neighbors".
        estimate: its dev error.
        ahead: dev error of the net minus its own, over the same examples where both are known example by example;
            below 0 the net is better.
        paired: whether `ahead` was measured on the same examples.

    Example:
        >>> print(Reference(name="linear", estimate=Estimate(value=0.2), ahead=Estimate(value=-0.1, low=-0.15, high=-0.05)))
        linear 0.2; the net is ahead by 0.1 (0.05 to 0.15)
    """

    name: str
    estimate: Estimate
    ahead: Estimate
    paired: bool = False

    @property
    def standing(self) -> str:
        """The net against it by the interval (by the value where there is none): "ahead", "behind" or "level"."""
        low = self.ahead.value if self.ahead.low is None else self.ahead.low
        high = self.ahead.value if self.ahead.high is None else self.ahead.high
        if round(high, 9) < 0:
            return "ahead"
        return "behind" if round(low, 9) > 0 else "level"

    def __str__(self) -> str:
        gap, turn = self.ahead, self.ahead.value <= 0
        value, low, high = abs(gap.value), gap.low, gap.high
        ends = "" if low is None or high is None else " ({:.4g} to {:.4g})".format(*((-high, -low) if turn else (low, high)))
        return f"{self.name} {self.estimate.value:.4g}; the net is {'ahead' if turn else 'behind'} by {value:.4g}{ends}"


def best_of(references: Mapping[str, Reference], baseline: Mapping[str, Reference]) -> Reference | None:
    """The reference with the lowest dev error; None where there is none that is better than the baseline, by the figures as printed.

    Args:
        references: by name.
        baseline: by role; its dev error is the one to be better than, where it is known.

    Example:
        >>> linear = Reference(name="linear", estimate=Estimate(value=0.5), ahead=Estimate(value=-0.1))
        >>> best_of({"linear": linear}, {}) is linear, best_of({"linear": linear}, {"dev": linear})
        (True, None)
    """
    best = min(references.values(), key=lambda r: r.estimate.value, default=None)
    if best is None or "dev" not in baseline:
        return best
    return best if round(best.estimate.value, 3) < round(baseline["dev"].estimate.value, 3) else None

"""A metric of a role: one number that says how good a net is, beside the error that the ladder is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from fathom.core.amount import amount
from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record

SHARE = "share"


@dataclass(frozen=True, kw_only=True)
class Metric(Record):
    """One number of a role, with its interval.

    Attributes:
        name: as it was asked for: "f1", "recall of yes", "worst error by region".
        role: where it was measured; "" of what belongs to the net alone (time, parameters).
        estimate: the number.
        better: which way is better.
        unit: "share" (shown in percent), "ms", "parameters", "per 24h", the target's unit, or "".
        about: what else belongs to it: the positive class, the worst group.

    Example:
        >>> print(Metric(name="f1", role="dev", estimate=Estimate(value=0.933, low=0.88, high=0.964), better="higher", unit="share"))
        dev f1 93.3% (88.0 to 96.4)
    """

    name: str
    role: str
    estimate: Estimate
    better: Literal["higher", "lower"]
    unit: str = ""
    about: str = ""

    @property
    def figure(self) -> str:
        """The value as people read it: '93.3%', '0.0512', '1,500 ms'."""
        return shown(self.estimate.value, self.unit)

    @property
    def ends(self) -> str:
        """'88.0 to 96.4'; empty where there is no interval."""
        low, high = self.estimate.low, self.estimate.high
        if low is None or high is None:
            return ""
        return f"{number(low, self.unit)} to {number(high, self.unit)}"

    def __str__(self) -> str:
        ends, about = f" ({self.ends})" if self.ends else "", f", {self.about}" if self.about else ""
        return f"{self.role} {self.name} {self.figure}{ends}{about}".strip()


def number(value: float, unit: str) -> str:
    """A value without its unit; shares in percent."""
    if not math.isfinite(value):
        return "no limit" if value > 0 else "undefined"
    if unit == SHARE:
        return percent(value, 1 if abs(value) >= 0.0005 or value == 0 else 3)
    return f"{value:,.0f}" if unit == "parameters" else amount(float(f"{value:.3g}"))


def shown(value: float, unit: str) -> str:
    """A value with its unit.

    Example:
        >>> shown(0.9243, "share"), shown(1500.0, "ms"), shown(2.5, "per 24h"), shown(0.0512, "")
        ('92.4%', '1,500 ms', '2.5 per 24h', '0.0512')
    """
    text = number(value, unit)
    return f"{text}%" if unit == SHARE else f"{text} {unit}".strip()

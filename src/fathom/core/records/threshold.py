"""A threshold: the probability from which on the positive class is predicted, tuned on dev."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import number
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Threshold(Record):
    """Where predictions of two classes are cut.

    Attributes:
        value: predicted positive is what has a probability of at least this.
        positive: the positive class.
        metric: what it was tuned for, with what was required beside.
        role: where it was tuned.
        at_half: the metric there at 1/2.
        tuned: the metric there at `value`: too good, since the threshold was chosen for it.
        checked: the metric with thresholds that were each tuned on the other nine tenths.

    Example:
        >>> print(Threshold(value=0.37, positive="yes", metric="f1", role="dev", at_half=0.70, tuned=0.76, checked=0.74))
        threshold 0.37 on 'yes', tuned on dev for f1: 0.76 there, 0.74 cross-checked, 0.7 at 1/2
    """

    value: float
    positive: str
    metric: str
    role: str
    at_half: float
    tuned: float
    checked: float

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Threshold:
        """Read what `to_json` wrote.

        Raises:
            UnusableInput: it is something else.
        """
        made = cls(**values)
        for name in ("value", "at_half", "tuned", "checked"):
            number(f"threshold's {name}", getattr(made, name), low=0, high=1)
        return made

    def __str__(self) -> str:
        return (
            f"threshold {self.value:.3g} on '{self.positive}', tuned on {self.role} for {self.metric}: "
            f"{self.tuned:.3g} there, {self.checked:.3g} cross-checked, {self.at_half:.3g} at 1/2"
        )

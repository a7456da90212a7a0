"""A role measured again with corrected labels."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Relabeled(Record):
    """The error of one role before and after its labels were corrected.

    Attributes:
        role: "train", "train_dev", "dev" or "test".
        changed: labels that became others.
        confirmed: labels that were looked at and stay.
        before, after: the errors.

    Example:
        >>> print(Relabeled(role="dev", changed=6, confirmed=4, before=Estimate(value=0.1), after=Estimate(value=0.094)))
        dev: 6 labels corrected, 4 confirmed: 10.0% becomes 9.4%
    """

    role: str
    changed: int
    confirmed: int
    before: Estimate
    after: Estimate

    def __str__(self) -> str:
        figures = f"{100 * self.before.value:.1f}% becomes {100 * self.after.value:.1f}%"
        return f"{self.role}: {self.changed:,} label{'s' * (self.changed != 1)} corrected, {self.confirmed:,} confirmed: {figures}"

"""Whether wrong labels of dev are worth mending: by what share of the dev error they are (C3W2-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class LabelRule(Record):
    """The dev error in two parts, and what follows.

    Attributes:
        error: of dev.
        labels: the part that wrong labels are.
        others: the rest.
        share: labels over error.
        verdict: "fix", "leave" or "unclear".
        says: the rule applied, in sentences.

    Example:
        >>> print(LabelRule(error=0.02, labels=0.006, others=0.014, share=Estimate(value=0.3), verdict="fix", says="Mend them."))
        dev 2.0% = 0.6 wrong labels + 1.4 other causes: fix. Mend them.
    """

    error: float
    labels: float
    others: float
    share: Estimate
    verdict: Literal["fix", "leave", "unclear"]
    says: str = ""

    def __str__(self) -> str:
        parts = f"dev {100 * self.error:.1f}% = {100 * self.labels:.1f} wrong labels + {100 * self.others:.1f} other causes"
        return f"{parts}: {self.verdict}. {self.says}".strip()

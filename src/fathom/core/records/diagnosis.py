"""A diagnosis: the ladder, its gaps, the verdicts, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fathom.core.records.balance import Balance
from fathom.core.records.finding import Finding
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.general_table import GeneralTable
from fathom.core.records.ladder import Ladder
from fathom.core.records.mismatch import Mismatch
from fathom.core.records.record import Record
from fathom.core.records.reference import Reference
from fathom.core.records.step import Step

VERDICTS = {
    "avoidable_bias": "high bias",
    "variance": "high variance",
    "data_mismatch": "data mismatch",
    "dev_overfit": "overfitting to dev",
}
"""What a gap that is high is called."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis(Record):
    """What the distance is made of, how sure that is, and what to do next.

    Attributes:
        headline: the sum and the advice in a sentence or two.
        ladder: the errors from the floor up to test.
        gaps: by name, in the course's order; only gaps whose two rungs exist.
        verdicts: what is high: a subset of "high bias", "high variance", "data mismatch", "overfitting to dev".
        focus: the name of the gap to work on; None where no gap stands out.
        steps: what to do next, first things first.
        findings: what makes the figures less than they look.
        tolerance: the gap from which on it matters, in the unit of the errors.
        goal: the dev error that is wanted; None where nobody said.
        floor: the error that nobody can go below, and how it is known.
        references: plain methods on the same split, by name, the best one first.
        balance: why the ladder is one of balanced errors, and the plain errors; None where no class is rare. Floor, goal, tolerance and
            references are in the unit of the ladder.
        baseline: what needs no inputs (the commonest class, the median), by role, and the net against it; {} where it is not known.
        general: errors by kind of data, where sources are known or errors on data like dev were given; None otherwise.
        mismatch: what differs between train_dev and dev, where a mismatch is not low and the data are at hand; None otherwise.
        measured: sentences that rest on counted errors.
        inferred: sentences that rest on assumptions.
    """

    headline: str
    ladder: Ladder
    gaps: Mapping[str, Gap]
    verdicts: tuple[str, ...]
    focus: str | None
    floor: Floor
    tolerance: float
    goal: float | None = None
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    balance: Balance | None = None
    baseline: Mapping[str, Reference] = field(default_factory=dict)
    general: GeneralTable | None = None
    mismatch: Mismatch | None = None
    measured: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()

    def __str__(self) -> str:
        from fathom.core.diagnosis_lines import lines_of, text_of

        return "\n".join(text_of(line) for line in lines_of(self))

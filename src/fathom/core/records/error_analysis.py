"""An error analysis: what went wrong on dev, why as far as people said, and where it is worse than chance allows."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.label_rule import LabelRule
from fathom.core.records.mistake import Mistake
from fathom.core.records.record import Record
from fathom.core.records.relabeled import Relabeled
from fathom.core.records.slices import Slices
from fathom.core.records.step import Step
from fathom.core.records.suspect import Suspect
from fathom.core.records.tag_table import TagTable


@dataclass(frozen=True, kw_only=True)
class ErrorAnalysis(Record):
    """What went wrong on dev, and what follows (C3W2-01..06, 12).

    Attributes:
        name: of the data.
        error: of dev: the share that is wrong, or the mean distance as a share of the baseline's.
        wrong: mistakes (examples, for a number to predict).
        number: whether a number is predicted.
        unit, scale: of a number's errors: what one of 1.0 is; "" and None for classes.
        worst: the worst mistakes, the worst first.
        sample: the mistakes that were drawn at random to be looked at, in the order in which they were drawn; () where none were.
        columns: the input columns, those first in which mistakes differ most from the rest.
        table: shares and ceilings of the tags.
        slices: where dev does worse than chance allows; None where dev's inputs are not at hand.
        suspects: labels that are likely wrong, the likeliest first.
        suspected: how many there are in all, right ones of the net among them.
        labels: whether wrong labels are worth mending; None where nobody tagged one.
        relabeled: the roles measured again with corrected labels.
        steps: what to do about it.
        notes: what to bear in mind.
    """

    name: str
    error: Estimate
    wrong: int
    number: bool
    unit: str = ""
    scale: float | None = None
    worst: tuple[Mistake, ...] = ()
    sample: tuple[Mistake, ...] = ()
    columns: tuple[str, ...] = ()
    table: TagTable | None = None
    slices: Slices | None = None
    suspects: tuple[Suspect, ...] = ()
    suspected: int = 0
    labels: LabelRule | None = None
    relabeled: tuple[Relabeled, ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        from fathom.core.diagnosis_lines import text_of
        from fathom.core.mistakes_lines import lines_of

        return "\n".join(text_of(line) for line in lines_of(self))

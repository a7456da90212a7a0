"""Data ready to be learned from: split, and prepared once for one net or for many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.records.prepared import Prepared
from fathom.data.auditing.audit import quick_audit
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare, prepare_splits
from fathom.data.splits import Splits, split
from fathom.experiment.references import FittedReference, references
from fathom.experiment.text_references import text_references
from fathom.tasks.task import Task


@dataclass(eq=False)
class Ready:
    """Splits prepared once, for one net or for many.

    Attributes:
        splits: the sets by role.
        prepare: fitted on train.
        prepared: arrays by role.
        fitted: the references, once they are fitted; all nets on this data share them.
        audited: what the quick part of the audit saw; empty for subsets of data that were audited as a whole.
        elsewhere: fits them where dev is no part of these splits (in every fold).
    """

    splits: Splits
    prepare: Prepare
    prepared: Prepared
    fitted: list[FittedReference] | None = None
    audited: tuple[Finding, ...] = ()
    elsewhere: Callable[[], list[FittedReference]] | None = None

    def references(self, task: Task) -> list[FittedReference]:
        """Plain methods on the same split; fitted when they are first asked for."""
        if self.fitted is None and self.elsewhere is not None:
            self.fitted = self.elsewhere()
        if self.fitted is None:
            words, classes = self.prepare.vocabulary, len(self.splits.target.classes)
            if words is None:
                self.fitted = references(self.prepared, task, classes=classes)
            else:
                self.fitted = text_references(self.prepared, task, size=words.size, classes=classes)
        return self.fitted

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of data, splits, prepare and the quick audit."""
        return (*self.splits.findings, *self.prepare.findings, *self.prepared.findings, *self.audited)


def make_ready(splits: Splits | Dataset | Ready) -> Ready:
    """Split what is not split yet, fit `prepare` on train, apply it to every role, and audit what takes no time."""
    if isinstance(splits, Ready):
        return splits
    if isinstance(splits, Dataset):
        splits = split(splits)
    if not isinstance(splits, Splits):
        raise refuse("`splits`", expected="Splits or a Dataset", got=type(splits).__name__, fix="use fathom.split(fathom.load(...))")
    prepare, prepared = prepare_splits(splits)
    return Ready(splits, prepare, prepared, audited=quick_audit(splits, prepare, prepared))

"""Data ready to be learned from: split, and prepared once for one net or for many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.picture_nets import for_pictures
from fathom.core.records.finding import Finding
from fathom.core.records.prepared import Prepared
from fathom.data.auditing.audit import quick_audit
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare, prepare_splits
from fathom.data.preparing.pictures import picture_in
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
        other: the same pictures as the other nets take them; made when one first asks.
    """

    splits: Splits
    prepare: Prepare
    prepared: Prepared
    fitted: list[FittedReference] | None = None
    audited: tuple[Finding, ...] = ()
    elsewhere: Callable[[], list[FittedReference]] | None = None
    other: Ready | None = None

    def for_net(self, net: Any, *, whole: bool = False) -> Ready:
        """The same data as a net takes them: pictures whole for those made for them and where they are altered, else columns."""
        whole = whole or for_pictures(net)
        if whole == (self.prepare.picture is not None) or picture_in(self.splits.train) is None:
            return self
        if self.other is None:
            self.other = Ready(self.splits, *prepare_splits(self.splits, pictures=whole), audited=self.audited, other=self)
        return self.other

    def references(self, task: Task) -> list[FittedReference]:
        """Plain methods on the same split; fitted when they are first asked for."""
        if self.fitted is None and self.elsewhere is not None:
            self.fitted = self.elsewhere()
        if self.fitted is None:
            words, classes = self.prepare.vocabulary, len(self.splits.target.classes)
            if words is None:
                self.fitted = references(self.prepared, task, classes=classes)
            else:
                self.fitted = text_references(self.prepared, task, length=words.length, size=words.size, classes=classes)
        return self.fitted

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of data, splits, prepare and the quick audit."""
        return (*self.splits.findings, *self.prepare.findings, *self.prepared.findings, *self.audited)


def make_ready(splits: Splits | Dataset | Ready, net: Any = None) -> Ready:
    """Split what is not split yet, fit `prepare` on train, apply it to every role, and audit what takes no time.

    Args:
        splits: the data.
        net: that is to learn from them; one of the catalogue for pictures gets them whole.
    """
    if isinstance(splits, Ready):
        return splits
    if isinstance(splits, Dataset):
        splits = split(splits)
    if not isinstance(splits, Splits):
        raise refuse("`splits`", expected="Splits or a Dataset", got=type(splits).__name__, fix="use fathom.split(fathom.load(...))")
    prepare, prepared = prepare_splits(splits, pictures=for_pictures(net))
    return Ready(splits, prepare, prepared, audited=quick_audit(splits, prepare, prepared))

"""A role measured again with corrected labels, dev and test by the same process (C3W2-04, C3W2-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.intervals import interval_of
from fathom.core.records.corrections import Corrections
from fathom.core.records.errors import Errors
from fathom.core.records.relabeled import Relabeled
from fathom.core.records.target import Target
from fathom.data.prepare import Prepare
from fathom.data.target import decode
from fathom.experiment.drawn import names_of
from fathom.experiment.outcome import errors_in

if TYPE_CHECKING:
    import polars as pl


class Measured(Protocol):
    """What is read of a run."""

    tables: dict[str, pl.DataFrame]
    target: Target
    prepare: Prepare


def relabeled(run: Measured, corrections: Corrections) -> tuple[Relabeled, ...]:
    """Each role that was measured and has corrected labels, before and after.

    Raises:
        UnusableInput: an id that the role has not, or a label that is none of the target's.
    """
    made = []
    for role, labels in corrections.labels.items():
        if role in run.tables and labels:
            table = run.tables[role]
            new = corrected_table(run, role, labels)
            changed = int((new.get_column("truth") != table.get_column("truth")).sum())
            before, after = (interval_of(Errors(e.value, np.ones(len(e.value)), e.group)) for e in map(errors_in, (table, new)))
            made.append(Relabeled(role=role, changed=changed, confirmed=len(labels) - changed, before=before, after=after))
    return tuple(made)


def corrected_table(run: Measured, role: str, labels: Mapping[str, str]) -> pl.DataFrame:
    """The table of a role with corrected truths, and the errors that follow; the predictions stay.

    Args:
        run: measured on the role.
        role: its name.
        labels: the right label by id.

    Raises:
        UnusableInput: an id that the role has not, or a label that is none of the target's.
    """
    import polars as pl

    table = run.tables[role]
    rows = {name: i for i, name in enumerate(names_of(table))}
    unknown = [name for name in labels if name not in rows]
    if unknown:
        raise refuse(f"corrections of {role}", expected=f"ids of {role}", got=shown((name[:40] for name in unknown), 4))
    truth = table.get_column("truth").to_list()
    for name, label in labels.items():
        truth[rows[name]] = value_of(label, run.target)
    new = table.with_columns(pl.Series("truth", truth, dtype=table.schema["truth"]))
    if run.target.kind == "regression":
        scale = run.prepare.target_scale
        apart = (new.get_column("truth") - new.get_column("prediction")).abs() / (1.0 if scale is None else scale.baseline)
        return new.with_columns(apart.alias("error"))
    return new.with_columns((new.get_column("truth") != new.get_column("prediction")).cast(pl.Float64).alias("error"))


def value_of(label: str, target: Target) -> object:
    """A label as text, in the type of the target.

    Raises:
        UnusableInput: none of the classes, or no number.
    """
    text = label.strip()
    if target.kind == "regression":
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise refuse("label", expected="a number", got=repr(label[:60]))
        return value
    if text not in target.classes:
        hint = did_you_mean(text[:60], target.classes)
        raise refuse("label", expected=f"one of {shown(target.classes)}", got=repr(text[:60]), fix=hint)
    return decode([target.classes.index(text)], target).to_list()[0]

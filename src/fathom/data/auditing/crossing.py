"""What must not cross roles and does: groups in two of them, and times of train that are later than those of dev and test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.data.auditing.check import Seen, severity_of
from fathom.data.auditing.subject import Subject
from fathom.data.reading.words import names_an_identifier
from fathom.data.splitting.by_time import times_of
from fathom.data.splitting.hints import FEW_DAYS

REPEATED = 2.0
"""Rows for each value from which on a column that is named as an identifier names things with several rows."""


def groups(subject: Subject) -> Seen:
    """Groups that stand in train and in another role."""
    return Seen(findings=tuple(found for column in _grouping(subject) for found in _crossing(subject, column)))


def _grouping(subject: Subject) -> Iterator[Column]:
    """The column that the user named, and those whose name and values say that they name things."""
    for column in subject.train.columns:
        if column.use == "group" or (column.use in ("input", "aside") and names_an_identifier(column.name) and _repeats(subject, column)):
            yield column


def _repeats(subject: Subject, column: Column) -> bool:
    values = subject.train.table.get_column(column.name).drop_nulls()
    return 0 < values.n_unique() * REPEATED <= len(values)


def _crossing(subject: Subject, column: Column) -> Iterator[Finding]:
    known = subject.train.table.get_column(column.name).drop_nulls().unique()
    for role, data in subject.roles.items():
        values = data.table.get_column(column.name)
        if role == "train" or values.dtype != known.dtype:
            continue
        inside = values.is_in(known.implode()) & values.is_not_null()
        count, share = int(inside.sum()), float(inside.sum()) / len(data)
        if not count:
            continue
        names = values.filter(inside).unique().sort().head(5).to_list()
        yield Finding(
            id="data.leak.group",
            severity=severity_of(share) if column.use == "group" else "warning",  # type: ignore[arg-type]
            what=f"{count:,} of {len(data):,} rows of {role} ({share:.0%}) belong to a '{column.name}' that train has rows of too.",
            where=role,
            evidence={"column": column.name, "rows": count, "share": share, "groups": names},
            cause="the split was made row by row",
            fix=f"Let fathom split the whole set with group='{column.name}'.",
        )


def times(subject: Subject) -> Seen:
    """Train rows that are later than the rows that it is measured on."""
    found = [finding for column in _dated(subject) for finding in _later(subject, column)]
    return Seen(findings=tuple(found))


def _dated(subject: Subject) -> Iterator[Column]:
    for column in subject.train.columns:
        if column.use == "time" or (column.use in ("input", "aside") and column.kind == "date"):
            yield column


def _later(subject: Subject, column: Column) -> Iterator[Finding]:
    """Told a time, any train row later than the first of dev is one too many; else only a set that runs backwards is."""
    train = _present(subject, "train", column)
    if not len(train) or len(np.unique(train)) < (2 if column.use == "time" else FEW_DAYS):
        return
    for role in subject.roles:
        moments = _present(subject, role, column)
        if role == "train" or not len(moments):
            continue
        first = moments.min()
        share = float((train > first).mean())
        backwards = float((train > np.quantile(_numbers(moments), 0.9)).mean()) if column.use != "time" else 1.0
        if share > 0 and (column.use == "time" or backwards > 0.5):
            yield _leak(column, role, share, first, train.max())


def _present(subject: Subject, role: str, column: Column) -> NDArray[Any]:
    """Moments as float64, missing ones left out."""
    values = _numbers(times_of(subject.roles[role].table.get_column(column.name)))
    return values[np.isfinite(values)]


def _numbers(moments: NDArray[Any]) -> NDArray[np.float64]:
    if moments.dtype.kind != "M":
        return moments.astype(np.float64)
    numbers = moments.astype(np.int64).astype(np.float64)
    numbers[np.isnat(moments)] = np.nan
    return numbers


def _leak(column: Column, role: str, share: float, first: float, last: float) -> Finding:
    return Finding(
        id="data.leak.time",
        severity=severity_of(share),  # type: ignore[arg-type]
        what=f"{share:.1%} of train's rows are later by '{column.name}' than the first row of {role} ({_written(column, first)}; "
        f"train runs to {_written(column, last)}): train knows the future.",
        where=role,
        evidence={"column": column.name, "share": share, "first": _written(column, first), "last_of_train": _written(column, last)},
        cause="the split was made at random, or the files stand in the wrong order",
        fix=f"Let fathom split the whole set with time='{column.name}'.",
    )


def _written(column: Column, moment: float) -> str:
    return str(np.datetime64(int(moment), "us"))[:10] if column.kind == "date" else f"{moment:g}"

"""Inputs that should be none: a column that gives the target away, one that holds it, one that only names the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import shown
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.data.auditing.check import Seen
from fathom.data.auditing.single_column import Alone, alone_on_classes, alone_on_numbers
from fathom.data.auditing.subject import Subject
from fathom.data.reading.words import names_an_identifier

PERFECT = {"classes": 0.02, "numbers": 0.05}
"""A column whose error is at most this share of the baseline's, and surely below `SURELY`, tells the target as good as exactly."""

SURELY = 0.2

BESIDE = 0.1
"""The next best column's error must be larger than this, unless the perfect one's is surely below half of it: where several columns do
nearly as well, the set is an easy one."""

STRONG = 0.25
"""A column is suspected from here on, if it also stands out."""

OUT_OF_LINE = 2.0
"""By how much, surely, the next column's error must be larger for a column to stand out."""

FEWEST = 30
"""Rows of train below which chance alone finds columns that fit."""

NAMES_ROWS = 0.95
"""Different values for each row from which on a category names the rows."""


def giveaways(subject: Subject) -> Seen:
    """Single columns that are far too good."""
    train = subject.train
    if len(train) < FEWEST:
        return Seen(left=f"train has only {len(train)} rows")
    rows = subject.drawn("train", subject.most)
    found = alone(subject, rows)
    sampled = len(rows) < len(train)
    approximate = (f"Single columns were held against the target on {len(rows):,} of {len(train):,} rows of train.",) if sampled else ()
    return Seen(findings=tuple(_said(subject, found)), approximate=approximate)


def alone(subject: Subject, rows: NDArray[np.int64]) -> dict[str, Alone]:
    """By input, how far it tells the target by itself."""
    data = subject.train.take(rows)
    y, classes = data.y, len(data.target.classes)
    found = {}
    for column in data.inputs:
        values, ordered = _values(data.table.get_column(column.name), column)
        found[column.name] = (
            alone_on_classes(values, y.astype(np.int64), classes, ordered=ordered)
            if classes
            else alone_on_numbers(values, y.astype(np.float64), ordered=ordered)
        )
    return found


def _values(series: object, column: Column) -> tuple[NDArray[np.float64], bool]:
    """(n,) numbers with NaN where missing, and whether their order says something."""
    import polars as pl

    assert isinstance(series, pl.Series)
    if column.kind in ("number", "boolean"):
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy(), column.kind == "number"
    if column.kind == "date":
        return series.cast(pl.Datetime("us")).to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy(), True
    codes = series.rank("dense").cast(pl.Float64)
    return codes.fill_null(float("nan")).to_numpy(), False


def _said(subject: Subject, found: dict[str, Alone]) -> Iterator[Finding]:
    perfect = _perfect(found, PERFECT["classes" if subject.train.target.classes else "numbers"])
    yield from (_holds(subject, name, found[name]) for name in perfect)
    others = sorted((name for name in found if name not in perfect), key=lambda name: found[name].value)
    out = _out_of_line([found[name] for name in others])
    rest = min((found[name].value for name in others[out:]), default=1.0)
    yield from (_gives_away(subject, name, found[name], rest) for name in others[:out])


def _perfect(found: dict[str, Alone], most: float) -> list[str]:
    """The columns that tell the target as good as exactly."""
    able = [name for name, own in found.items() if own.value <= most and own.high <= SURELY]
    easy = min((own.value for name, own in found.items() if name not in able), default=1.0) <= BESIDE
    return [name for name in able if not easy or found[name].high <= BESIDE / 2]


def _out_of_line(ordered: list[Alone]) -> int:
    """How many of the best columns stand out: one, or a few of many, with a wide step to the next."""
    for count in range(1, max(1, len(ordered) // 4) + 1):
        if count >= len(ordered) or ordered[count - 1].high > STRONG:
            return 0
        if ordered[count].low >= OUT_OF_LINE * ordered[count - 1].high:
            return count
    return 0


def _holds(subject: Subject, name: str, own: Alone) -> Finding:
    target = subject.train.target.name
    return Finding(
        id="data.leak.target_copy",
        severity="error",
        what=f"'{name}' alone tells '{target}' as good as exactly (error {own.value:.1%} of that without any column).",
        where=name,
        evidence={"column": name, "of_baseline": own.value, "at_most": own.high},
        cause="it is the target in other words, or is known only when the answer is",
        fix=f"Leave it out unless it is known before the answer: ignore='{name}'.",
    )


def _gives_away(subject: Subject, name: str, own: Alone, rest: float) -> Finding:
    target = subject.train.target.name
    return Finding(
        id="data.leak.giveaway",
        severity="warning",
        what=f"'{name}' alone brings the error on '{target}' to {own.value:.0%} of that without any column; the next best to {rest:.0%}.",
        where=name,
        evidence={"column": name, "of_baseline": own.value, "next": rest},
        cause="it is known only when the answer is, or it truly decides",
        fix=f"Ask when its value is known; if not before the answer: ignore='{name}'.",
    )


def identifiers(subject: Subject) -> Seen:
    """Inputs that only name the rows: a net learns them by heart and knows nothing of new ones."""
    inputs = subject.train.inputs
    if len(inputs) < 2 or subject.rows < FEWEST:
        return Seen()
    named = [c.name for c in inputs if _names_rows(subject, c)]
    if not named:
        return Seen()
    verb = "names the rows and is" if len(named) == 1 else "name the rows and are"
    what = f"{shown(map(repr, named), 4)} {verb} used as an input."
    finding = Finding(
        id="data.leak.identifier",
        severity="warning",
        what=what,
        where=shown(named, 4),
        evidence={"columns": named, "rows": subject.rows},
        cause="a number or name that was given to each row; where the file is sorted it gives the target away",
        fix=f"Leave it out: ignore='{named[0]}'.",
    )
    return Seen(findings=(finding,))


def _names_rows(subject: Subject, column: Column) -> bool:
    """A category with a value of its own for nearly every row, or whole numbers that count the rows or are named so."""
    import polars as pl

    if column.kind not in ("category", "number"):
        return False
    head = subject.train.table.get_column(column.name).head(100).drop_nulls()
    if head.n_unique() < NAMES_ROWS * len(head) or (column.kind == "number" and not bool((head == head.floor()).all())):
        return False
    values = pl.concat([data.table.get_column(column.name) for data in subject.roles.values()]).drop_nulls()
    if values.n_unique() < (NAMES_ROWS if column.kind == "category" else 1.0) * len(values) or len(values) < 0.9 * subject.rows:
        return False
    if column.kind == "category":
        return True
    first, last = (float(v) for v in (values.min(), values.max()))  # type: ignore[arg-type]
    return bool((values == values.floor()).all()) and (names_an_identifier(column.name) or last - first == len(values) - 1)

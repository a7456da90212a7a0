"""From a raw table to a dataset: kinds, uses, the target, and which rows can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.records.column import Use
from fathom.core.records.finding import Finding
from fathom.core.roles import role_of
from fathom.data.dataset import Dataset
from fathom.data.reading.columns import Typed, check_told, easy_numbers, merged, type_column
from fathom.data.reading.raw import Raw
from fathom.data.reading.target_kind import Settled, settle
from fathom.data.reading.text_column import with_text

if TYPE_CHECKING:
    import polars as pl

FEWEST_ROWS = 10
"""Fewer examples than this cannot be split into anything that tells something."""

_ROLE_NAMES = ("role", "split", "subset", "partition", "set")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user said about a set: its target, the uses of columns, what to ignore, kinds to take for granted; its text."""

    target: str | None = None
    kind: str | None = None
    uses: Mapping[str, Use] = field(default_factory=dict)
    ignore: Sequence[str] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    tokens: str = "words"


def assemble(raw: Raw, wanted: Wanted, *, generated: bool = False) -> Dataset:
    """Type the columns of a raw table and settle its target.

    Raises:
        UnusableInput: no target, a column that is not there, too few rows, one class only, nothing to learn from.
    """
    names = raw.frame.columns
    target = _target_name(raw, wanted)
    _check_names(names, target, wanted)
    settled = settle(raw.frame.get_column(target), wanted.kind or (raw.kind if target == raw.target else None), raw.comma_free)
    keep = settled.values.is_not_null()
    _check_rows(raw, settled, int(keep.sum()))
    found_role = _role_column(raw.frame, target, wanted)
    uses = {**_own_uses(raw, target, wanted), **wanted.uses, **found_role}
    inputs = [name for name in names if name not in wanted.ignore]
    numbers = easy_numbers(raw.frame.select([name for name in inputs if name != target]))
    typed = [_typed(raw, column, settled, uses, wanted, numbers) for column in raw.frame.select(inputs).get_columns()]
    typed = with_text(typed, wanted.text, wanted.tokens)
    table = _table(typed)
    rows = np.arange(table.height, dtype=np.int64)
    if not keep.all():
        table, rows = table.filter(keep), rows[keep.to_numpy()]
    columns = tuple(t.column for t in typed if t.values is not None)
    seen = [f for t in typed for f in t.findings]
    findings = (*raw.findings, *_left_out(settled, keep), *settled.findings, *_roles_said(found_role), *merged(seen))
    data = Dataset(raw.name, table, columns, settled.target, rows, findings, raw.path, raw.digest, generated, dict(raw.notes))
    _check_inputs(data)
    return data


def _own_uses(raw: Raw, target: str, wanted: Wanted) -> dict[str, Use]:
    """The uses that the source tells, but for those that the user gave to another column."""
    return {name: use for name, use in raw.uses.items() if use not in wanted.uses.values() and name not in (target, *wanted.ignore)}


def _target_name(raw: Raw, wanted: Wanted) -> str:
    name = wanted.target or raw.target
    if name:
        return name
    raise refuse("`target`", expected="the name of the column to predict", got="none", fix=f"take one of {shown(raw.frame.columns, 12)}")


def _check_names(names: list[str], target: str, wanted: Wanted) -> None:
    named = {
        "target": [target],
        "text": [wanted.text] if wanted.text else [],
        "ignore": list(wanted.ignore),
        "group, time, id or role": list(wanted.uses),
    }
    for what, given in named.items():
        for name in given:
            if name not in names:
                hint = did_you_mean(name, names) or f"take one of {shown(names, 12)}"
                raise refuse(f"`{what}`", expected="the name of a column", got=f"'{name}', which is not there", fix=hint)
    if wanted.text in (target, *wanted.ignore, *wanted.uses):
        raise refuse("`text`", expected="a column with no other use", got=f"'{wanted.text}' twice")
    if target in wanted.ignore or target in wanted.uses:
        raise refuse("`target`", expected="a column with no other use", got=f"'{target}' twice")
    check_told(wanted.types, names)


def _check_rows(raw: Raw, settled: Settled, usable: int) -> None:
    if usable < FEWEST_ROWS:
        missing = len(settled.values) - usable
        got = f"{usable} row{'s' if usable != 1 else ''}" + (f" ({missing:,} more have no target)" if missing else "")
        raise refuse(raw.path or raw.name, expected=f"at least {FEWEST_ROWS} rows with a target", got=got)


def _role_column(frame: pl.DataFrame, target: str, wanted: Wanted) -> dict[str, Use]:
    """A text column called role (split, subset, ...) whose values are all roles, one of them train."""
    import polars as pl

    if "role" in wanted.uses.values():
        return {}
    for name, dtype in frame.schema.items():
        if name.lower() not in _ROLE_NAMES or dtype != pl.String or name in (target, *wanted.ignore, *wanted.uses, *wanted.types):
            continue
        if _are_roles(frame.get_column(name)):
            return {name: "role"}
    return {}


def _are_roles(text: pl.Series) -> bool:
    words = text.unique()
    if words.null_count() or len(words) > 8:
        return False
    try:
        roles = {role_of(word) for word in words}
    except UnusableInput:
        return False
    return "train" in roles and len(roles) > 1


def _roles_said(found: Mapping[str, Use]) -> list[Finding]:
    return [
        Finding(id="data.column.role", severity="info", what=f"'{name}' says the role of each row; the split is taken from it.", where=name)
        for name in found
    ]


def _typed(
    raw: Raw, column: pl.Series, settled: Settled, uses: Mapping[str, Use], wanted: Wanted, numbers: Mapping[str, pl.Series]
) -> Typed:
    name = column.name
    if name == settled.target.name:
        return Typed(settled.column, settled.values)
    use = uses.get(name)
    told = "text" if name == wanted.text else wanted.types.get(name) or ("category" if use in ("group", "id", "role") else None)
    typed = type_column(column, use=use, told=told, array=raw.array, comma_free=raw.comma_free, numbers=numbers.get(name))
    if use == "time" and typed.column.kind not in ("date", "number"):
        raise refuse(
            "`time`",
            expected="a column of dates or numbers",
            got=f"'{name}' ({typed.column.kind})",
            fix=f"give its format, as types={{'{name}': '%d/%m/%Y'}}",
        )
    return typed


def _table(typed: Sequence[Typed]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([t.values.alias(t.column.name) for t in typed if t.values is not None])


def _left_out(settled: Settled, keep: pl.Series) -> list[Finding]:
    missing = len(keep) - int(keep.sum())
    if not missing:
        return []
    name = settled.target.name
    what = f"{missing:,} of {len(keep):,} rows have no target ('{name}') and are left out."
    evidence = {"missing": missing, "rows": len(keep)}
    return [Finding(id="data.target.missing", severity="warning", what=what, where=name, evidence=evidence)]


def _check_inputs(data: Dataset) -> None:
    inputs = [c.name for c in data.inputs]
    if not inputs:
        aside = shown(c.name for c in data.columns if c.use != "target")
        got = f"none (left aside: {aside})" if aside else "only the target"
        texts = [c.name for c in data.columns if c.kind == "text"]
        fix = f"say which text is read, as text='{texts[0]}'" if texts else "use one of them by types={...}"
        raise refuse(data.path or data.name, expected="at least one input column that can be used", got=got, fix=fix)
    if all(data.table.get_column(name).n_unique() < 2 for name in inputs):
        raise refuse(data.path or data.name, expected="inputs that differ between rows", got=f"{len(inputs):,} constant inputs")

"""Several sets as one, with a column that says which of them an example comes from: the goal's own set and others like it (C3W2-07)."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fathom.core.expectations import refuse, shown
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.target import Target
from fathom.data.dataset import Dataset
from fathom.data.splitting.existing import conformed

COLUMN = "source"
"""The name of the column; with underscores after it where the goal has one of that name."""


def joined(goal: Dataset, also: Any) -> Dataset:
    """The goal's examples, then those of the other sets, conformed to the goal's columns.

    The goal decides which columns there are and how they are read; classes that only other sets have are added at the end.

    Args:
        goal: the set that counts.
        also: another set, several, or a mapping of name -> set; each a Dataset or anything that `load` reads.

    Returns:
        A set with a column of the use "source"; `rows` counts on from set to set.

    Raises:
        UnusableInput: no other set, one without a column of the goal, or two of one name.
    """
    sets = {name: conformed(name, source, goal) for name, source in _named(also, goal).items()}
    target = _with_classes(goal.target, sets)
    parts = {goal.name: goal, **sets}
    column = _free_name(goal)
    table = _stacked(parts, column)
    names = [name for name, part in parts.items() for _ in range(len(part))]
    digests = "".join(part.digest for part in parts.values())
    return Dataset(
        name=" + ".join(parts),
        table=table,
        columns=(*goal.columns, Column(name=column, kind="category", use="source")),
        target=target,
        rows=np.arange(len(names), dtype=np.int64),
        findings=(*goal.findings, *_own(goal, sets), *_new_classes(goal.target, target, sets)),
        path=goal.path,
        digest=hashlib.blake2b(digests.encode(), digest_size=32).hexdigest() if digests else "",
        generated=goal.generated,
        notes={**goal.notes, "also": ", ".join(part.path or name for name, part in sets.items())},
    )


def _named(also: Any, goal: Dataset) -> dict[str, Any]:
    listed = also if isinstance(also, Mapping) else dict(_with_names(also if _several(also) else [also]))
    if not listed:
        raise refuse("`also`", expected="another set, several, or a mapping of name -> set", got=repr(also)[:80])
    if goal.name in listed:
        fix = "give names: also={'web': ...}"
        raise refuse("`also`", expected=f"sets with other names than the goal's, '{goal.name}'", got=f"'{goal.name}'", fix=fix)
    return {str(name): source for name, source in listed.items()}


def _several(also: Any) -> bool:
    return isinstance(also, list | tuple) and not (isinstance(also, tuple) and len(also) == 2 and hasattr(also[0], "ndim"))


def _with_names(also: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each set under its own name: a Dataset's, a file's without its ending, else its place."""
    from fathom.data.sources.paths import stem_of

    taken: set[str] = set()
    for place, source in enumerate(also, start=1):
        name = source.name if isinstance(source, Dataset) else stem_of(Path(source)) if _is_path(source) else f"other {place}"
        name = name if name not in taken else f"{name} {place}"
        taken.add(name)
        yield name, source


def _is_path(source: Any) -> bool:
    return isinstance(source, str | Path) and not str(source).startswith("sample:")


def _free_name(goal: Dataset) -> str:
    name = COLUMN
    while name in goal.table.columns:
        name += "_"
    return name


def _stacked(parts: Mapping[str, Dataset], column: str) -> Any:
    import polars as pl

    first = next(iter(parts.values())).table.columns
    return pl.concat([part.table.select(first).with_columns(pl.lit(name).alias(column)) for name, part in parts.items()])


def _with_classes(target: Target, sets: Mapping[str, Dataset]) -> Target:
    """The target with the classes that only other sets have."""
    if target.kind == "regression":
        return target
    there = {str(label) for part in sets.values() for label in part.table.get_column(target.name).unique()}
    classes = (*target.classes, *sorted(there - set(target.classes)))
    return dataclasses.replace(target, classes=classes, kind="multiclass" if len(classes) > 2 else target.kind)


def _new_classes(before: Target, after: Target, sets: Mapping[str, Dataset]) -> Iterator[Finding]:
    new = after.classes[len(before.classes) :]
    if new:
        what = f"The goal has no example of {shown(map(repr, new), 5)}: {' and '.join(sets)} {'has' if len(sets) == 1 else 'have'}."
        fix = "If a class is only spelled otherwise there, spell it alike."
        yield Finding(
            id="data.source.new_class", severity="warning", what=what, where=before.name, evidence={"classes": list(new)}, fix=fix
        )


def _own(goal: Dataset, sets: Mapping[str, Dataset]) -> Iterator[Finding]:
    """What was seen in the other sets and not in the goal."""
    seen = {(f.id, f.what) for f in goal.findings}
    for part in sets.values():
        yield from (f for f in part.findings if (f.id, f.what) not in seen)

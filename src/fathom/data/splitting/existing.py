"""Splits that exist: sets by role as they were given, or as a role column says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse, shown
from fathom.core.records.finding import Finding
from fathom.core.roles import ROLES, role_of
from fathom.data.dataset import Dataset

if TYPE_CHECKING:
    import polars as pl


def as_dataset(source: Any, target: str | None = None) -> Dataset:
    """A Dataset as it is; anything else is loaded.

    Raises:
        UnusableInput: it cannot be loaded.
    """
    if isinstance(source, Dataset):
        return source
    from fathom.data.load import load

    return load(source, target=target)


def like_train(role: str, source: Any, train: Dataset) -> Dataset:
    """A role's set with train's columns, kinds and classes.

    Args:
        role: "dev", "test" or "train_dev"; named in errors.
        source: a Dataset, or anything that `load` reads.
        train: what it must be like.

    Raises:
        UnusableInput: an input column or the target is missing, or a class that train does not have.
    """
    data = conformed(role, source, train)
    _check_target(role, data.table.get_column(train.target.name), train)
    return dataclasses.replace(data, target=train.target)


def conformed(name: str, source: Any, known: Dataset) -> Dataset:
    """A set with the columns and kinds of one that is known; its classes are not looked at.

    Raises:
        UnusableInput: an input column or the target is missing, or no example is left.
    """
    if isinstance(source, Dataset) and _typed_alike(source, known):
        return dataclasses.replace(source, table=source.table.select([c.name for c in known.columns]), columns=known.columns)
    return _conformed(name, source, known)


def _typed_alike(data: Dataset, train: Dataset) -> bool:
    own, wanted = data.table.schema, train.table.schema
    return all(own.get(c.name) == wanted[c.name] for c in train.columns)


def _conformed(role: str, source: Any, train: Dataset) -> Dataset:
    from fathom.data.conform import conform

    if isinstance(source, int | float):
        raise refuse(f"`{role}`", expected="a set", got=repr(source), fix=f"a size is {role}_size={source}")
    try:
        table, findings = conform(source, train.columns, need_target=True)
    except UnusableInput as error:
        raise UnusableInput(f"{role}: {error}") from None
    if not table.height:
        raise refuse(role, expected="at least one example with a target", got="none")
    found = tuple(dataclasses.replace(f, what=f"{role}: {f.what}") for f in findings)
    table = table.select(_columns(table, train))
    if isinstance(source, Dataset) and len(source) == table.height:
        return dataclasses.replace(source, table=table, columns=train.columns, findings=(*source.findings, *found))
    path = str(source) if isinstance(source, str | Path) else ""
    return Dataset(role, table, train.columns, train.target, np.arange(table.height), findings=found, path=path)


def _columns(table: pl.DataFrame, train: Dataset) -> list[Any]:
    """Train's columns out of a conformed table; one that the net does not see may be missing throughout."""
    import polars as pl

    there, kinds = set(table.columns), train.table.schema
    return [pl.col(c.name) if c.name in there else pl.lit(None, dtype=kinds[c.name]).alias(c.name) for c in train.columns]


def _check_target(role: str, labels: pl.Series, train: Dataset) -> None:
    """Refuse classes that train does not have."""
    from fathom.data.target import encode

    try:
        encode(labels, train.target)
    except UnusableInput as error:
        raise UnusableInput(f"{role}: {error} A net has no output for a class that train does not have.") from None


def check_train(data: Dataset) -> None:
    """Refuse an empty train set."""
    if not len(data):
        raise refuse("train", expected="at least one example", got="none", fix="give a train set")


def by_role_column(data: Dataset, column: str) -> dict[str, Dataset]:
    """The set cut by its role column, in the order of roles.

    Raises:
        UnusableInput: a value that names no role, a missing one, or no train.
    """
    words = data.table.get_column(column)
    if words.null_count():
        raise refuse(f"role column '{column}'", expected="a role in every row", got=f"{words.null_count():,} without one")
    named = {word: role_of(word) for word in map(str, words.unique())}
    roles = np.array([named[str(word)] for word in words.to_list()])
    found = {role: data.take(np.flatnonzero(roles == role)) for role in ROLES if (roles == role).any()}
    if "train" not in found:
        raise refuse(f"role column '{column}'", expected="rows of train", got=f"only {shown(found)}")
    return found


def absent_findings(rows: Mapping[str, int]) -> tuple[Finding, ...]:
    """What cannot be said without dev, or without test (C2W1-07)."""
    found = []
    if not rows.get("dev"):
        what = "There is no dev set: variance cannot be told, and nothing can be chosen by it."
        found.append(Finding(id="data.split.no_dev", severity="warning", what=what, where="dev", fix="Leave dev_size out, or give dev=."))
    if not rows.get("test"):
        what = "There is no test set: what is chosen by dev is measured by dev, which flatters it."
        found.append(Finding(id="data.split.no_test", severity="info", what=what, where="test"))
    return tuple(found)


def absent_classes(roles: Mapping[str, Dataset]) -> tuple[Finding, ...]:
    """Classes that a role has no example of."""
    target = roles["train"].target
    if target.kind == "regression":
        return ()
    found = []
    for role, data in roles.items():
        missing = [target.classes[i] for i in np.flatnonzero(np.bincount(data.y, minlength=len(target.classes)) == 0)] if len(data) else []
        if missing:
            severity, words = ("warning", "class" if len(missing) == 1 else "classes")
            what = f"{role} has no example of {len(missing)} {words}: {shown(missing, 5)}."
            found.append(
                Finding(
                    id="data.split.rare_class",
                    severity=severity,  # type: ignore[arg-type]
                    what=what,
                    where=role,
                    evidence={"classes": missing, "role": role},
                    cause="a class with too few examples to be in every role",
                )
            )
    return tuple(found)

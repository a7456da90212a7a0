"""The classes of the examples behind the errors: which are rare, and the errors that a verdict is then taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import refuse
from fathom.core.intervals import interval_of_paired
from fathom.core.records.estimate import Estimate
from fathom.core.roles import role_of
from fathom.diagnosis.sources import Measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

Truth = Mapping[str, "NDArray[Any]"]
"""By role, what is true of each example: its class, or its number."""


@dataclass(frozen=True)
class Rare:
    """The share of each rare class, and the role that they were counted in."""

    shares: Mapping[str, float]
    role: str


def truth_by_role(truth: Mapping[str, Any] | None, roles: Mapping[str, Measured]) -> dict[str, NDArray[Any]]:
    """What is true of each example by role, checked against the errors; {} where nobody said.

    Raises:
        UnusableInput: a role without errors for each example, or another number of examples.
    """
    if not truth:
        return {}
    import numpy as np

    found = {role_of(word): np.asarray(values).reshape(-1) for word, values in truth.items()}
    for role, values in found.items():
        errors = roles[role].errors if role in roles else None
        if role in roles and (errors is None or len(errors) != len(values)):
            got = "a rate" if errors is None else f"{len(values):,} for {len(errors):,} errors"
            raise refuse(f"`truth` of {role}", expected="one for each error of the role", got=got)
    return {role: found[role] for role in roles if role in found}


def rare_in(truth: Truth) -> Rare | None:
    """The rare classes of train where it is known, else of dev; None where no class is rare."""
    role = next((r for r in ("train", "dev") if r in truth), None)
    if role is None:
        return None
    from fathom.core.balanced import rare_classes  # after the return, so that bare rates load no NumPy

    shares = rare_classes(truth[role])
    return Rare(shares, role) if shares else None


def balanced_roles(roles: Mapping[str, Measured], truth: Truth, rare: Rare, seed: int) -> dict[str, Measured]:
    """Each role by its balanced error.

    Raises:
        UnusableInput: the classes of a role are not known, so that its error could not be compared with the others'.
    """
    lacking = [role for role in roles if role not in truth]
    if lacking:
        got = f"none for {' and '.join(lacking)}"
        fix = "give them, or leave truth out for the plain error"
        expected = f"the classes of every role, because '{next(iter(rare.shares))}' is rare"
        raise refuse("`truth`", expected=expected, got=got, fix=fix)
    return {role: balance(m, truth[role], seed + i) for i, (role, m) in enumerate(roles.items())}


def balance(m: Measured, classes: NDArray[Any], seed: int) -> Measured:
    """The same examples, measured by the balanced error; as it was where the errors of single examples are not known."""
    from fathom.core.balanced import balanced, balanced_interval

    if m.errors is None or len(m.errors) != len(classes):
        return m
    return replace(m, estimate=balanced_interval(m.errors, classes, seed), errors=balanced(m.errors, classes), classes=classes)


def paired(a: Measured, b: Measured, seed: int) -> Estimate | None:
    """b - a on the same examples, balanced where b is; None where the two are not errors of as many examples."""
    if a.errors is None or b.errors is None or len(a.errors) != len(b.errors):
        return None
    if b.classes is None:
        return interval_of_paired(a.errors, b.errors, seed)
    from fathom.core.balanced import balanced_paired

    return balanced_paired(a.errors, b.errors, b.classes, seed)

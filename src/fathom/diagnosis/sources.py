"""What can be diagnosed: rates, counts and errors by role become estimates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.intervals import interval_of, wilson
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.roles import ROLES, role_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMS = "a rate from 0 to 1, (wrong, n), or an error for each example"


@dataclass(frozen=True, eq=False)
class Measured:
    """The error of a role: its estimate, and the errors behind it where they are known; `classes` where it is the balanced error."""

    estimate: Estimate
    errors: Errors | None = None
    classes: NDArray[Any] | None = None


def by_role(source: Any, *, bounded: bool, seed: int) -> dict[str, Measured]:
    """The roles of a mapping in the order of the ladder.

    Args:
        source: role -> rate, (wrong, n), a sequence of errors, Errors or Estimate.
        bounded: whether errors are at most 1 (all but a regression's).
        seed: of the bootstrap.

    Raises:
        UnusableInput: not a mapping, an unknown role, two spellings of one role, or a value that is no error.
    """
    if not isinstance(source, Mapping):
        raise refuse("source", expected="a run, or a mapping as {'train': 0.01, 'dev': 0.11}", got=type(source).__name__)
    spelled: dict[str, str] = {}
    for word in source:
        role = role_of(word)
        if role in spelled:
            raise refuse("roles", expected="each role once", got=f"'{spelled[role]}' and '{word}', which are both {role}")
        spelled[role] = word
    return {r: measured(r, source[spelled[r]], bounded=bounded, seed=seed + i) for i, r in enumerate(ROLES) if r in spelled}


def measured(what: str, value: Any, *, bounded: bool = True, seed: int = 0) -> Measured:
    """One value as an estimate; a tuple of two whole numbers is (wrong, n), any other sequence is errors.

    Raises:
        UnusableInput: it is none of these, or out of range.

    Example:
        >>> print(measured("dev", (110, 1000)).estimate, measured("dev", 0.11).estimate)
        0.11 (0.09208 to 0.1309) 0.11
    """
    if isinstance(value, Measured):
        return value
    if isinstance(value, Estimate):
        return Measured(value)
    if isinstance(value, Errors):
        return _of_errors(what, value, bounded, seed)
    if isinstance(value, str | bytes | Mapping) or value is None or isinstance(value, bool):
        raise refuse(f"`{what}`", expected=FORMS, got=repr(value))
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, Integral) and not isinstance(v, bool) for v in value):
        return _of_counts(what, int(value[0]), int(value[1]))
    if isinstance(value, Real) or not hasattr(value, "__len__"):
        return Measured(Estimate(value=rate(what, value, bounded=bounded)))
    return _of_errors(what, _errors(what, value), bounded, seed)


def rate(what: str, value: Any, *, bounded: bool = True) -> float:
    """A bare rate, checked.

    Raises:
        UnusableInput: no finite number of at least 0, or above 1 where errors are at most 1.
    """
    try:
        got = float(value)
    except (TypeError, ValueError):
        raise refuse(f"`{what}`", expected=FORMS, got=repr(value)) from None
    if not math.isfinite(got) or got < 0:
        raise refuse(f"`{what}`", expected="an error of at least 0", got=f"{got:g}")
    if bounded and got > 1:
        raise refuse(f"`{what}`", expected="a rate from 0 to 1", got=f"{got:g}", fix=f"write {got / 100:g} for {got:g}%")
    return got


def _of_counts(what: str, wrong: int, n: int) -> Measured:
    if n < 1 or not 0 <= wrong <= n:
        raise refuse(f"`{what}`", expected="(wrong, n) with wrong from 0 to n", got=f"({wrong}, {n})")
    return Measured(wilson(wrong, n))


def _errors(what: str, value: Any) -> Errors:
    import numpy as np

    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse(f"`{what}`", expected=FORMS, got=type(value).__name__) from None
    if array.ndim != 1:
        raise refuse(f"`{what}`", expected="one error for each example", got=f"an array of shape {array.shape}")
    return Errors.of(array)


def _of_errors(what: str, errors: Errors, bounded: bool, seed: int) -> Measured:
    import numpy as np

    if not len(errors):
        raise refuse(f"`{what}`", expected="at least one example", got="none")
    for name in ("value", "weight"):
        numbers = getattr(errors, name)
        if len(numbers) != len(errors) or not np.isfinite(numbers).all() or numbers.min() < 0:
            bad = numbers[~(np.isfinite(numbers) & (numbers >= 0))]
            got = f"{bad[0]:g} among {len(numbers):,}" if len(bad) else f"{len(numbers):,} for {len(errors):,} examples"
            raise refuse(f"`{what}`", expected=f"a finite {name} of at least 0 for each example", got=got)
    if bounded and errors.value.max() > 1:
        raise UnusableInput(
            f"`{what}`: expected errors from 0 to 1, got {errors.value.max():g}. For a regression divide them by the baseline's mean "
            "error (of the median of train) and give that as scale=, with unit=."
        )
    return Measured(interval_of(errors, seed), errors)

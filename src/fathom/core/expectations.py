"""Checks at the door: each raises `UnusableInput` with what was expected, what was got and what to do."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable

from fathom.core.exceptions import UnusableInput


def refuse(what: str, *, expected: str, got: object, fix: str = "") -> UnusableInput:
    """Build the one-line error of the house; the caller raises it.

    Args:
        what: the thing at fault, as the user knows it ("`hidden`", "column 'age'", "file 'a.csv'").
        expected: what would have been right.
        got: what was there instead.
        fix: what to do, a sentence without a full stop; left out where the expectation says it.

    Example:
        >>> print(refuse("`epochs`", expected="a whole number of at least 1", got=0))
        `epochs`: expected a whole number of at least 1, got 0.
    """
    text = f"{what}: expected {expected}, got {got}."
    if fix:
        text += f" {fix[0].upper()}{fix[1:].rstrip('?')}."  # hints end with a question mark
    return UnusableInput(" ".join(text.split()))


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """The nearest candidates as a hint, or an empty string.

    Example:
        >>> did_you_mean("churnd", ["churned", "age"])
        "did you mean 'churned'?"
    """
    by_lower = {str(c).lower(): str(c) for c in candidates}
    near = difflib.get_close_matches(str(word).lower(), list(by_lower), n=2, cutoff=0.6)
    return "did you mean " + " or ".join(f"'{by_lower[n]}'" for n in near) + "?" if near else ""


def shown(names: Iterable[object], most: int = 8) -> str:
    """A list of names short enough for one line.

    Example:
        >>> shown("abc", most=2)
        'a, b and 1 more'
    """
    listed = [str(n) for n in names]
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{', '.join(listed[:most])} and {len(listed) - most:,} more"


def one_of(name: str, value: str, allowed: Collection[str]) -> str:
    """Return `value` if it is one of `allowed`, else raise UnusableInput with the nearest name."""
    if value not in allowed:
        raise refuse(
            f"`{name}`",
            expected=f"one of {shown(sorted(allowed), 20)}",
            got=repr(value),
            fix=did_you_mean(str(value), allowed),
        )
    return value


def number(
    name: str,
    value: object,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Return `value` as a finite float within the bounds, else raise UnusableInput."""
    bounds = _bounds(low, high, low_open, high_open)
    try:
        got = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise refuse(f"`{name}`", expected=f"a number{bounds}", got=repr(value)) from None
    inside = (got > low if low_open else got >= low) and (got < high if high_open else got <= high)
    if isinstance(value, bool) or not math.isfinite(got) or not inside:
        raise refuse(f"`{name}`", expected=f"a finite number{bounds}", got=repr(value))
    return got


def whole(name: str, value: object, *, low: int = 0, high: int | None = None) -> int:
    """Return `value` as an int within [low, high], else raise UnusableInput."""
    bounds = f"of at least {low:,}" if high is None else f"from {low:,} to {high:,}"
    try:
        got = int(value)  # type: ignore[call-overload]
        same = not isinstance(value, bool | str) and got == value
    except (TypeError, ValueError, OverflowError):
        same, got = False, 0
    if not same or got < low or (high is not None and got > high):
        raise refuse(f"`{name}`", expected=f"a whole number {bounds}", got=repr(value))
    return got


def yes_or_no(name: str, value: object) -> bool:
    """True or False, else UnusableInput: Python takes "no" for True.

    Example:
        >>> yes_or_no("batch_norm", 1)
        True
    """
    if isinstance(value, str | bytes) or value not in (True, False):
        raise refuse(f"`{name}`", expected="True or False", got=repr(value))
    return bool(value)


def _bounds(low: float, high: float, low_open: bool, high_open: bool) -> str:
    parts = []
    if low > -math.inf:
        parts.append(f"{'above' if low_open else 'of at least'} {low:g}")
    if high < math.inf:
        parts.append(f"{'below' if high_open else 'of at most'} {high:g}")
    return " " + " and ".join(parts) if parts else ""

"""Roles by time: test is the latest, dev comes before it, train is the earliest (cut dates keep their days whole)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.data.splitting.ranking import DEV, TEST, TRAIN

if TYPE_CHECKING:
    import polars as pl

Times = NDArray[Any]
"""float64, or datetime64[us]."""


def times_of(column: pl.Series) -> Times:
    """(n,) datetime64[us] or float64, with NaT or NaN where missing.

    Raises:
        UnusableInput: the column holds neither dates nor numbers.
    """
    import polars as pl

    if column.dtype.is_temporal():
        return column.cast(pl.Datetime("us")).to_numpy()
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).to_numpy()
    raise refuse(f"time column '{column.name}'", expected="dates or numbers", got="text", fix="write dates as 2026-11-21")


def time_cuts(times: Times, dev: int, test: int) -> dict[str, str | float | None]:
    """The first moment of dev and of test; rows of one moment stay together, so sizes are as near as that allows.

    Args:
        times: (n,).
        dev, test: rows wanted.

    Returns:
        "dev_from" and "test_from": ISO text for dates, a number for numbers, None for a role without rows.

    Raises:
        UnusableInput: fewer distinct moments than roles.

    Example:
        >>> time_cuts(np.arange(10.0), dev=2, test=2)
        {'dev_from': 6.0, 'test_from': 8.0}
    """
    moments, counts = np.unique(times[~_missing(times)], return_counts=True)
    roles = 1 + (dev > 0) + (test > 0)
    if len(moments) < roles:
        raise refuse("`time`", expected=f"at least {roles} distinct moments", got=f"{len(moments)}", fix="split without time=")
    end, cuts = len(moments), {}
    for name, size, after in (("test_from", test, 1 + (dev > 0)), ("dev_from", dev, 1)):
        start = _start(counts[:end], size, after) if size else end
        cuts[name] = _written(moments[start]) if size else None
        end = start
    return {"dev_from": cuts["dev_from"], "test_from": cuts["test_from"]}


def _start(counts: NDArray[Any], size: int, left: int) -> int:
    """The position of the first moment, such that the rows from there on are as near to `size` as can be and `left` moments remain."""
    from_here = np.cumsum(counts[::-1])[::-1]
    allowed = np.abs(from_here - size)[left:]
    return left + int(len(allowed) - 1 - np.argmin(allowed[::-1]))


def by_time(times: Times, cuts: Mapping[str, Any]) -> NDArray[np.int8]:
    """(n,) roles by the cut dates; a row without a time is train."""
    roles = np.full(len(times), TRAIN, dtype=np.int8)
    for name, role in (("dev_from", DEV), ("test_from", TEST)):
        if cuts.get(name) is not None:
            roles[times >= _read(cuts[name], times)] = role
    return roles


def _read(cut: Any, times: Times) -> Any:
    """A cut point as the column's own type."""
    dates = times.dtype.kind == "M"
    if dates != isinstance(cut, str):
        raise refuse("`time`", expected=f"{'dates' if dates else 'numbers'} as in the column", got=f"the earlier split's cut point {cut!r}")
    return np.datetime64(cut) if dates else float(cut)


def time_findings(times: Times, roles: NDArray[np.int8], wanted: tuple[int, int]) -> tuple[Finding, ...]:
    """What a split by time could not do: sizes off because a moment is kept whole, rows without a time."""
    found = []
    sizes = (int((roles == DEV).sum()), int((roles == TEST).sum()))
    if any(abs(got - want) > 0.1 * want for got, want in zip(sizes, wanted, strict=True)):
        got = f"dev has {sizes[0]:,} and test {sizes[1]:,} rows in place of {wanted[0]:,} and {wanted[1]:,}"
        evidence = {"dev": sizes[0], "test": sizes[1], "dev_wanted": wanted[0], "test_wanted": wanted[1]}
        found.append(
            Finding(id="data.split.time_ties", severity="info", what=f"{got}: rows of one moment stay together.", evidence=evidence)
        )
    if missing := int(_missing(times).sum()):
        what = f"{missing:,} rows have no time and are in train."
        found.append(Finding(id="data.split.time_missing", severity="warning", what=what, evidence={"rows": missing}))
    return tuple(found)


def _missing(times: Times) -> NDArray[np.bool_]:
    return np.isnat(times) if times.dtype.kind == "M" else np.isnan(times)


def _written(moment: Any) -> str | float:
    """ISO text that `np.datetime64` reads back exactly, a day alone where the time is midnight."""
    if not isinstance(moment, np.datetime64):
        return float(moment)
    text = str(moment.astype("datetime64[us]"))
    return text.removesuffix(".000000").removesuffix("T00:00:00")

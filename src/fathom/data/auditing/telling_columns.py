"""Which columns tell two sets apart, and for pictures which region of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.holm import holm
from fathom.data.auditing.subject import Subject

if TYPE_CHECKING:
    import polars as pl

    from fathom.data.dataset import Dataset

MOST = 5
LEVEL = 0.01


def telling_columns(subject: Subject, first: str, second: str) -> dict[str, dict[str, Any]]:
    """By column, the distance of its two distributions (Kolmogorov's for what has an order, else half the sum of differences of shares)
    and what is typical in each; the most telling first, those alone that a test upholds after Holm's adjustment over all columns.

    Args:
        subject: the splits.
        first, second: roles.
    """
    a, b = subject.roles[first], subject.roles[second]
    columns = [c for c in a.columns if c.use in ("input", "target")]
    found = {c.name: _apart(a, b, c.name, c.kind in ("number", "date")) for c in columns}
    adjusted = dict(zip(found, holm([p for _, p in found.values()]), strict=True))
    names = sorted((name for name in found if adjusted[name] <= LEVEL), key=lambda name: -found[name][0])
    return {
        name: {
            "distance": found[name][0],
            first: _typical(a.table.get_column(name)),
            second: _typical(b.table.get_column(name)),
        }
        for name in names
    }


def _apart(a: Dataset, b: Dataset, name: str, ordered: bool) -> tuple[float, float]:
    """Distance in [0, 1] and p."""
    import polars as pl

    x, y = a.table.get_column(name), b.table.get_column(name)
    if not ordered:
        return _shares(x.cast(pl.String).fill_null("missing"), y.cast(pl.String).fill_null("missing"))
    from scipy.stats import ks_2samp

    u, v = (s.to_physical().cast(pl.Float64).drop_nulls().to_numpy() for s in (x, y))
    if not len(u) or not len(v):
        return _shares(x.is_null().cast(pl.String), y.is_null().cast(pl.String))
    found = ks_2samp(u, v, method="asymp")
    return float(found.statistic), float(found.pvalue)


def _shares(x: pl.Series, y: pl.Series) -> tuple[float, float]:
    from scipy.stats import chi2_contingency

    levels, codes = np.unique(np.array([*x.to_list(), *y.to_list()], dtype=np.str_), return_inverse=True)
    if len(levels) < 2:
        return 0.0, 1.0
    counts = np.stack([np.bincount(part, minlength=len(levels)) for part in (codes[: len(x)], codes[len(x) :])])
    distance = float(np.abs(counts[0] / len(x) - counts[1] / len(y)).sum() / 2)
    return distance, float(chi2_contingency(counts, correction=False).pvalue)


def _typical(column: pl.Series) -> str:
    """The mean of numbers, the median of dates, the most frequent level and its share."""
    known = column.drop_nulls()
    if not len(known):
        return "missing"
    if known.dtype.is_numeric():
        return f"mean {float(known.to_numpy().mean()):.4g}"
    if known.dtype.is_temporal():
        return f"median {str(known.median())[:10]}"
    counts = Counter(map(str, known.to_list()))
    level, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return f"{count / len(known):.0%} {level}"


def region(shape: tuple[int, int], names: list[str], told: dict[str, dict[str, Any]]) -> str:
    """Where in the pictures the telling pixels lie: the box of those that tell at least half as much as the best.

    Example:
        >>> region((2, 3), list("abcdef"), {"b": {"distance": 0.5}, "c": {"distance": 0.4}})
        'rows 0 to 0, columns 1 to 2'
    """
    best = max((about["distance"] for about in told.values()), default=0.0)
    places = [divmod(names.index(name), shape[1]) for name, about in told.items() if name in names and about["distance"] >= best / 2]
    if not places:
        return ""
    rows, columns = zip(*places, strict=True)
    return f"rows {min(rows)} to {max(rows)}, columns {min(columns)} to {max(columns)}"

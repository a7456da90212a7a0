"""Numbers that are no measurements (999 for 'unknown'), columns ruled by few values, and classes that are rare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.data.auditing.check import Seen
from fathom.data.auditing.subject import Subject

CODES = frozenset(float(sign * int("9" * digits)) for digits in range(2, 8) for sign in (1, -1)) | {-1.0e3, -32768.0, 32767.0}
"""Numbers that are written for 'unknown'."""

FAR = 10.0
"""Interquartile ranges from the median from which on such a number is no measurement."""

FEWEST = 3
"""Rows that have it."""

RULED = 30.0
"""Standard deviation over interquartile range (0.74 for normal numbers) from which on few values rule the scale."""

APART = 1e3
"""Largest over smallest standard deviation from which on the columns' units are said to lie far apart."""

RARE = 0.05


def scales(subject: Subject) -> Seen:
    """Scales of the inputs as they are, before prepare."""
    names = [c.name for c in subject.train.inputs if c.kind == "number"]
    if not names or subject.pixels:
        return Seen()
    found: list[Finding] = []
    ruled: dict[str, float] = {}
    deviations: dict[str, float] = {}
    for name in names:
        values = subject.train.table.get_column(name).drop_nulls().to_numpy()
        if len(values) < FEWEST:
            continue
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        deviations[name] = float(values.std())
        found.extend(_codes(name, values, float(middle), float(high - low)))
        if high > low and deviations[name] > RULED * (high - low):
            ruled[name] = deviations[name] / float(high - low)
    return Seen(findings=(*found, *_ruled(ruled), *_apart(deviations)))


def _codes(name: str, values: NDArray[np.float64], middle: float, spread: float) -> Iterator[Finding]:
    for end in {float(values.min()), float(values.max())}:
        count = int((values == end).sum())
        if end in CODES and count >= FEWEST and spread > 0 and abs(end - middle) > FAR * spread:
            yield Finding(
                id="data.scale.code",
                severity="warning",
                what=f"'{name}' is {end:g} in {count:,} of {len(values):,} rows, {abs(end - middle) / spread:.0f} spreads away.",
                where=name,
                evidence={"column": name, "value": end, "rows": count, "median": middle, "interquartile_range": spread},
                cause=f"{end:g} is written for 'unknown'",
                fix="Leave these fields empty: prepare fills them and tells the net that they were.",
            )


def _ruled(ruled: dict[str, float]) -> Iterator[Finding]:
    if ruled:
        what = f"{shown(map(repr, ruled), 4)}: few values far away rule the scale, and all the others lie close together."
        fix = "Try the logarithm, or a cap."
        yield Finding(id="data.scale.ruled_by_few", severity="info", what=what, where=shown(ruled, 4), evidence={"columns": ruled}, fix=fix)


def _apart(deviations: dict[str, float]) -> Iterator[Finding]:
    spread = {name: std for name, std in deviations.items() if std > 0}
    if len(spread) < 2:
        return
    small, large = min(spread, key=lambda n: spread[n]), max(spread, key=lambda n: spread[n])
    if spread[large] < APART * spread[small]:
        return
    evidence = {"smallest": {small: spread[small]}, "largest": {large: spread[large]}, "ratio": spread[large] / spread[small]}
    yield Finding(
        id="data.scale.apart",
        severity="info",
        what=f"The units lie far apart: '{large}' varies by {spread[large]:.3g}, '{small}' by {spread[small]:.3g}; prepare normalizes.",
        where=f"{large}, {small}",
        evidence=evidence,
    )


def balance(subject: Subject) -> Seen:
    """Classes with a small share of train."""
    target = subject.train.target
    if target.kind == "regression":
        return Seen(left="the target is a number")
    counts = np.bincount(subject.train.y.astype(np.int64), minlength=len(target.classes))
    shares = counts / max(int(counts.sum()), 1)
    rare = {target.classes[i]: float(shares[i]) for i in np.argsort(shares, kind="stable") if shares[i] < min(RARE, 0.5 / len(shares))}
    if not rare:
        return Seen()
    least, share = next(iter(rare.items()))
    finding = Finding(
        id="data.labels.balance",
        severity="info",
        what=f"'{least}' is {share:.1%} of train ({int(counts.min()):,} rows)"
        + (f", and {len(rare) - 1} more {'class is' if len(rare) == 2 else 'classes are'} rare." if len(rare) > 1 else "."),
        where=target.name,
        evidence={"shares": rare, "rows": int(counts.min())},
        fix="Read the balanced error beside the error: always answering the commonest class looks good on the latter.",
    )
    return Seen(findings=(finding,))

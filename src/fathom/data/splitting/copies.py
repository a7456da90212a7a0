"""Equal rows: which of them share a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.finding import Finding

CLASS_SHARE = 0.01
"""A class of equal rows of this share of the set or more is split singly."""

TWIN_SHARE = 0.2
"""Where rows with a twin are this share of the set or more, all are split singly."""


@dataclass(frozen=True, eq=False)
class Copies:
    """Which rows stand together.

    Attributes:
        unit: (n,) uint64, equal for rows that share a role.
        occurrence: (n,) int64, 0 for the first row of a unit's digest; above 0 only where copies are split singly.
        single: the digests, in hex, of the classes that are split singly, or "all".
        findings: said where copies are split singly.
    """

    unit: NDArray[np.uint64]
    occurrence: NDArray[np.int64]
    single: str | tuple[str, ...]
    findings: tuple[Finding, ...]


def find_copies(digests: NDArray[np.uint64], single: Any = None) -> Copies:
    """Keep equal rows together, or split them singly where they are too many to be an accident.

    Args:
        digests: (n,) equal for equal rows.
        single: what an earlier split decided, or None to decide.
    """
    _, inverse, sizes = np.unique(digests, return_inverse=True, return_counts=True)
    m, twins = len(digests), int(sizes[sizes > 1].sum())
    if single is None:
        single = _decide(digests, inverse, sizes, m, twins)
    apart = (sizes[inverse] > 1) if single == "all" else np.isin(digests, _from_hex(single))
    occurrence = np.zeros(m, dtype=np.int64)
    occurrence[apart] = _occurrences(inverse[apart])
    found = _finding(m, twins, sizes, int(apart.sum()))
    return Copies(mixed(digests, occurrence), occurrence, single, found)


def _decide(digests: NDArray[np.uint64], inverse: NDArray[Any], sizes: NDArray[Any], m: int, twins: int) -> str | tuple[str, ...]:
    if twins >= TWIN_SHARE * m and twins:
        return "all"
    large = (sizes > 1) & (sizes >= CLASS_SHARE * m)
    return tuple(f"{d:016x}" for d in np.unique(digests[large[inverse]]).tolist())


def _from_hex(single: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([int(word, 16) for word in single], dtype=np.uint64)


def _occurrences(classes: NDArray[Any]) -> NDArray[np.int64]:
    """0, 1, 2, ... within each class, in the order of the rows."""
    order = np.argsort(classes, kind="stable")
    ordered = classes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(ordered)])
    counted = np.empty(len(ordered), dtype=np.int64)
    counted[order] = np.arange(len(ordered)) - np.repeat(starts, lengths)
    return counted


def mixed(digests: NDArray[np.uint64], occurrence: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A digest for each occurrence (splitmix64's finalizer); the first keeps its own, so that it stays where it is."""
    z = digests + occurrence.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.where(occurrence > 0, z ^ (z >> np.uint64(31)), digests)


def _finding(m: int, twins: int, sizes: NDArray[Any], apart: int) -> tuple[Finding, ...]:
    """What was split singly: expected where the columns tell few kinds of rows apart, else perhaps repeats."""
    if not apart:
        return ()
    kinds = len(sizes)
    evidence = {"rows": m, "twins": twins, "largest_class": int(sizes.max(initial=0)), "split_singly": apart, "kinds": kinds}
    if kinds < 0.5 * m:
        what = f"the inputs tell only {kinds:,} kinds of rows apart in {m:,} rows; equal rows are split singly."
        return (Finding(id="data.split.copies", severity="info", what=what, evidence=evidence),)
    found = Finding(
        id="data.split.copies",
        severity="warning",
        what=f"{twins:,} of {m:,} rows have an equal row; {apart:,} of them are split singly, so that equal rows stand in several roles.",
        evidence=evidence,
        cause="few distinct inputs, or rows that were repeated",
        fix="If they are repeats, remove them; if they belong to one person or place, give group=.",
    )
    return (found,)

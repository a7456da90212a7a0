"""When the metric says A and the user wants B: which examples to weigh, or which data to measure on (C3W1-15..17).

Two separate steps: first place the target (metric, dev and test), then worry how to hit it. A slice is a value of a column. With g the
weight by which B errs less inside it, and l the weight by which B errs more outside, the weighted error prefers B where the slice weighs
more than l/g times. Whether B is better inside is tested there (McNemar, sign flips), and adjusted for all slices that were tried (Holm).
"""

from __future__ import annotations

import itertools
import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.balanced import labels_of
from fathom.core.expectations import shown
from fathom.core.holm import holm
from fathom.core.percent import percent
from fathom.core.records.disagreement import Change, Disagreement
from fathom.diagnosis.paired import mcnemar, sign_flips

MOST_VALUES = 20
"""Of a column that makes slices."""

MOST_CHANGES = 3
NICE = (2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000)
"""Factors that are proposed: the smallest beyond what is needed."""


@dataclass(frozen=True, eq=False)
class Both:
    """The errors of two nets on the same examples.

    Attributes:
        over, prefer: (n,) of the net that the metric may say, and of the one that the user wants.
        weight: (n,).
        ids: (n,) names of the examples.
        columns: by name, (n,) values to make slices of.
    """

    over: NDArray[np.float64]
    prefer: NDArray[np.float64]
    weight: NDArray[np.float64]
    ids: NDArray[Any]
    columns: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class _Slice:
    column: str
    value: str
    n: int
    fewer: float
    needed: float
    p: float


def disagreement(
    prefer: str, over: str, both: Both, elsewhere: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
) -> Disagreement:
    """What to change so that the metric says what the user says.

    Args:
        prefer, over: names of the two nets.
        both: their errors on dev.
        elsewhere: their errors (over, prefer) on examples that are what the user cares for.

    Returns:
        The disagreement with its changes; none where the metric agrees already.
    """
    a, b = (float(np.average(e, weights=both.weight)) for e in (both.over, both.prefer))
    figures = f"{prefer} {percent(b)}%, {over} {percent(a)}%"
    if round(b - a, 12) < 0:
        says = f"The metric says {prefer} too: dev error of {figures}."
        return Disagreement(prefer=prefer, over=over, agrees=True, says=says)
    says = f"The metric says {over}, you say {prefer}: dev error of {figures}. First place the target, then aim at it (C3W1-16)."
    if _p(both.prefer - both.over, both.weight) >= 0.05:
        says = f"The metric hardly says {over}: dev error of {figures}, a difference that this dev set cannot show. You may take {prefer}."
    changes = [*_elsewhere(prefer, over, elsewhere), *_by_slices(prefer, over, both)]
    return Disagreement(prefer=prefer, over=over, agrees=False, says=says, changes=tuple(changes or [_look(prefer, over, both)]))


def _elsewhere(prefer: str, over: str, errors: tuple[NDArray[np.float64], NDArray[np.float64]] | None) -> Iterator[Change]:
    """Other data on which the net that is wanted is better: those are the target (C3W1-17)."""
    if errors is None:
        return
    a, b = (float(e.mean()) for e in errors)
    p = _p(errors[1] - errors[0], np.ones(len(errors[0])))
    evidence = {"n": len(errors[0]), over: a, prefer: b, "p": p}
    if b < a:
        sure = f"p = {p:.2g}" if p >= 0.001 else "p < 0.001"
        what = (
            f"change dev and test: on your {len(errors[0]):,} examples {prefer} is better, {percent(b)}% against {percent(a)}% ({sure}). "
            "Dev is not drawn from what you care for; make dev and test of such examples."
        )
        yield Change(kind="data", what=what, evidence=evidence, source="C3W1-17")


def _by_slices(prefer: str, over: str, both: Both) -> Iterator[Change]:
    """Slices to weigh more, the least weight first; those in which the net is not surely better only where there is no other."""
    slices = list(_slices(both))
    adjusted = holm([s.p for s in slices])
    told = [(p, s) for p, s in zip(adjusted, slices, strict=True) if s.fewer > 0 and math.isfinite(s.needed)]
    sure_ones = [pair for pair in told if pair[0] < 0.05]
    for p, s in sorted(sure_ones or told, key=lambda pair: (pair[1].needed, pair[0]))[:MOST_CHANGES]:
        factor = next((f for f in NICE if f > s.needed * (1 + 1e-9)), None)
        if factor is None:
            continue
        a, b = _weighted(both, s, factor)
        metric = f"error weighted by {shlex.quote(s.column)} {shlex.quote(s.value)}={factor}"
        sure = "" if p < 0.05 else f"; {s.n:,} examples do not show it for sure"
        what = (
            f"change the metric: where {s.column} is {s.value} (n = {s.n:,}) {prefer} errs less. Weigh these {factor} times: "
            f"{prefer} {percent(b)}%, {over} {percent(a)}%{sure}."
        )
        evidence = {"column": s.column, "value": s.value, "n": s.n, "needed": s.needed, "factor": factor, "p": p, prefer: b, over: a}
        yield Change(kind="metric", what=what, metric=metric, evidence=evidence, source="C3W1-15")


def _slices(both: Both) -> Iterator[_Slice]:
    gain = both.weight * (both.over - both.prefer)
    for name, column in both.columns.items():
        labels = labels_of(column)
        values = np.unique(labels)
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        for value in values:
            rows = labels == value
            inside, outside = float(gain[rows].sum()), float(-gain[~rows].sum())
            needed = max(outside, 0.0) / inside if inside > 0 else math.inf
            p = _p(-gain[rows], np.ones(int(rows.sum())))
            yield _Slice(name, str(value), int(rows.sum()), inside, needed, p)


def _weighted(both: Both, s: _Slice, factor: float) -> tuple[float, float]:
    weight = both.weight * np.where(labels_of(both.columns[s.column]) == s.value, factor, 1.0)
    return float(np.average(both.over, weights=weight)), float(np.average(both.prefer, weights=weight))


def _look(prefer: str, over: str, both: Both) -> Change:
    only = np.flatnonzero(both.over > both.prefer)
    if not len(only):
        what = f"{prefer} errs less on no example of dev: what you prefer it for is not there. Add such examples to dev and test."
        return Change(kind="look", what=what, source="C3W1-17")
    named = shown([str(i) for i in itertools.islice(both.ids[only].tolist(), 6)], 6)
    what = (
        f"no column at hand sets apart where {prefer} is better. Look at the {len(only):,} examples that {over} gets more wrong "
        f"(id {named}), put what they share in a column, and weigh it."
    )
    return Change(kind="look", what=what, evidence={"examples": len(only)}, source="C3W1-15")


def _p(difference: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    parts = weight * difference
    up, down = int((parts > 0).sum()), int((parts < 0).sum())
    sizes = np.abs(parts[parts != 0])
    return mcnemar(up, down) if not len(sizes) or bool((sizes == sizes[0]).all()) else sign_flips(parts)

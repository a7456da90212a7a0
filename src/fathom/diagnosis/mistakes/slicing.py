"""From a table of dev to the slices that do worse than chance allows, and the columns in which mistakes differ from the rest."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import interval_of
from fathom.core.records.errors import Errors
from fathom.core.records.slice import Slice
from fathom.core.records.slices import Slices
from fathom.core.seeding import generator
from fathom.diagnosis.mistakes.candidates import Candidate, candidates, columns_left_out, missing, numbers
from fathom.diagnosis.mistakes.slice_test import corrected_p, group_codes

if TYPE_CHECKING:
    import polars as pl

ALPHA = 0.04
"""The corrected p from which on a slice is named: under 5% of the dev sets whose errors have nothing to do with what the examples are get a
false alarm, with room for what is approximate (groups of unlike sizes, ties)."""

MOST_FOUND = 12

MOST_EXAMPLES = 50_000
"""Examples that are sliced; more are drawn from at random."""

FEWEST_WRONG = 5


def slices_of(
    dev: pl.DataFrame, inputs: pl.DataFrame, *, number: bool, train: pl.DataFrame | None = None, target: str = "", seed: int = 0
) -> Slices:
    """Cut dev into slices and keep those that do worse than chance allows.

    Args:
        dev: truth, prediction, error and, where there are groups, group; one row an example.
        inputs: the input columns of the same rows; without columns where they are pictures.
        number: whether a number is predicted.
        train: the columns of train, to say how much of train a slice is.
        target: the column of the target in train.
        seed: of the deals, and of the draw where dev is large.

    Example:
        >>> import polars as pl
        >>> said = pl.DataFrame({"truth": ["a"] * 100, "prediction": ["b"] * 12 + ["a"] * 88, "error": [1.0] * 12 + [0.0] * 88})
        >>> made = slices_of(said, pl.DataFrame({"city": ["Rome"] * 20 + ["Oslo"] * 80}), number=False)
        >>> [(s.says, s.p) for s in made.found], made.tried
        ([('prediction is b', 0.001), ('city is Rome', 0.001)], 4)
    """
    note = columns_left_out(inputs.columns)
    if dev.height > MOST_EXAMPLES:
        rows = np.sort(generator(seed, "sliced").choice(dev.height, MOST_EXAMPLES, replace=False))
        note = f"{note} Approximate: {MOST_EXAMPLES:,} of {dev.height:,} examples, drawn at random.".strip()
        dev, inputs = dev[rows], inputs[rows] if inputs.width else inputs
    errors = dev.get_column("error").to_numpy().astype(np.float64)
    group = dev.get_column("group") if "group" in dev.columns else None
    truth, prediction = (dev.get_column(name) for name in ("truth", "prediction"))
    tried = candidates(inputs, truth=truth, prediction=prediction, group=group, number=number)
    telling = tuple(telling_order(inputs, errors))
    base = Slices(tried=len(tried), n=len(errors), telling=telling, note=note)
    if not tried or (errors > 0).sum() < FEWEST_WRONG:
        return base
    p = _corrected(tried, errors, None if group is None else group_codes(group.to_list()), seed)
    kept = _kept(tried, p, errors)
    worse = errors > (np.median(errors) if number else 0.0)
    made = [_slice(tried[i], float(p[i]), errors, worse, train, target) for i in kept]
    return dataclasses.replace(base, found=tuple(_explained(made, [tried[i] for i in kept], errors)))


def _corrected(tried: Sequence[Candidate], errors: NDArray[np.float64], group: NDArray[np.int64] | None, seed: int) -> NDArray[np.float64]:
    """Slices that are groups are a family of their own, whose examples are dealt one by one."""
    families = [[i for i, c in enumerate(tried) if (c.kind == "group") == own] for own in (False, True)]
    p = np.ones(len(tried))
    number = sum(bool(family) for family in families)
    for own, family in zip((False, True), families, strict=True):
        if family:
            masks = np.stack([tried[i].mask for i in family])
            p[family] = np.minimum(number * corrected_p(errors, masks, group=None if own else group, seed=seed), 1.0)
    return p


def _kept(tried: Sequence[Candidate], p: NDArray[np.float64], errors: NDArray[np.float64]) -> list[int]:
    """The slices to name, the surest first; of one column's cuts the best alone."""
    excess = np.array([float((errors[c.mask] - errors.mean()).sum()) for c in tried])
    order = sorted((i for i in range(len(tried)) if p[i] <= ALPHA and excess[i] > 0), key=lambda i: (p[i], -excess[i]))
    seen: set[tuple[str, str]] = set()
    kept = []
    for i in order:
        name = (tried[i].kind, tried[i].column)
        if tried[i].kind == "number" and name in seen:
            continue
        seen.add(name)
        kept.append(i)
    return kept[:MOST_FOUND]


def _slice(c: Candidate, p: float, errors: NDArray[np.float64], worse: NDArray[np.bool_], train: pl.DataFrame | None, target: str) -> Slice:
    inside, outside = errors[c.mask], errors[~c.mask]
    rest = interval_of(Errors.of(outside))
    of_train = None
    name = target if c.kind == "class" else c.column
    if train is not None and name in train.columns and c.kind not in ("prediction", "group"):
        of_train = c.share_of(train.get_column(name))
    return Slice(
        says=c.says,
        column=c.column,
        kind=c.kind,
        n=len(inside),
        error=interval_of(Errors.of(inside)),
        rest=rest,
        p=p,
        at_best=rest.value,
        of_wrong=float(c.mask[worse].mean()) if worse.any() else 0.0,
        of_right=float(c.mask[~worse].mean()) if not worse.all() else 0.0,
        of_train=of_train,
    )


def _explained(found: Sequence[Slice], tried: Sequence[Candidate], errors: NDArray[np.float64]) -> list[Slice]:
    """Where a stronger slice explains a weaker one: among the examples outside of it the weaker one is no worse."""
    made: list[Slice] = []
    for i, (each, c) in enumerate(zip(found, tried, strict=True)):
        stronger = next((found[j].says for j in range(i) if not made[j].within and not _worse_outside(c, tried[j], errors)), "")
        made.append(dataclasses.replace(each, within=stronger))
    return made


def _worse_outside(c: Candidate, other: Candidate, errors: NDArray[np.float64]) -> bool:
    """Whether what is left of a slice outside another one is still worse: a plain one-sided test at 5%, by the normal law."""
    left = errors[~other.mask]
    inside = c.mask[~other.mask]
    k, n = int(inside.sum()), len(left)
    if k < 5 or n - k < 5 or left.std() == 0:
        return False
    z = (left[inside].mean() - left.mean()) / (left.std() * math.sqrt((1 / k) * (n - k) / (n - 1)))
    return bool(z > 1.645)


def telling_order(inputs: pl.DataFrame, errors: NDArray[np.float64]) -> list[str]:
    """The input columns, those first in which mistakes differ most from the rest.

    For a number |mean of the mistakes - mean of the rest| in its standard deviations, for categories and for missing values the like of
    it in shares. Of a number to predict the worse half stands for the mistakes.
    """
    worse = errors > (np.median(errors) if not np.isin(errors, (0.0, 1.0)).all() else 0.0)
    if not worse.any() or worse.all():
        return inputs.columns
    apart = {name: _apart(inputs.get_column(name), worse) for name in inputs.columns}
    return sorted(inputs.columns, key=lambda name: -apart[name])


def _apart(column: pl.Series, worse: NDArray[np.bool_]) -> float:
    if not (column.dtype.is_numeric() or column.dtype.is_temporal()):
        gone = missing(column)
        return _apart_in_levels(np.array(["" if empty else str(v) for v, empty in zip(column.to_list(), gone, strict=True)]), worse)
    values = numbers(column)
    known = np.isfinite(values)
    absent = _apart_in_levels(known, worse)
    std = float(values[known].std()) if known.any() else 0.0
    if not std > 0 or not (known & worse).any() or not (known & ~worse).any():
        return absent
    return max(abs(float(values[known & worse].mean() - values[known & ~worse].mean())) / std, absent)


def _apart_in_levels(levels: NDArray[Any], worse: NDArray[np.bool_]) -> float:
    """sqrt(sum of (difference of shares)^2 / share / (levels - 1)): of two levels the standardized difference of a yes and no."""
    _, codes = np.unique(levels, return_inverse=True)
    counts = np.bincount(codes)
    if len(counts) < 2:
        return 0.0
    a, b = (np.bincount(codes[rows], minlength=len(counts)) / rows.sum() for rows in (worse, ~worse))
    return math.sqrt(float(((a - b) ** 2 / (counts / counts.sum())).sum()) / (len(counts) - 1))

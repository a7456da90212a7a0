"""Runs side by side: are they the same on dev, or is one better, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.balanced import balanced, balanced_paired
from fathom.core.bootstrap import group_sums
from fathom.core.expectations import refuse
from fathom.core.holm import holm
from fathom.core.intervals import LEVEL, interval_of_paired
from fathom.core.records.comparison import ComparedRun, Comparison, PairedDifference, Standing
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.seed_spread import SeedSpread
from fathom.diagnosis.comparison_sayings import NONE, counts, headline, notes_of, over_seeds, what_it_takes
from fathom.diagnosis.paired import mcnemar, sign_flips, tango
from fathom.diagnosis.seeds import seed_spread

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A run as it is compared.

    Attributes:
        name, label: as in `ComparedRun`.
        ladder: its errors by role.
        dev: a frame with id, truth, error, weight and, where there are groups, group; one row an example.
        scale: how much of the target's unit an error of 1 is; None for classes.
        twins: frames as `dev` of nets of the same settings with other seeds.
    """

    name: str
    label: str
    ladder: Ladder
    dev: pl.DataFrame
    scale: float | None = None
    twins: tuple[pl.DataFrame, ...] = ()


def compare_candidates(
    candidates: Sequence[Candidate],
    *,
    differing: Mapping[str, tuple[str, ...]] | None = None,
    balance: bool = False,
    notes: Sequence[str] = (),
    seed: int = 0,
    level: float = LEVEL,
) -> Comparison:
    """Hold each run against the first one, on the same dev examples.

    0/1 errors: Tango's interval and McNemar's exact p. Other errors: the studentized bootstrap of the differences over groups, and sign
    flips. Balanced errors: the classes' paired intervals put together, and sign flips of the weighted differences. A verdict other than
    'no difference that this dev set can show' needs both: the interval off 0, and p below 1 - level, adjusted by Holm where several runs
    are held against the first.

    Args:
        candidates: at least two; names are made distinct by the caller.
        differing: what differs between them, for the record.
        balance: count each class alike, because one is rare.
        notes: to bear in mind; others are added.
        seed: of bootstrap and flips.
        level: the nominal coverage.

    Raises:
        UnusableInput: fewer than two, or not the same dev examples.

    Source:
        Tango 1998; McNemar 1947; Holm 1979.
    """
    if len(candidates) < 2:
        raise refuse("runs", expected="at least two", got=str(len(candidates)))
    first, *others = candidates
    matched = [matched_rows(first, other) for other in others]
    made = [_pair(first, other, rows, balance, seed, level) for other, rows in zip(others, matched, strict=True)]
    p = holm([pair.p for pair in made])
    pairs = tuple(_judged(_with_p(pair, value), first.ladder, level) for pair, value in zip(made, p, strict=True))
    return Comparison(
        headline=headline(pairs, first.name, first.ladder),
        runs=tuple(ComparedRun(name=c.name, label=c.label, ladder=c.ladder) for c in candidates),
        differing=dict(differing or {}),
        pairs=pairs,
        n=first.dev.height,
        balanced=balance,
        notes=(*notes, *notes_of(len(pairs), balance, seeds=any(pair.seeds is not None for pair in pairs))),
    )


def matched_rows(first: Candidate, other: Candidate) -> NDArray[np.int64]:
    """The rows of the other one's table in the order of the first one's.

    Raises:
        UnusableInput: the examples differ, or what is true of them.
    """
    for c in (first, other):
        if "id" not in c.dev.columns:
            raise refuse(f"run '{c.name}'", expected="ids in its dev errors", got="none", fix="fit it again")
    a, b = (_ids(c) for c in (first, other))
    place = {name: row for row, name in enumerate(b)}
    shared = [name for name in a if name in place]
    if len(shared) < len(a) or len(b) != len(a):
        raise refuse(
            f"runs '{first.name}' and '{other.name}'",
            expected="the same dev examples",
            got=f"{len(a):,} and {len(b):,} examples that share {len(shared):,} ids",
            fix="fit both on the same splits, or with the same data, seed and sizes of the split",
        )
    rows = np.array([place[name] for name in a], dtype=np.int64)
    unlike = _unlike(first.dev.get_column("truth"), other.dev.get_column("truth")[rows])
    if unlike:
        raise refuse(
            f"runs '{first.name}' and '{other.name}'",
            expected="the same dev examples",
            got=f"the same ids with another truth in {unlike:,} of {len(a):,}",
            fix="fit both on the same data",
        )
    return rows


def _ids(c: Candidate) -> list[Any]:
    """The ids as they are; an example that stands there twice is told from its twin by its place among the twins."""
    seen: dict[Any, int] = {}
    listed = []
    for name in c.dev.get_column("id").to_list():
        seen[name] = seen.get(name, -1) + 1
        listed.append((name, seen[name]))
    return listed


def _unlike(a: pl.Series, b: pl.Series) -> int:
    """How many truths are not the same."""
    if a.dtype.is_numeric() and b.dtype.is_numeric():
        x, y = (np.asarray(s.to_numpy(), dtype=np.float64) for s in (a, b))
        return int((~np.isclose(x, y, rtol=1e-5, atol=0.0, equal_nan=True)).sum())
    return sum(x != y for x, y in zip(map(str, a.to_list()), map(str, b.to_list()), strict=True))


def _pair(first: Candidate, other: Candidate, rows: NDArray[np.int64], balance: bool, seed: int, level: float) -> PairedDifference:
    """The difference and its p-value, not yet adjusted or judged."""
    a, b = _errors(first.dev, 1.0), _errors(other.dev[rows], _factor(first, other))
    up, down = int((b.value > a.value).sum()), int((b.value < a.value).sum())
    plain = not balance and a.is_rate and b.is_rate
    if plain:
        low, high = tango(up, down, len(a), level)
        difference = Estimate(value=(up - down) / len(a), low=low, high=high, n=len(a), method="tango", level=level)
    elif balance:
        difference = balanced_paired(a, b, first.dev.get_column("truth").to_numpy(), seed)
    else:
        difference = interval_of_paired(a, b, seed, level)
    seeds = _seeds(first, other, balance, level)
    p = mcnemar(up, down) if plain else sign_flips(_parts(a, b, first if balance else None), seed)
    made = PairedDifference(
        run=other.name,
        against=first.name,
        difference=difference,
        p=p if seeds is None else seeds.p,
        test="mcnemar" if plain else "sign flips",
        only_run=up,
        only_against=down,
        verdict=NONE,
        says="",
        seeds=seeds,
    )
    zero_one = all(bool(np.isin(e.value, (0.0, 1.0)).all()) for e in (a, b))
    return replace(made, says=counts(made, zero_one))


def _seeds(first: Candidate, other: Candidate, balance: bool, level: float) -> SeedSpread | None:
    """The two settings over their seeds; None where there is a single net of each."""
    if not first.twins and not other.twins:
        return None
    sides = []
    for c in (first, other):
        tables = [t[matched_rows(first, replace(c, dev=t))] for t in (c.dev, *c.twins)]
        sides.append(np.stack([t.get_column("error").to_numpy() * _factor(first, c) for t in tables]))
    a = _errors(first.dev, 1.0)
    weight = balanced(a, first.dev.get_column("truth").to_numpy()).weight if balance else a.weight
    return seed_spread(sides[0], sides[1], weight, a.group, level)


def _with_p(pair: PairedDifference, p: float) -> PairedDifference:
    """The pair with its adjusted p, which is that of the seeds where there are some."""
    return replace(pair, p=p, seeds=None if pair.seeds is None else replace(pair.seeds, p=p))


def _errors(table: pl.DataFrame, factor: float) -> Errors:
    group = table.get_column("group").to_numpy() if "group" in table.columns else None
    return Errors.of(table.get_column("error").to_numpy() * factor, table.get_column("weight").to_numpy(), group)


def _factor(first: Candidate, other: Candidate) -> float:
    """From shares of the other one's baseline to shares of the first one's."""
    return other.scale / first.scale if first.scale and other.scale else 1.0


def _parts(a: Errors, b: Errors, of_classes: Candidate | None) -> NDArray[np.float64]:
    """What each group (each example, where there are none) adds to the difference."""
    weight = a.weight if of_classes is None else balanced(a, of_classes.dev.get_column("truth").to_numpy()).weight
    return group_sums(Errors(b.value - a.value, weight, a.group))[0]


def _judged(pair: PairedDifference, ladder: Ladder, level: float) -> PairedDifference:
    found = replace(pair, verdict=verdict_of(pair.decisive, pair.p, level))
    more = what_it_takes(found, ladder, level) if pair.seeds is None else over_seeds(found, ladder)
    return replace(found, says=f"{found.says} {more}".strip())


def verdict_of(difference: Estimate, p: float, level: float = LEVEL) -> Standing:
    """'better' where the whole interval lies below 0 and p is below 1 - level, 'worse' where it lies above; both have to say so.

    Example:
        >>> verdict_of(Estimate(value=-0.1, low=-0.2, high=-0.01), 0.02), verdict_of(Estimate(value=-0.1, low=-0.2, high=-0.01), 0.07)
        ('better', 'no difference that this dev set can show')
    """
    low, high = difference.low, difference.high
    if low is None or high is None or round(p - (1 - level), 12) >= 0:
        return NONE
    return "better" if round(high, 9) < 0 else "worse" if round(low, 9) > 0 else NONE

"""Samples drawn from the pools of one net, each diagnosed, and how the verdicts came out.

A role of n rows is n rows of its pool drawn with replacement: the pool is the population, and its rate the truth. The tolerance is 0.02
as users have it; then it is moved so that a gap lies on it, just below, just above, or a number of standard errors away.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.situations.situation import Planted, Pool, Situation, Sizes
from benchmarks.situations.targets import FAR
from fathom.core.records.diagnosis import Diagnosis
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.gaps import TOLERANCE
from fathom.diagnosis.sources import by_role

MOVED = (-6.0, -4.5, -FAR, -1.0, -0.25, 0.0, 0.25, 1.0, FAR, 4.5, 6.0)
"""Standard errors of gap minus tolerance to which the tolerance is moved."""

LEAST_TOLERANCE = 1e-3
"""Tolerances under a tenth of a point are nobody's."""

ALL = "all gaps"
PLANTED = "as planted"
TOO_SMALL = "diagnosis.dev.too_small"


@dataclass(frozen=True)
class Tally:
    """Verdicts on one gap of one net at one size and one tolerance.

    Attributes:
        gap: its name; or `ALL`, where `right` counts the diagnoses with every verdict right; or `PLANTED`, where it counts those
            that say of each gap what was meant to be.
        size: rows of dev (and of test, where dev is not drawn), or "run" for the run's own diagnosis.
        moved: where the tolerance was put, in standard errors; None for 0.02.
        truth: the gap over the pools.
        distance: (truth - tolerance) / standard error; for `ALL` the least |distance|.
        plain: the same with the standard error at the truth alone.
        high, low, unclear: how often each was said.
        right: how often what was said is the truth; of a bias below 0, where train is better than human, both "low" and "unclear" are.
        too_small: of these diagnoses, how many say that dev is too small.
    """

    gap: str
    size: str
    moved: float | None
    truth: float
    tolerance: float
    distance: float
    plain: float
    high: int
    low: int
    unclear: int
    right: int
    too_small: int

    @property
    def n(self) -> int:
        return self.high + self.low + self.unclear

    @property
    def wrong(self) -> int:
        """'high' where the truth is below the tolerance, 'low' where it is above."""
        if round(self.truth - self.tolerance, 9) == 0:
            return 0
        return self.low if self.truth > self.tolerance else self.high

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


ENDS = {"variance": ("train", "dev"), "data_mismatch": ("train_dev", "dev"), "dev_overfit": ("dev", "test")}


def ends(gap: str, roles: Mapping[str, Any]) -> tuple[str | None, str]:
    """The roles at the two ends of a gap; None for the human level."""
    if gap == "avoidable_bias":
        return None, "train"
    return ("train", "train_dev") if gap == "variance" and "train_dev" in roles else ENDS[gap]


def gaps_in(planted: Planted) -> list[str]:
    return ["avoidable_bias", *(gap for gap in ENDS if all(end in planted.pools for end in ends(gap, planted.pools)))]


def truth_of(planted: Planted, gap: str) -> float:
    start, end = ends(gap, planted.pools)
    return planted.pools[end].truth - (planted.human if start is None else planted.pools[start].truth)


def standard_error(planted: Planted, sizes: Sizes, gap: str, tolerance: float | None) -> float:
    """Of a gap over samples of these sizes; with a tolerance the greater of two: at the truth, and were the gap the tolerance.

    Near an error of 0 the first alone says too little: 0.4% of 300 has a standard error of 0.36 points, but no test on 300 rows
    tells it from 2%.
    """
    start, end = ends(gap, planted.pools)
    below = planted.human if start is None else planted.pools[start].truth
    fixed = 0.0 if start is None else planted.pools[start].variance(sizes[start])
    pool, n = planted.pools[end], sizes[end]
    at_truth = pool.variance(n)
    at_tolerance = at_truth
    if tolerance is not None and pool.is_rate:
        rate = min(max(below + tolerance, 0.0), 1.0)
        at_tolerance = rate * (1 - rate) / n
    return math.sqrt(fixed + max(at_truth, at_tolerance))


def distance_of(planted: Planted, sizes: Sizes, gap: str, tolerance: float, *, plain: bool = False) -> float:
    """(truth - tolerance) / standard error; infinite where nothing varies."""
    apart = truth_of(planted, gap) - tolerance
    error = standard_error(planted, sizes, gap, None if plain else tolerance)
    return apart / error if error > 0 else math.copysign(math.inf, apart)


def tolerance_at(planted: Planted, sizes: Sizes, gap: str, moved: float) -> float | None:
    """The tolerance that lies so many standard errors from the truth; None where it would be next to nothing."""
    truth = truth_of(planted, gap)
    tolerance = truth
    for _ in range(50):
        tolerance = truth - moved * standard_error(planted, sizes, gap, max(tolerance, 0.0))
    return tolerance if tolerance >= LEAST_TOLERANCE else None


def drawn(planted: Planted, sizes: Sizes, rng: np.random.Generator, seed: int = 0) -> dict[str, Any]:
    """The arguments of one diagnosis: the measured errors by role, and the classes where they matter."""
    rows = {role: _rows(pool, sizes[role], rng) for role, pool in planted.pools.items()}
    errors = {role: pool.errors[rows[role]] for role, pool in planted.pools.items()}
    truth = {role: pool.classes[rows[role]] for role, pool in planted.pools.items() if pool.classes is not None}
    more: dict[str, Any] = {"truth": truth} if truth else {}
    measured = by_role(errors, bounded=planted.scale is None, seed=seed)
    return {"source": measured, "human": planted.human, **more, **({} if planted.scale is None else {"scale": planted.scale})}


def _rows(pool: Pool, n: int, rng: np.random.Generator) -> Any:
    return rng.integers(len(pool.errors), size=n) if pool.drawn else slice(None)


@dataclass(frozen=True)
class Place:
    """Where diagnoses are counted: the tolerance, and the gaps that are judged there."""

    tolerance: float
    moved: float | None
    gaps: Sequence[str]


def places(planted: Planted, sizes: Sizes) -> Iterator[Place]:
    """0.02 for every gap, then each gap at each of `MOVED`."""
    yield Place(TOLERANCE, None, gaps_in(planted))
    for gap in gaps_in(planted):
        for moved in MOVED:
            tolerance = tolerance_at(planted, sizes, gap, moved)
            if tolerance is not None:
                yield Place(tolerance, moved, [gap])


def tallies(situation: Situation, planted: Planted, seed: int, *, draws: int, moved_draws: int) -> Iterator[Tally]:
    """All sizes and places of one net."""
    if situation.costly:
        draws, moved_draws = max(draws // 10, 1), max(moved_draws // 10, 1)
    for i, asked in enumerate(situation.sizes):
        sizes = _held(planted, asked)
        rng = np.random.default_rng([seed, i, 13])
        size = f"{sizes['dev']:,}" if planted.pools["dev"].drawn else f"{sizes['dev']:,}, test {sizes['test']:,}"
        for place in places(planted, sizes):
            count = draws if place.moved is None else moved_draws
            found = [diagnose(**drawn(planted, sizes, rng, k), tolerance=place.tolerance) for k in range(count)]
            yield from _counted(planted, sizes, place, found, size, situation.verdicts)
    if planted.own is not None:
        place = Place(planted.own.tolerance, None, gaps_in(planted))
        yield from _counted(planted, _held(planted, planted.sizes), place, [planted.own], "run", situation.verdicts)


def _held(planted: Planted, sizes: Sizes) -> dict[str, int]:
    """Sizes of the roles that there are; of a role that is not drawn its own."""
    return {role: sizes[role] if pool.drawn else len(pool.errors) for role, pool in planted.pools.items()}


def _counted(
    planted: Planted, sizes: Sizes, place: Place, found: Sequence[Diagnosis], size: str, meant: Mapping[str, str]
) -> Iterator[Tally]:
    small = sum(any(f.id == TOO_SMALL for f in d.findings) for d in found)
    made = {gap: _tally(planted, sizes, place, gap, found, size, small) for gap in place.gaps}
    yield from made.values()
    if place.moved is None:
        rightly = {gap: rights(gap, t.truth, t.tolerance) for gap, t in made.items()}
        yield _together(ALL, list(made.values()), found, rightly)
        if meant:
            yield _together(PLANTED, [made[gap] for gap in meant], found, {gap: (verdict,) for gap, verdict in meant.items()})


def _together(name: str, made: Sequence[Tally], found: Sequence[Diagnosis], wanted: Mapping[str, Sequence[str]]) -> Tally:
    """How often every gap has one of the verdicts that are wanted of it; the distance is that of the nearest."""
    right = sum(all(d.gaps[gap].verdict in verdicts for gap, verdicts in wanted.items()) for d in found)
    nearest, plain = (min(abs(getattr(t, which)) for t in made) for which in ("distance", "plain"))
    one = made[0]
    return Tally(name, one.size, None, 0.0, one.tolerance, nearest, plain, 0, 0, len(found), right, one.too_small)


def _tally(planted: Planted, sizes: Sizes, place: Place, gap: str, found: Sequence[Diagnosis], size: str, small: int) -> Tally:
    said = Counter(d.gaps[gap].verdict for d in found)
    truth, tolerance = truth_of(planted, gap), place.tolerance
    distance, plain = (distance_of(planted, sizes, gap, tolerance, plain=p) for p in (False, True))
    return Tally(
        gap,
        size,
        place.moved,
        truth,
        tolerance,
        distance,
        plain,
        said["high"],
        said["low"],
        said["unclear"],
        sum(said[v] for v in rights(gap, truth, tolerance)),
        small,
    )


def rights(gap: str, truth: float, tolerance: float) -> tuple[str, ...]:
    """The verdicts that are right."""
    if round(truth - tolerance, 9) >= 0:
        return ("high",)
    return ("low", "unclear") if gap == "avoidable_bias" and truth < 0 else ("low",)

"""Splitting by source: dev and test from the goal alone, the rest of it and all other sources train, train_dev out of train's mix.

Source: C2W1-06, C3W2-07..09.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.records.split_plan import SplitPlan
from fathom.core.roles import ROLES
from fathom.data.dataset import Dataset
from fathom.data.splitting.by_time import by_time, times_of
from fathom.data.splitting.copies import mixed
from fathom.data.splitting.like import plan_like
from fathom.data.splitting.made import Asked, Made, contents, make, ranked_rows, ruled_by
from fathom.data.splitting.ranking import DEV, TRAIN, Units, assign, by_cut_points, cut_points
from fathom.data.splitting.row_digests import row_digests
from fathom.data.splitting.sizes import size_of
from fathom.data.splitting.source_findings import source_findings
from fathom.data.splitting.sources import Sources, goal_of, rows_by_source, sources_of

LEAST_PART = 5
"""train_dev is as large as dev, but no more than one part in five of what trains."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BySource:
    """A split by source: the sets by role, how, and what was seen."""

    parts: dict[str, Dataset]
    plan: SplitPlan
    findings: tuple[Finding, ...]


def make_by_source(data: Dataset, asked: Asked) -> BySource:
    """Give every example of a set with a source column a role.

    The goal's rows are split alone, by their own ranks: which of them are dev and test does not depend on the other sources.

    Args:
        data: the whole set, its columns with their uses.
        asked: `goal` names the sources that count; dev_size and test_size are of the goal's rows.
    """
    earlier = None if asked.like is None else plan_like(asked.like)
    if earlier is not None:
        data = ruled_by(data, **{use: getattr(earlier, use) or None for use in ("group", "time", "id", "source")})
    sources = sources_of(data)
    goal = goal_of(sources, asked.goal) if earlier is None else _kept_goal(sources, earlier, asked)
    at_goal = np.flatnonzero(sources.among(goal))
    others = np.flatnonzero(~sources.among(goal))
    made = make(data.take(at_goal), dataclasses.replace(asked, others_train=bool(len(others))))
    kept, left_out = _without_twins(data, others, made)
    trains = np.sort(np.concatenate([at_goal[made.roles == TRAIN], kept]))
    if not len(trains):
        raise refuse("train", expected="at least one example", got="none", fix="give a smaller dev_size or test_size")
    cuts = None if earlier is None else earlier.cuts.get("train_dev", {})
    carved = carve(data.take(trains), asked, made.plan.rows.get("dev", 0), several=bool(len(others)), cuts=cuts)
    parts = {**made.parts(), "train": carved.train}
    if carved.train_dev is not None:
        parts["train_dev"] = carved.train_dev
    listed = {role: parts[role] for role in ROLES if role in parts}
    plan = dataclasses.replace(
        made.plan,
        rows={role: len(part) for role, part in listed.items()},
        source=data.source_column or "",
        goal=list(goal),
        sources=rows_by_source(listed),
        cuts={**made.plan.cuts, **({"train_dev": carved.cuts} if carved.cuts else {})},
    )
    return BySource(listed, plan, (*made.findings, *left_out, *carved.findings, *source_findings(listed, goal)))


def take_by_source(parts: Mapping[str, Dataset], asked: Asked, plan: SplitPlan) -> BySource:
    """Roles that exist: the goal is what dev is of, and train_dev is carved out of train where there is none and train has other sources.

    Args:
        parts: train and dev at least are there, or dev was declined.
        asked: `goal` where it was said; `train_dev_size` as in `carve`.
        plan: how the roles came to be.
    """
    of_dev = sources_of(parts["dev"]).names if "dev" in parts else ()
    goal = of_dev if asked.goal is None else goal_of(_all_sources(parts), asked.goal)
    strange = bool(goal) and not set(sources_of(parts["train"]).names) <= set(goal)
    listed, carved = dict(parts), Carved(parts["train"])
    if "train_dev" not in parts:
        carved = carve(parts["train"], dataclasses.replace(asked, like=None), len(parts.get("dev", ())), several=strange)
        listed |= {"train": carved.train, **({} if carved.train_dev is None else {"train_dev": carved.train_dev})}
    source = parts["train"].source_column or ""
    plan = dataclasses.replace(plan, source=source, goal=list(goal), sources=rows_by_source(listed), seed=asked.seed)
    return BySource(listed, plan, (*carved.findings, *source_findings(listed, goal)))


def _all_sources(parts: Mapping[str, Dataset]) -> Sources:
    """Every source of any role."""
    counts: dict[str, int] = {}
    for part in parts.values():
        for name, n in sources_of(part).counts.items():
            counts[name] = counts.get(name, 0) + n
    return Sources(tuple(counts), np.repeat(np.arange(len(counts)), list(counts.values())))


def _kept_goal(sources: Sources, earlier: SplitPlan, asked: Asked) -> tuple[str, ...]:
    if not earlier.source:
        raise refuse("`like`", expected="an earlier split by source", got="one without", fix="leave `source` or `like` out")
    if asked.goal is not None and set(goal_of(sources, asked.goal)) != set(earlier.goal):
        raise refuse("`goal_source`", expected=f"that of the earlier split, {', '.join(earlier.goal)}", got=repr(asked.goal))
    return tuple(earlier.goal)


def _without_twins(data: Dataset, others: Rows, made: Made) -> tuple[Rows, tuple[Finding, ...]]:
    """Rows of other sources that may train: not those that dev or test know already."""
    held = made.data.take(np.flatnonzero(made.roles != TRAIN))
    if not len(others) or not len(held):
        return others, ()
    rest = data.take(others)
    reasons = dict(_reasons(rest, held, made.plan))
    out = np.zeros(len(others), dtype=bool)
    found = []
    for why, mask in reasons.items():
        if count := int((mask & ~out).sum()):
            what = f"{count:,} row{'s' * (count != 1)} of other sources {why}, and {'are' if count != 1 else 'is'} left out."
            evidence = {"rows": count, "of": len(others)}
            found.append(Finding(id="data.source.left_out", severity="info", what=what, where=data.source_column or "", evidence=evidence))
        out |= mask
    return others[~out], tuple(found)


def _reasons(rest: Dataset, held: Dataset, plan: SplitPlan) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Why a row of another source may not train, and which do so."""
    group, time = held.column_for("group"), plan.time
    if group:
        yield (
            f"share their {group} with dev or test",
            rest.table.get_column(group).is_in(held.table.get_column(group).drop_nulls().implode()).fill_null(False).to_numpy(),
        )
    if time:
        yield "are later than the first of dev or test", by_time(times_of(rest.table.get_column(time)), plan.cuts) != TRAIN
    if plan.cuts.get("single") != "all":
        single = np.array([int(word, 16) for word in plan.cuts.get("single", ())], dtype=np.uint64)
        known = np.setdiff1d(row_digests(held.table, contents(held), plan.seed), single)
        yield "equal a row of dev or test", np.isin(row_digests(rest.table, contents(held), plan.seed), known)


@dataclass(frozen=True, eq=False)
class Carved:
    """Train, and what was carved out of it as train_dev."""

    train: Dataset
    train_dev: Dataset | None = None
    cuts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def carve(pool: Dataset, asked: Asked, dev: int, *, several: bool, cuts: Mapping[str, Any] | None = None) -> Carved:
    """Take train_dev out of what trains: every source and class in proportion, groups and equal rows whole (C3W2-09).

    Args:
        pool: what trains.
        asked: `train_dev_size` is a count, a share of the pool, 0 for none, or None: as large as dev, at most a fifth of the pool.
        dev: rows of dev.
        several: whether train has other sources than dev; without them None means none.
        cuts: of an earlier split.
    """
    size = _train_dev_size(len(pool), asked, dev, several)
    if cuts is None and not size:
        return Carved(pool)
    plan = None if asked.like is None else plan_like(asked.like)
    seed = asked.seed if plan is None else plan.seed
    ranked = ranked_rows(pool, seed, asked.stratify, None if cuts is None else cuts.get("single", ()))
    units = _ranked_anew(ranked.units)
    roles = assign(units, size, 0) if cuts is None else by_cut_points(units.rank, cuts)
    mine = roles[units.of] == DEV
    if not mine.any() or mine.all():
        return Carved(pool)
    found = cut_points(units, roles) if cuts is None else dict(cuts)
    if ranked.copies is not None:
        found["single"] = ranked.copies.single
    return Carved(pool.take(np.flatnonzero(~mine)), pool.take(np.flatnonzero(mine)), found)


def _train_dev_size(rows: int, asked: Asked, dev: int, several: bool) -> int:
    if asked.train_dev_size is not None:
        size = size_of("train_dev_size", rows, asked.train_dev_size)
        if size >= rows:
            raise refuse("`train_dev_size`", expected=f"fewer than the {rows:,} rows that train", got=f"{size:,}")
        return size
    return min(dev, rows // LEAST_PART) if several else 0


def _ranked_anew(units: Units) -> Units:
    """Other ranks that follow from the same ones: what is left of the goal has only large ranks."""
    return dataclasses.replace(units, rank=mixed(units.rank, np.ones(len(units.rank), dtype=np.int64)))

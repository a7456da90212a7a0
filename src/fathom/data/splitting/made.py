"""Making roles for a set that has none: exact sizes, strata, groups, time, copies, and the cut points to do it again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import did_you_mean, refuse
from fathom.core.records.finding import Finding
from fathom.core.records.split_plan import SplitPlan
from fathom.data.dataset import Dataset
from fathom.data.splitting.by_time import by_time, time_cuts, time_findings, times_of
from fathom.data.splitting.copies import Copies, find_copies
from fathom.data.splitting.like import plan_like, target_like
from fathom.data.splitting.ranking import DEV, NAMES, TEST, Units, assign, by_cut_points, cut_points
from fathom.data.splitting.row_digests import row_digests
from fathom.data.splitting.sizes import Sizes, role_sizes
from fathom.data.splitting.strata import Strata, strata_of

GROUPS_A_STRATUM = 10
"""Groups that every stratum needs for groups to be stratified."""

Roles = NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a caller asked of a split; `goal` names the sources that count, `others_train` says that others fill train (see `by_source`)."""

    seed: int = 0
    dev_size: float | None = None
    test_size: float | None = None
    stratify: bool = True
    like: Any = None
    goal: Any = None
    train_dev_size: float | None = None
    others_train: bool = False


@dataclass(frozen=True, eq=False)
class Made:
    """A split that was made.

    Attributes:
        data: the set, with the ruling columns out of its inputs.
        roles: (n,) positions in ("train", "dev", "test").
        plan: how, with the cut points.
        findings: what was seen.
    """

    data: Dataset
    roles: Roles
    plan: SplitPlan
    findings: tuple[Finding, ...]

    def parts(self) -> dict[str, Dataset]:
        """The sets by role; roles without rows are left out."""
        return {name: self.data.take(np.flatnonzero(self.roles == NAMES.index(name))) for name in self.plan.rows}


def ruled_by(data: Dataset, **uses: str | None) -> Dataset:
    """The set with columns given the uses group, time and id; they are no inputs any more.

    Raises:
        UnusableInput: no such column, the target itself, or both a group and a time.
    """
    for use, name in uses.items():
        if name is not None:
            data = _with_use(data, use, name)
    if data.column_for("group") and data.column_for("time"):
        raise refuse("split", expected="`group` or `time`", got="both", fix="give the one that tells what is new at prediction time")
    return data


def _with_use(data: Dataset, use: str, name: str) -> Dataset:
    names = [c.name for c in data.columns if c.use != "target"]
    if name not in names:
        raise refuse(f"`{use}`", expected="the name of a column", got=repr(name), fix=did_you_mean(str(name), names))
    changed = tuple(
        dataclasses.replace(c, use=use) if c.name == name else dataclasses.replace(c, use="aside") if c.use == use else c  # type: ignore[arg-type]
        for c in data.columns
    )
    return dataclasses.replace(data, columns=changed)


def make(data: Dataset, asked: Asked) -> Made:
    """Give every example a role."""
    if asked.like is not None:
        return _made_like(data, asked)
    sizes = role_sizes(len(data), asked.dev_size, asked.test_size, others_train=asked.others_train)
    time = data.column_for("time")
    return _made_by_time(data, time, sizes) if time else _made_by_rank(data, asked, sizes)


def _finish(data: Dataset, roles: Roles, findings: tuple[Finding, ...], **plan: Any) -> Made:
    rows = {name: int(n) for name, n in zip(NAMES, np.bincount(roles, minlength=3), strict=True) if n}
    return Made(data, roles, SplitPlan(method="made", rows=rows, **plan), findings)


def _made_by_time(data: Dataset, time: str, sizes: Sizes) -> Made:
    times = times_of(data.table.get_column(time))
    cuts = time_cuts(times, sizes.dev, sizes.test)
    roles = by_time(times, cuts)
    return _finish(data, roles, time_findings(times, roles, (sizes.dev, sizes.test)), time=time, cuts=cuts)


@dataclass(frozen=True, eq=False)
class Ranked:
    """What is ranked, its strata, and what was decided about copies."""

    units: Units
    strata: Strata
    copies: Copies | None


def ranked_rows(data: Dataset, seed: int, stratify: bool, single: Any = None) -> Ranked:
    """Ranks of a set; `single` is what an earlier split decided about copies."""
    strata = strata_of(data, stratify)
    if group := data.column_for("group"):
        rank = _group_digests(data, group, seed)
        return Ranked(Units.of_rows(rank, rank, strata.of), strata, None)
    copies = find_copies(row_digests(data.table, contents(data), seed), single)
    named = data.column_for("id")
    rank = row_digests(data.table, [named], seed) if named else copies.unit
    return Ranked(Units.of_rows(copies.unit, rank, strata.of), strata, copies)


def _group_digests(data: Dataset, group: str, seed: int) -> NDArray[np.uint64]:
    """A digest for each group; a row without a group stands alone."""
    digests = row_digests(data.table, [group], seed)
    alone = np.flatnonzero(data.table.get_column(group).is_null().to_numpy())
    if len(alone):
        digests[alone] = row_digests(data.take(alone).table, contents(data), seed)
    return digests


def contents(data: Dataset) -> list[str]:
    """The columns by which rows are equal: the inputs, without where a row comes from."""
    source = data.source_column
    return [c.name for c in data.inputs if c.name != source]


def _made_by_rank(data: Dataset, asked: Asked, sizes: Sizes) -> Made:
    ranked = ranked_rows(data, asked.seed, asked.stratify)
    if data.column_for("group"):
        ranked = _with_few_groups(ranked, sizes, train=not asked.others_train)
    units, strata = ranked.units, ranked.strata
    roles = assign(units, sizes.dev, sizes.test, train=not asked.others_train)
    cuts = cut_points(units, roles)
    if ranked.copies is not None:
        cuts["single"] = ranked.copies.single
    rows = roles[units.of]
    findings = ranked.copies.findings if ranked.copies else _group_findings(rows, sizes)
    return _finish(data, rows, findings, seed=asked.seed, stratified=strata.several, cuts=cuts, **_ruling(data))


def _ruling(data: Dataset) -> dict[str, str]:
    return {"group": data.column_for("group") or "", "id": "" if data.column_for("group") else data.column_for("id") or ""}


def _with_few_groups(ranked: Ranked, sizes: Sizes, *, train: bool) -> Ranked:
    """Groups are stratified where there are enough of them; refused where there are fewer than roles."""
    units, roles = ranked.units, train + (sizes.dev > 0) + (sizes.test > 0)
    if len(units.rank) < roles:
        raise refuse("`group`", expected=f"at least {roles} groups", got=f"{len(units.rank)}", fix="no group may stand in two roles")
    counts = np.bincount(units.stratum)
    if not ranked.strata.several or counts[counts > 0].min() >= GROUPS_A_STRATUM:
        return ranked
    return Ranked(units.one_stratum(), Strata(np.zeros_like(ranked.strata.of), False), None)


def _group_findings(roles: Roles, sizes: Sizes) -> tuple[Finding, ...]:
    got, wanted = [int((roles == r).sum()) for r in (DEV, TEST)], [sizes.dev, sizes.test]
    if all(abs(g - w) <= 0.1 * w for g, w in zip(got, wanted, strict=True)):
        return ()
    what = f"dev has {got[0]:,} and test {got[1]:,} rows in place of {wanted[0]:,} and {wanted[1]:,}: groups stay whole."
    evidence = {"dev": got[0], "test": got[1], "dev_wanted": wanted[0], "test_wanted": wanted[1]}
    return (Finding(id="data.split.group_sizes", severity="info", what=what, evidence=evidence),)


def _made_like(data: Dataset, asked: Asked) -> Made:
    """The cut points of an earlier split: a row that was there keeps its role."""
    if asked.dev_size is not None or asked.test_size is not None:
        raise refuse("split", expected="sizes or `like`", got="both", fix="an earlier split's cut points decide the sizes")
    plan, target = plan_like(asked.like), target_like(asked.like)
    if target and target != data.target.name:
        got = f"one with target '{target}'"
        raise refuse("`like`", expected=f"an earlier split of this set (target '{data.target.name}')", got=got, fix="split without it")
    data = ruled_by(data, **{use: name or None for use, name in (("group", plan.group), ("time", plan.time), ("id", plan.id))})
    kept = {"seed": plan.seed, "stratified": plan.stratified, "group": plan.group, "time": plan.time, "id": plan.id, "like": plan.like}
    if plan.time:
        roles = by_time(times_of(data.table.get_column(plan.time)), plan.cuts)
        return _finish(data, roles, (), **kept, cuts=plan.cuts)
    ranked = ranked_rows(data, plan.seed, False, single=plan.cuts.get("single", ()))
    roles = by_cut_points(ranked.units.rank, plan.cuts)
    return _finish(data, roles[ranked.units.of], ranked.copies.findings if ranked.copies else (), **kept, cuts=plan.cuts)

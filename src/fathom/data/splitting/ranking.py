"""Roles by rank: inside each stratum the smallest ranks are test, the next ones dev, the others train.

A rank is a hash of the row alone, so a row keeps its role when rows are added, as far as the cut points allow; with the cut points of an
earlier split it keeps it always. A unit is what must not be divided: a row, copies of a row, or a group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.data.splitting.apportion import Counts, share_roles

TRAIN, DEV, TEST = 0, 1, 2

NAMES = ("train", "dev", "test")


@dataclass(frozen=True, eq=False)
class Units:
    """What is ranked; u units of n rows.

    Attributes:
        of: (n,) int64, each row's unit.
        rank: (u,) uint64.
        weight: (u,) int64, rows of the unit.
        stratum: (u,) int64, the stratum that most of its rows are in.
    """

    of: NDArray[np.int64]
    rank: NDArray[np.uint64]
    weight: Counts
    stratum: NDArray[np.int64]

    @classmethod
    def of_rows(cls, unit: NDArray[Any], rank: NDArray[np.uint64], stratum: NDArray[np.int64]) -> Units:
        """Gather rows with equal `unit`; a unit's rank is the smallest of its rows' ranks."""
        _, of, weight = np.unique(unit, return_inverse=True, return_counts=True)
        smallest = np.full(len(weight), np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(smallest, of, rank)
        return cls(of.astype(np.int64), smallest, weight.astype(np.int64), _most_common(of, stratum))

    def one_stratum(self) -> Units:
        """The same units in one stratum."""
        return Units(self.of, self.rank, self.weight, np.zeros_like(self.stratum))


def _most_common(of: NDArray[Any], stratum: NDArray[np.int64]) -> NDArray[np.int64]:
    strata = int(stratum.max(initial=0)) + 1
    keys, counts = np.unique(of.astype(np.int64) * strata + stratum, return_counts=True)
    units, kinds = keys // strata, keys % strata
    order = np.lexsort((kinds, -counts, units))
    first = np.flatnonzero(np.r_[True, np.diff(units[order]) > 0]) if len(order) else np.zeros(0, dtype=np.int64)
    return kinds[order][first]


def assign(units: Units, dev: int, test: int, *, train: bool = True) -> NDArray[np.int8]:
    """Roles of the units, with `dev` and `test` rows in all: exactly where units are single rows, else as near as they allow.

    Args:
        units: what is ranked.
        dev, test: rows wanted.
        train: whether train must get at least one unit.

    Returns:
        (u,) TRAIN, DEV or TEST.
    """
    sizes = np.bincount(units.stratum, weights=units.weight).astype(np.int64)
    devs, tests = share_roles(dev, test, sizes)
    roles = np.zeros(len(units.rank), dtype=np.int8)
    order = np.lexsort((units.rank, units.stratum))
    bounds = np.searchsorted(units.stratum[order], np.arange(len(sizes) + 1))
    owed = {TEST: 0, DEV: 0}
    for s in np.argsort(sizes, kind="stable"):
        members = order[bounds[s] : bounds[s + 1]]
        for role, quota in ((TEST, tests[s]), (DEV, devs[s])):
            free = members[roles[members] == TRAIN]
            taken = _take(units.weight[free], int(quota) + owed[role])
            roles[free[taken]] = role
            owed[role] += int(quota) - int(units.weight[free[taken]].sum())
    return _none_empty(units, roles, [r for r, n in ((TEST, test), (DEV, dev), (TRAIN, train)) if n])


def _take(weights: Counts, quota: int) -> NDArray[np.int64]:
    """Positions that fill `quota`: the first ones while they fit, then later ones that fit, then one more if that is nearer."""
    prefix = int(np.searchsorted(np.cumsum(weights), quota, side="right"))
    taken, rest = list(range(prefix)), quota - int(weights[:prefix].sum())
    for i in range(prefix, len(weights)) if rest > 0 else ():
        if weights[i] <= rest:
            taken.append(i)
            rest -= int(weights[i])
        if rest == 0:
            break
    left = np.setdiff1d(np.arange(prefix, len(weights)), taken) if rest > 0 else np.zeros(0, dtype=np.int64)
    if len(left) > 1 and abs(int(weights[left].min()) - rest) < rest:
        taken.append(int(left[np.argmin(weights[left])]))
    return np.array(taken, dtype=np.int64)


def _none_empty(units: Units, roles: NDArray[np.int8], wanted: list[int]) -> NDArray[np.int8]:
    """Give each wanted role at least one unit: the smallest of the role that has most."""
    for role in wanted:
        if not (roles == role).any():
            members = np.flatnonzero(roles == np.bincount(roles, minlength=3).argmax())
            roles[members[np.argmin(units.weight[members])]] = role
    return roles


def cut_points(units: Units, roles: NDArray[np.int8]) -> dict[str, Any]:
    """What `by_cut_points` needs to give the same roles again.

    One pair of cut points for all strata, and the units that are not where these put them: each stratum's own quota moves some units near a
    cut point. So a unit's role needs no stratum, which for a group may change when rows are added.

    Returns:
        "test", "dev": the largest rank, in hex, or None for a role without rows; "exceptions": rank -> role.
    """
    cuts: dict[str, Any] = {NAMES[role]: _largest(units.rank, roles, role) for role in (TEST, DEV)}
    odd = np.flatnonzero(by_cut_points(units.rank, cuts) != roles)
    return {**cuts, "exceptions": {f"{int(units.rank[u]):016x}": NAMES[roles[u]] for u in odd}}


def _largest(ranks: NDArray[np.uint64], roles: NDArray[np.int8], role: int) -> str | None:
    """The end of a role's stretch of ranks, in hex: where most of the role lies before it and little of the roles that come after."""
    order = np.argsort(ranks)
    ordered = roles[order]
    mine = np.flatnonzero(ordered == role)
    if not len(mine):
        return None
    later = np.flatnonzero(ordered < role)
    gain = np.arange(1, len(mine) + 1) - np.searchsorted(later, mine)
    return f"{int(ranks[order][mine[int(np.argmax(gain))]]):016x}"


def by_cut_points(ranks: NDArray[np.uint64], cuts: Mapping[str, Any]) -> NDArray[np.int8]:
    """(u,) roles by the cut points of an earlier split."""
    roles = np.full(len(ranks), TRAIN, dtype=np.int8)
    for role in (DEV, TEST):
        if cuts.get(NAMES[role]) is not None:
            roles[ranks <= np.uint64(int(cuts[NAMES[role]], 16))] = role
    named = cuts.get("exceptions", {})
    order = np.argsort(ranks)
    wanted = np.array([int(rank, 16) for rank in named], dtype=np.uint64)
    at = np.minimum(np.searchsorted(ranks, wanted, sorter=order), max(len(ranks) - 1, 0))
    there = ranks[order[at]] == wanted
    roles[order[at[there]]] = np.array([NAMES.index(name) for name in named.values()], dtype=np.int8)[there]
    return roles

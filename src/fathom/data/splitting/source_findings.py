"""What sources show: dev and test not alike, no train_dev although train differs, one source only, few groups in many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fathom.core.records.finding import Finding
from fathom.data.dataset import Dataset
from fathom.data.splitting.sources import rows_by_source, sources_of

APART, LEAST_APART = 4.0, 0.05
"""Standard errors, and points of a share, from which on dev and test are not of one mix."""

FEW_GROUPS = 30
"""Groups of a source below which a net may learn them one by one."""

ROWS_A_GROUP = 20
"""Rows of a group from which on they are many."""


def source_findings(parts: Mapping[str, Dataset], goal: tuple[str, ...]) -> Iterator[Finding]:
    """What sources show: dev and test not alike, no train_dev although train differs, one source only, few groups in many rows."""
    rows = rows_by_source(parts)
    column = parts["train"].source_column or ""
    yield from _apart(rows, column)
    yield from _not_the_goal(rows, goal, column)
    yield from _no_train_dev(rows, parts, column)
    if len(rows) == 1:
        what = f"Every row is of '{next(iter(rows))}': '{column}' tells nothing, and the split is that of one source."
        yield Finding(id="data.source.single", severity="info", what=what, where=column)
    yield from _few_groups(parts["train"], goal, column)


def _apart(rows: Mapping[str, Mapping[str, int]], column: str) -> Iterator[Finding]:
    """Dev and test must come from one distribution (C2W1-06, C3W1-09)."""
    shares = [(name, _share(rows, name, "dev"), _share(rows, name, "test")) for name in rows]
    if any(share.of == 0 for _, *both in shares for share in both):
        return
    name, dev, test = max(shares, key=lambda item: _standard_errors(item[1], item[2]))
    if _standard_errors(dev, test) < APART or abs(dev.value - test.value) < LEAST_APART:
        return
    yield Finding(
        id="data.source.dev_test_apart",
        severity="warning",
        what=f"dev and test are not of one mix of sources: '{name}' is {dev.value:.0%} of dev and {test.value:.0%} of test.",
        where=column,
        evidence={"source": name, "dev": dev.value, "test": test.value},
        cause="they were collected apart",
        fix="Put both together and divide them anew: a dev set that is not like test aims at the wrong goal.",
    )


@dataclass(frozen=True)
class Share:
    """A share of so many examples."""

    value: float
    of: int


def _share(rows: Mapping[str, Mapping[str, int]], name: str, role: str) -> Share:
    total = sum(of.get(role, 0) for of in rows.values())
    return Share(rows[name].get(role, 0) / max(total, 1), total)


def _standard_errors(a: Share, b: Share) -> float:
    """How many standard errors two shares are apart."""
    pooled = (a.value * a.of + b.value * b.of) / (a.of + b.of)
    spread = (pooled * (1 - pooled) * (1 / a.of + 1 / b.of)) ** 0.5
    return abs(a.value - b.value) / spread if spread > 0 else 0.0


def _not_the_goal(rows: Mapping[str, Mapping[str, int]], goal: tuple[str, ...], column: str) -> Iterator[Finding]:
    """Dev and test stand for what counts: nothing else belongs in them (C3W1-11)."""
    for role in ("dev", "test"):
        odd = {name: of[role] for name, of in rows.items() if name not in goal and of.get(role)}
        if odd:
            what = f"{sum(odd.values()):,} rows of {role} are not of the goal ({', '.join(goal)}) but of {', '.join(odd)}."
            fix = f"Put them into train: {role} is to be what you want to do well on."
            yield Finding(id="data.source.not_the_goal", severity="warning", what=what, where=column, evidence=odd, fix=fix)


def _no_train_dev(rows: Mapping[str, Mapping[str, int]], parts: Mapping[str, Dataset], column: str) -> Iterator[Finding]:
    """Without train_dev a mismatch counts as variance (C2W1-11)."""
    strange = [name for name, of in rows.items() if of.get("train") and not of.get("dev")]
    if "train_dev" in parts or "dev" not in parts or not strange:
        return
    count = sum(rows[name]["train"] for name in strange)
    yield Finding(
        id="data.source.no_train_dev",
        severity="warning",
        what=f"{count:,} of {len(parts['train']):,} rows of train are of sources that dev has not, and there is no train_dev: "
        "a mismatch will count as variance.",
        where=column,
        evidence={"sources": strange, "rows": count},
        fix="Leave train_dev_size=0 out, or give train_dev=.",
    )


def _few_groups(train: Dataset, goal: tuple[str, ...], column: str) -> Iterator[Finding]:
    """Many rows of a source from a handful of groups: one hour of noise under 10,000 hours of speech (C3W2-13)."""
    group = train.column_for("group")
    if group is None:
        return
    sources = sources_of(train)
    for place, name in enumerate(sources.names):
        rows = np.flatnonzero(sources.of == place)
        groups = int(train.take(rows).table.get_column(group).drop_nulls().n_unique()) if name not in goal else 0
        if 0 < groups < FEW_GROUPS and len(rows) >= ROWS_A_GROUP * groups:
            yield Finding(
                id="data.source.few_groups",
                severity="warning",
                what=f"The {len(rows):,} rows of '{name}' in train come from {groups} different {group}: a net may learn those alone.",
                where=name,
                evidence={"source": name, "rows": len(rows), "groups": groups},
                cause="they were synthesized from few originals",
                fix="Make them from more originals; to people twenty cars look like all cars, to a net they are twenty cars.",
            )

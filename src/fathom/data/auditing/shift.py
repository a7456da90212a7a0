"""Dev and test that are not of one distribution: what dev chooses is then not what test asks for (C2W1-06, C3W1-09)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.core.seeding import generator
from fathom.data.auditing.check import Seen, Suspect
from fathom.data.auditing.subject import Subject
from fathom.data.auditing.telling_columns import MOST, region, telling_columns
from fathom.data.auditing.two_samples import TwoSamples, two_samples

LARGEST = 2_000
"""Rows of a role that the classifiers see."""

FEWEST = 20
"""Rows of a role, or groups of it, below which no classifier is fitted."""

DRAWS = 9_999

Codes = NDArray[np.int64]


def shift(subject: Subject) -> Seen:
    """Dev against test; and train against dev where the roles were not drawn from one set, as a note (C2W1-11)."""
    pairs = [("dev", "test")] if {"dev", "test"} <= set(subject.roles) else []
    if not pairs:
        return Seen(left="there is no dev and test to compare")
    if not subject.exchangeable:
        pairs.append(("train", "dev"))
    seen = [_pair(subject, first, second) for first, second in pairs]
    return Seen(
        suspects=tuple(s for part in seen for s in part.suspects),
        approximate=tuple(dict.fromkeys(text for part in seen for text in part.approximate)),
        left=seen[0].left,
    )


def _pair(subject: Subject, first: str, second: str) -> Seen:
    rows = {role: subject.drawn(role, LARGEST) for role in (first, second)}
    groups = _group_codes(subject, rows)
    units = [len(np.unique(part)) for part in groups] if groups else [len(part) for part in rows.values()]
    if min(units) < FEWEST:
        return Seen(left=f"{first} or {second} has only {min(units)} {'groups' if groups else 'rows'}")
    a, b = (_with_target(subject, role, part) for role, part in rows.items())
    found = two_samples(a, b, subject.seed, groups)
    sampled = [f"{len(part):,} of {len(subject.roles[role]):,} rows of {role}" for role, part in rows.items()]
    whole = all(len(part) == len(subject.roles[role]) for role, part in rows.items())
    approximate = () if whole else (f"{first} and {second} were compared on {' and '.join(sampled)}.",)
    return Seen(suspects=(_suspect(subject, first, second, found),), approximate=approximate)


def _with_target(subject: Subject, role: str, rows: Codes) -> NDArray[np.float32]:
    """The inputs as a net sees them, and the target beside them: what is compared is both together."""
    y = subject.prepared.targets[role][rows]
    classes = len(subject.train.target.classes)
    beside = np.eye(classes, dtype=np.float32)[y] if classes else y.astype(np.float32)[:, None]
    return np.concatenate([subject.prepared.inputs[role][rows], beside], axis=1)


def _group_codes(subject: Subject, rows: dict[str, Codes]) -> tuple[Codes, Codes] | None:
    """Each row's group, none shared by the two roles; None where no column names groups."""
    named = {role: subject.groups(role) for role in rows}
    known = {role: group for role, group in named.items() if group is not None}
    if len(known) < len(rows):
        return None
    parts = [np.unique(known[role][part], return_inverse=True)[1].astype(np.int64) for role, part in rows.items()]
    return parts[0], parts[1] + int(parts[0].max(initial=0)) + 1


def _suspect(subject: Subject, first: str, second: str, found: TwoSamples) -> Suspect:
    note = first == "train" or bool(subject.ruling.get("time"))
    told = telling_columns(subject, first, second) if found.p <= 0.01 else {}
    listed = list(told)[:MOST]
    where = _where(subject, told)
    what = f"{first} and {second} are not of one distribution: a classifier tells them apart (area {found.auc:.2f}, p = {found.p:.2g})"
    finding = Finding(
        id="data.shift.train" if first == "train" else "data.shift.test",
        severity="info" if note else "warning",
        what=f"{what}{'; most by ' + where if where else ''}.",
        where=shown(listed, MOST),
        evidence={"auc": found.auc, "p": found.p, "columns": {name: told[name] for name in listed}, "telling": len(told)},
        cause="they come from different times"
        if subject.ruling.get("time")
        else "they come from different sources, or were sorted before the cut",
        fix="" if note else f"Put {first} and {second} together, shuffle them and cut anew: what is chosen on dev must be asked in test.",
    )
    return Suspect(found.p, f"{first} and {second} are of one distribution", finding)


def _where(subject: Subject, told: dict[str, dict[str, Any]]) -> str:
    if not told:
        return ""
    if subject.picture is not None and len(told) > 1:
        names = [c.name for c in subject.train.inputs]
        found = region(subject.picture, names, told)
        if found:
            return f"the pixels of {found}"
    return ", ".join(_column(name, about) for name, about in list(told.items())[:3])


def _column(name: str, about: dict[str, Any]) -> str:
    typical = [f"{role} {about[role]}" for role in about if role != "distance"]
    return f"'{name}' ({', '.join(typical)})"


def label_shift(subject: Subject) -> Seen:
    """Classes whose shares differ between dev and test; p by permuting which rows are of which role."""
    target = subject.train.target
    if not {"dev", "test"} <= set(subject.roles):
        return Seen(left="there is no dev and test to compare")
    if target.kind == "regression" or subject.ruling.get("group"):
        return Seen(left="the target is a number" if target.kind == "regression" else "rows of one group are not independent")
    counts = np.stack([np.bincount(subject.roles[role].y.astype(np.int64), minlength=len(target.classes)) for role in ("dev", "test")])
    p = permutation_p(counts, subject.seed)
    shares = counts / counts.sum(axis=1, keepdims=True)
    worst = int(np.argmax(np.abs(shares[0] - shares[1])))
    finding = Finding(
        id="data.shift.labels",
        severity="info" if subject.ruling.get("time") else "warning",
        what=f"dev and test differ in classes: '{target.classes[worst]}' is {shares[0, worst]:.1%} of dev, {shares[1, worst]:.1%} of test.",
        where=target.name,
        evidence={"shares": {c: [float(s) for s in shares[:, i]] for i, c in enumerate(target.classes[:50])}, "p": p},
        cause="they come from different sources, or were sorted before the cut",
        fix="Put dev and test together, shuffle them and cut anew.",
    )
    return Seen(suspects=(Suspect(p, "dev and test have the same shares of classes", finding),))


def permutation_p(counts: NDArray[np.int64], seed: int) -> float:
    """p of a table of two rows: the share of tables with the same margins that lie as far from independence.

    Example:
        >>> permutation_p(np.array([[50, 50], [52, 48]]), 0) > 0.5, permutation_p(np.array([[90, 10], [60, 40]]), 0) < 0.001
        (True, True)
    """
    margin, n = counts.sum(axis=0), int(counts[0].sum())
    kept = margin > 0
    expected = n * margin[kept] / margin.sum()
    drawn = generator(seed, "audit", "labels").multivariate_hypergeometric(margin[kept], n, size=DRAWS)

    def far(row: NDArray[Any]) -> Any:
        return ((row - expected) ** 2 / expected).sum(axis=-1)

    return float((1 + (far(drawn) >= far(counts[0][kept]) - 1e-9).sum()) / (1 + DRAWS))

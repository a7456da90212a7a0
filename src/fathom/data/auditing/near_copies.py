"""Near copies across roles: rows of dev and test that are a row of train with small changes (a picture saved anew, a second visit)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.finding import Finding
from fathom.data.auditing.check import Seen, Suspect, severity_of
from fathom.data.auditing.crowding import crowded, dimension, excess, inner_dimension, ratios
from fathom.data.auditing.nearest import nearest
from fathom.data.auditing.subject import Subject

NEIGHBORS = 10
FEWEST = 30
"""Rows of train below which a set says nothing of its own distances."""

WORK = 1.5e11
"""Products that the search may take in all; fewer rows are asked about where train is larger."""

LEVEL = 0.01
CUT = 0.02
"""The share of train's own rows that count as near, when the shares are compared."""

WITHIN = 0.1
"""A share of train's rows with a near copy in train from which on the set is said to repeat itself; LEVEL is expected."""

PAIRS = 20
"""Pairs that the evidence names."""


@dataclass(frozen=True, eq=False)
class Distances:
    """Rows of one role and their nearest rows of train.

    Attributes:
        rows: (q,) positions in the role.
        distances, places: (q, k).
    """

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]
    places: NDArray[np.int64]


def near_copies(subject: Subject) -> Seen:
    """Rows nearer to train than the set's own rows are to each other."""
    others = [role for role in subject.roles if role != "train"]
    if len(subject.train) < FEWEST:
        return Seen(left=f"train has only {len(subject.train)} rows")
    if not others:
        return Seen(left="there is no other role than train")
    pool = subject.points("train")
    most = max(200, min(subject.neighbors, int(WORK / (pool.size * (1 + len(others))))))
    own = _distances(subject, "train", pool, most)
    held = {role: _distances(subject, role, pool, most) for role in others}
    looked = [f"{len(found.rows):,} of {len(subject.roles[role]):,} rows of {role}" for role, found in held.items()]
    sampled = any(len(found.rows) < len(subject.roles[role]) for role, found in held.items())
    approximate = (f"Near copies were looked for among {' and '.join(looked)}, each against all of train.",) if sampled else ()
    return Seen(suspects=(*_single(subject, own, held), *_together(own, held), *_within(subject, own)), approximate=approximate)


def _distances(subject: Subject, role: str, pool: NDArray[np.float32], most: int) -> Distances:
    rows = subject.drawn(role, most)
    k = min(NEIGHBORS, len(pool) - 1)
    distances, places = nearest(subject.points(role, rows), pool, k, rows if role == "train" else None)
    return Distances(rows, distances, places)


def _natural(own: Distances) -> tuple[float, int]:
    """The set's dimension, exact copies left out, and k."""
    ratio, k = ratios(own.distances), own.distances.shape[1]
    return dimension(ratio[own.distances[:, 0] > 0], k), k


def _single(subject: Subject, own: Distances, held: dict[str, Distances]) -> list[Suspect]:
    """Rows each of which is too near to be there by nature."""
    d, k = _natural(own)
    chances = {role: np.where(found.distances[:, 0] > 0, crowded(ratios(found.distances), d, k), 1.0) for role, found in held.items()}
    n = sum(map(len, chances.values()))
    hits = {role: np.flatnonzero(p <= LEVEL / n) for role, p in chances.items()}
    least = min(float(p.min(initial=1.0)) for p in chances.values())
    counted = {role: len(at) for role, at in hits.items() if len(at)}
    said = " and ".join(f"{count:,} of {len(held[role].rows):,} rows of {role}" for role, count in counted.items())
    are = "is" if sum(counted.values()) == 1 else "are"
    usual = float(np.median(own.distances[:, 0]))
    finding = Finding(
        id="data.duplicates.near",
        severity=severity_of(max((count / len(held[role].rows) for role, count in counted.items()), default=0.0)),  # type: ignore[arg-type]
        what=f"{said} {are} nearly a row of train: far nearer than this set's rows lie to each other.",
        where=", ".join(counted),
        evidence={"rows": counted, "usual_distance": usual, "dimension": d, "pairs": _pairs(subject, held, hits)},
        cause="rows were copied with small changes, or one person, place or picture stands in several rows",
        fix="Leave them out, or name what they share: group=.",
    )
    return [Suspect(min(1.0, n * least), "single rows of dev and test are no nearer to train than is natural", finding)]


def _pairs(subject: Subject, held: dict[str, Distances], hits: dict[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """The nearest pairs, by their rows in the source."""
    found: list[dict[str, Any]] = [
        {
            "role": role,
            "row": int(subject.roles[role].rows[held[role].rows[i]]),
            "train_row": int(subject.train.rows[held[role].places[i, 0]]),
            "distance": float(held[role].distances[i, 0]),
        }
        for role, at in hits.items()
        for i in at
    ]
    return sorted(found, key=lambda pair: float(pair["distance"]))[:PAIRS]


def _together(own: Distances, held: dict[str, Distances]) -> list[Suspect]:
    """More rows near to train than train's own, where no single row is beyond doubt (few columns)."""
    base = ratios(own.distances)[own.distances[:, 0] > 0]
    if not len(base):
        return []
    other = np.concatenate([ratios(found.distances)[found.distances[:, 0] > 0] for found in held.values()])
    cut = float(np.quantile(base, CUT))
    below, base_below = int((other <= cut).sum()), int((base <= cut).sum())
    share, base_share = below / max(len(other), 1), base_below / len(base)
    finding = Finding(
        id="data.duplicates.excess",
        severity="warning",
        what=f"{below:,} of {len(other):,} rows of {' and '.join(held)} ({share:.1%}) lie oddly near to a row of train; "
        f"of train's own rows {base_share:.1%} do to another.",
        where=", ".join(held),
        evidence={"rows": below, "of": len(other), "share": share, "share_in_train": base_share},
        cause="rows were copied with small changes",
        fix="Look where they come from, or name what they share: group=.",
    )
    p = excess(below, len(other), base_below // 2, len(base) // 2)  # two rows of train that are near to each other are one event
    return [Suspect(p, "dev and test are no nearer to train than train's rows to each other", finding)]


def _within(subject: Subject, own: Distances) -> list[Suspect]:
    """Train itself is full of near copies, so that a split row by row put some of each into every role."""
    k = own.distances.shape[1]
    if not _continuous(subject, own) or subject.ruling or k < NEIGHBORS:
        return []
    n = len(own.rows)
    chances = np.where(own.distances[:, 0] > 0, crowded(ratios(own.distances), inner_dimension(own.distances), k), 1.0)
    count = int((chances <= LEVEL).sum())
    finding = Finding(
        id="data.duplicates.within",
        severity="warning",
        what=f"{count / n:.0%} of the rows of train have a near copy in train ({LEVEL:.0%} by nature), so other roles have some too.",
        where="train",
        evidence={"rows": count, "of": n, "share": count / n},
        cause="examples were multiplied (augmented, resampled, cut from longer ones) before the split",
        fix="Split first and multiply after it, or name what the copies share: group=.",
    )
    p = excess(count, n, int(WITHIN * n), n)
    return [Suspect(p, "train's rows are not copies of each other", finding)]


def _continuous(subject: Subject, own: Distances) -> bool:
    """Whether most features take many values; where few do, rows lie near each other by nature."""
    if subject.pixels:
        return True
    x = subject.prepared.inputs["train"][own.rows]
    many = [len(np.unique(column)) > 0.5 * len(column) for column in x.T]
    return sum(many) > 0.5 * len(many)

"""Rows with equal inputs: in two roles, or with two different labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.finding import Finding
from fathom.data.auditing.check import Seen
from fathom.data.auditing.subject import Subject
from fathom.data.splitting.copies import TWIN_SHARE
from fathom.data.splitting.shared_rows import shared_digests

SAID = ("data.split.shared_rows", "data.split.copies")
"""What loading and splitting say of equal rows already."""


def copies(subject: Subject) -> Seen:
    """Rows of one role whose inputs stand in another, unless the split has said so."""
    if any(finding.id in SAID for finding in subject.splits.findings):
        return Seen()
    return Seen(findings=shared_digests(subject.digests))


def label_conflicts(subject: Subject) -> Seen:
    """Equal inputs that have different labels: no net can get all of them right."""
    target = subject.train.target
    if target.kind == "regression":
        return Seen(left="the target is a number")
    digests = np.concatenate(list(subject.digests.values()))
    labels = np.concatenate([data.y for data in subject.roles.values()])
    wrong, conflicting, twins = conflicts(digests, labels, len(target.classes))
    if not conflicting:
        return Seen()
    n = len(labels)
    usual = twins >= TWIN_SHARE * n
    what = (
        f"{conflicting:,} of {n:,} rows have inputs equal to a row with another label: "
        f"no net gets fewer than {wrong:,} of them wrong ({wrong / n:.2%} of all rows)."
    )
    finding = Finding(
        id="data.labels.conflict",
        severity="info" if usual else "warning",
        what=what,
        where=target.name,
        evidence={"rows": conflicting, "of": n, "least_wrong": wrong, "least_error": wrong / n, "twins": twins},
        cause=f"{'few distinct inputs' if usual else 'wrong labels'}, or what decides is not among the columns",
        fix="" if usual else "Look at these rows; correct the labels, or add the column that tells them apart.",
    )
    return Seen(findings=(finding,))


def conflicts(digests: NDArray[np.uint64], labels: NDArray[np.int64], classes: int) -> tuple[int, int, int]:
    """How many rows the best answer to equal inputs gets wrong, how many rows are in conflict, how many have a twin.

    Args:
        digests: (n,) equal for equal inputs.
        labels: (n,) codes.
        classes: how many.

    Example:
        >>> conflicts(np.array([1, 1, 1, 2, 2, 3], np.uint64), np.array([0, 0, 1, 1, 1, 0]), 2)
        (1, 3, 5)
    """
    _, inverse, sizes = np.unique(digests, return_inverse=True, return_counts=True)
    twin = sizes[inverse] > 1
    place = np.cumsum(sizes > 1)[inverse[twin]] - 1
    pairs, counts = np.unique(place * classes + labels[twin], return_counts=True)
    heaps = pairs // classes
    most = np.zeros(int((sizes > 1).sum()), dtype=np.int64)
    np.maximum.at(most, heaps, counts)
    sizes = sizes[sizes > 1]
    torn = most < sizes
    return int((sizes - most).sum()), int(sizes[torn].sum()), int(twin.sum())

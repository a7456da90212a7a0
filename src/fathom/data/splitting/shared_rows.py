"""Rows that stand in two roles: what a net has seen in train proves nothing on dev."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.finding import Finding
from fathom.data.dataset import Dataset
from fathom.data.splitting.copies import TWIN_SHARE
from fathom.data.splitting.row_digests import row_digests

LARGE = 0.05
"""A share of the smaller role from which on shared rows are an error."""


def shared_rows(roles: Mapping[str, Dataset]) -> tuple[Finding, ...]:
    """A finding for each two roles that share rows with equal inputs."""
    names = [c.name for c in roles["train"].inputs]
    return shared_digests({role: row_digests(data.table, names, 0) for role, data in roles.items() if len(data)})


def shared_digests(digests: Mapping[str, NDArray[np.uint64]]) -> tuple[Finding, ...]:
    """The same from the digests of the rows' inputs, by role."""
    usual = _twin_share(digests["train"]) >= TWIN_SHARE
    found = (_shared(a, b, digests[a], digests[b], usual) for a, b in itertools.combinations(digests, 2))
    return tuple(f for f in found if f is not None)


def _twin_share(digests: NDArray[np.uint64]) -> float:
    counts = np.unique(digests, return_counts=True)[1]
    return float(counts[counts > 1].sum()) / max(len(digests), 1)


def _shared(first: str, second: str, a: NDArray[np.uint64], b: NDArray[np.uint64], usual: bool) -> Finding | None:
    """How many rows of the later role stand in the earlier one; where twins are usual within train already, no more than a note."""
    count = int(np.isin(b, a).sum())
    if not count:
        return None
    share = count / len(b)
    severity = "info" if usual else "error" if share >= LARGE else "warning"
    return Finding(
        id="data.split.shared_rows",
        severity=severity,  # type: ignore[arg-type]
        what=f"{count:,} of {len(b):,} rows of {second} ({share:.1%}) have inputs equal to a row of {first}.",
        where=second,
        evidence={"first": first, "second": second, "rows": count, "share": share},
        cause="few distinct inputs: equal rows are usual in this set" if usual else "rows were copied, or one set was cut out of another",
        fix="" if usual else f"Leave them out of {second}, or let fathom split the whole set.",
    )

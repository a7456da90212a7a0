"""What the audit measures with, against naive loops: the nearest rows of a set, and what one column alone says."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.data.auditing import nearest as searching
from fathom.data.auditing.nearest import nearest
from fathom.data.auditing.single_column import ENOUGH, SIDES, alone_on_classes


@pytest.mark.parametrize("block", [7, 64, 4_096])
@pytest.mark.parametrize("itself", [False, True])
def test_nearest_rows_are_those_of_a_full_search(monkeypatch, block, itself):
    monkeypatch.setattr(searching, "BLOCK", block)
    monkeypatch.setattr(searching, "QUERIES", 11)
    rng, k = np.random.default_rng(0), 5
    pool = rng.normal(size=(150, 6)).astype(np.float32)
    own = rng.permutation(150)[:40]
    asked = pool[own] if itself else rng.normal(size=(40, 6)).astype(np.float32)
    distances, places = nearest(asked, pool, k, own if itself else None)
    every = np.linalg.norm(asked[:, None].astype(float) - pool[None], axis=2)
    if itself:
        every[np.arange(40), own] = np.inf
    wanted = np.argsort(every, axis=1)[:, :k]
    assert np.array_equal(places, wanted)
    assert np.allclose(distances, np.take_along_axis(every, wanted, axis=1), rtol=1e-6)


def naive(values, labels, classes: int, ordered: bool) -> float:
    """The share of rows answered wrong, row by row: rows of the same value, where few with those of the next values, itself left out."""
    kinds = sorted(set(values[~np.isnan(values)]))
    wrong = 0
    for i, value in enumerate(values):
        same = np.isnan(values) if np.isnan(value) else values == value
        if ordered and not np.isnan(value) and len(kinds) > 1 and same.sum() - 1 < ENOUGH:
            at = kinds.index(value)
            same = np.isin(values, kinds[max(0, at - SIDES) : at + SIDES + 1])
        same[i] = False
        seen = np.bincount(labels[same], minlength=classes) + 1e-6 * np.bincount(labels, minlength=classes) / len(labels)
        wrong += int(np.argmax(seen) != labels[i])
    return wrong / len(values)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("kind", ["numbers", "codes", "far codes", "missing", "one value"])
def test_a_column_alone_is_judged_as_row_by_row(kind, ordered):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 120)
    values = {
        "numbers": rng.normal(size=120) + labels,
        "codes": rng.integers(0, 9, 120) + 2.0 * labels,
        "far codes": (rng.integers(0, 9, 120) + 2.0 * labels) * 1e9 - 3.0,
        "missing": np.where(rng.random(120) < 0.3, np.nan, np.round(rng.normal(size=120) + labels, 1)),
        "one value": np.full(120, 4.0),
    }[kind]
    assert alone_on_classes(values, labels, 3, ordered=ordered).wrong == pytest.approx(naive(values, labels, 3, ordered), abs=1e-12)

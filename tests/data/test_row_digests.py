from __future__ import annotations

import hashlib
import struct

import numpy as np
import polars as pl
import pytest

from fathom.core.seeding import derive
from fathom.data.splitting import row_digests as module
from fathom.data.splitting.copies import find_copies
from fathom.data.splitting.row_digests import row_digests
from tests.data.made_sets import mixed


def naive(row: dict[str, object], seed: int) -> int:
    """One row at a time, straight from the definition."""
    raw = struct.pack("<Q", derive(seed, "split", "rows"))
    for name in sorted(row):
        value = row[name]
        if value is None or value != value:
            raw += struct.pack("<Q", 0x7FF8000000000000)
        elif isinstance(value, str):
            raw += hashlib.blake2b(value.encode(), digest_size=8).digest()
        else:
            raw += struct.pack("<d", float(value) + 0.0)  # type: ignore[arg-type]
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little")


def test_digests_are_those_of_the_definition() -> None:
    table = pl.DataFrame(
        {"b": [1.5, -0.0, None, float("nan")], "a": ["Rome", None, "", "Oslo"], "c": [True, False, None, True]},
        schema_overrides={"b": pl.Float64},
    )
    got = row_digests(table, ["c", "b", "a"], seed=3)
    assert got.tolist() == [naive(row, 3) for row in table.iter_rows(named=True)]


def test_blocks_give_the_same_as_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    table, names = mixed().table, ["age", "city", "when", "member"]
    whole = row_digests(table, names, 0)
    monkeypatch.setattr(module, "BUFFER", 8 * 5 * 3)
    np.testing.assert_array_equal(row_digests(table, names, 0), whole)
    assert len(set(whole.tolist())) == 12


def test_every_kind_of_zero_and_of_missing_is_one() -> None:
    digests = row_digests(pl.DataFrame({"x": [0.0, -0.0, None, float("nan"), -float("nan")]}), ["x"], 0)
    assert digests[0] == digests[1]
    assert len(set(digests[2:].tolist())) == 1
    assert len(row_digests(pl.DataFrame({"x": []}, schema={"x": pl.Float64}), ["x"], 0)) == 0


def test_copies_that_are_split_singly_have_digests_of_their_own() -> None:
    digests = np.array([7] * 5 + list(range(100, 595)), dtype=np.uint64)
    copies = find_copies(digests)  # five of 500: 1%
    assert copies.single == (f"{7:016x}",)
    assert len(set(copies.unit.tolist())) == 500
    assert copies.occurrence[:6].tolist() == [0, 1, 2, 3, 4, 0]
    assert copies.unit[0] == 7  # the first keeps its own


def test_four_in_500_stay_together() -> None:
    copies = find_copies(np.array([7] * 4 + list(range(100, 596)), dtype=np.uint64))
    assert copies.single == ()
    assert set(copies.unit[:4].tolist()) == {7}
    assert copies.findings == ()


def test_ranks_are_uniform() -> None:
    digests = row_digests(pl.DataFrame({"x": np.arange(20_000.0)}), ["x"], 0)
    counts = np.histogram(digests.astype(float) / 2.0**64, bins=20, range=(0, 1))[0]
    chi2 = ((counts - 1000) ** 2 / 1000).sum()
    assert chi2 < 43.8  # 99.9% of chi-squared with 19 degrees of freedom

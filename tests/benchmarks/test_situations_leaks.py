"""The leaks of the study: each is in the split that is said to have it and not in its control, and the table counts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.situations.leak_catalogue import leaks
from benchmarks.situations.leak_page import leak_lines
from benchmarks.situations.leaks import COPIED, said

EVERY = {leak.name: leak for leak in leaks()}


def inputs(data):
    names = [c.name for c in data.columns if c.name.startswith("x")]
    return data.table.select(names).to_numpy()


def rows_shared(splits):
    train = {row.tobytes() for row in inputs(splits.train)}
    return sum(row.tobytes() in train for row in inputs(splits.dev))


def patients_shared(splits):
    train, dev = (set(data.table.get_column("patient_id")) for data in (splits.train, splits.dev))
    return len(train & dev)


def test_there_are_five_kinds_and_more():
    assert {i for leak in EVERY.values() for i in leak.ids} >= {
        "data.split.shared_rows",
        "data.duplicates.near",
        "data.leak.target_copy",
        "data.leak.group",
        "data.leak.time",
        "data.leak.identifier",
        "data.shift.test",
    }


def test_copies_are_planted_and_the_control_has_none():
    leak = EVERY["copies of train in dev: tumors"]
    assert rows_shared(leak.splits(0, faulty=True)) == round(COPIED * 114)
    assert rows_shared(leak.splits(0, faulty=False)) == 0


def test_near_copies_are_near_and_not_equal():
    splits = EVERY["near copies of train in dev: tumors"].splits(0, faulty=True)
    assert rows_shared(splits) == 0
    train, dev = inputs(splits.train), inputs(splits.dev)
    spread = train.std(axis=0)
    nearest = np.sqrt((((dev[:, None] - train[None]) / spread) ** 2).mean(axis=2)).min(axis=1)
    assert (nearest < 0.03).sum() == round(COPIED * 114)


@pytest.mark.parametrize("each", ["told", "6 rows each"])
def test_patients_cross_roles_only_where_it_is_planted(each):
    leak = EVERY[f"patients in several roles, {each}: tumors"]
    assert patients_shared(leak.splits(0, faulty=True)) > 20
    assert patients_shared(leak.splits(0, faulty=False)) == 0


def test_days_of_the_control_are_in_order():
    leak = EVERY["days of dev before days of train: tumors"]
    for faulty in (True, False):
        splits = leak.splits(0, faulty=faulty)
        last, first = splits.train.table.get_column("day").max(), splits.dev.table.get_column("day").min()
        assert (last > first) == faulty


@pytest.mark.parametrize("name", ["a column that holds the target: tumors", "row numbers of a sorted file: tumors"])
def test_the_audit_says_what_is_planted_and_not_its_control(name):
    assert said(EVERY[name], 0, faulty=True)
    assert not said(EVERY[name], 0, faulty=False)


def test_the_table_counts_over_seeds():
    results = {f"audit of copies: tumors / {seed}": {"faulty": seed < 3, "clean": seed == 0} for seed in range(4)}
    (line,) = (text for text in leak_lines({**results, "letters / 0": {}}) if text.startswith("| copies"))
    assert line.startswith("| copies | tumors | 3 / 4, 75.00% (")
    assert " | 1 / 4, 25.00% (" in line
    assert [*leak_lines({})] == []

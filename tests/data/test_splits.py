from __future__ import annotations

import datetime
import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.core.records.split_plan import SplitPlan
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits, split
from tests.data.made_sets import dataset, mixed, numbers


def sizes(splits: Splits) -> dict[str, int]:
    return {role: len(data) for role, data in splits.roles.items()}


def role_of_rows(splits: Splits) -> dict[int, str]:
    return {int(row): role for role, data in splits.roles.items() for row in data.rows}


def ids(splits: Splits) -> set[str]:
    return {f.id for f in splits.findings}


@pytest.mark.parametrize(("m", "wanted"), [(100, (60, 20, 20)), (1_000, (600, 200, 200)), (569, (341, 114, 114))])
def test_sizes_are_exact(m: int, wanted: tuple[int, ...]) -> None:
    assert tuple(sizes(split(numbers(m))).values()) == wanted


@given(st.integers(5, 400), st.integers(0, 5), st.sampled_from([(0.5, 0.5), (0.9, 0.1), (0.2, 0.3, 0.5), (0.97, 0.01, 0.02)]))
def test_roles_are_disjoint_cover_the_set_and_are_stratified(m: int, seed: int, shares: tuple[float, ...]) -> None:
    data = numbers(m, shares)
    splits = split(data, seed=seed)
    rows = np.concatenate([part.rows for part in splits.roles.values()])
    assert sorted(rows.tolist()) == list(range(m))
    classes = len(data.target.classes)
    counts = np.bincount(data.y, minlength=classes)
    for role in ("dev", "test"):
        part = splits.roles[role]
        got = np.bincount(part.y, minlength=classes)
        assert (np.abs(got - counts * len(part) / m) <= 1).all()


def test_dev_and_test_are_where_every_row_was() -> None:
    data = numbers(200)
    for part in split(data).roles.values():
        assert part.table.equals(data.table[part.rows])


def test_same_seed_same_split_other_seed_another() -> None:
    data = numbers(300)
    assert role_of_rows(split(data, seed=1)) == role_of_rows(split(data, seed=1))
    assert role_of_rows(split(data, seed=1)) != role_of_rows(split(data, seed=2))


@given(st.integers(0, 1000))
def test_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    data = numbers(120)
    order = np.random.default_rng(seed).permutation(120)
    shuffled = data.take(order)
    reversed_columns = Dataset(
        "made", shuffled.table.select(shuffled.table.columns[::-1]), shuffled.columns[::-1], data.target, shuffled.rows
    )
    assert role_of_rows(split(reversed_columns)) == role_of_rows(split(data))


def test_target_has_no_part_in_the_rank() -> None:
    data = numbers(200)
    other = dataset({n: data.table[n] for n in ("x0", "x1", "x2")}, np.random.default_rng(5).normal(size=200).tolist())
    assert role_of_rows(split(data, stratify=False)) == role_of_rows(split(other, stratify=False))


def test_a_class_of_three_is_in_every_role_and_a_single_one_in_train() -> None:
    labels = ["a"] * 296 + ["b"] * 3 + ["c"]
    splits = split(dataset({"x": list(range(300))}, labels))
    assert [part.table["y"].to_list().count("b") for part in splits.roles.values()] == [1, 1, 1]
    assert "c" in splits.train.table["y"].to_list()
    rare = [f for f in splits.findings if f.id == "data.split.rare_class"]
    assert [f.where for f in rare] == ["dev", "test"]
    assert sizes(splits) == {"train": 180, "dev": 60, "test": 60}


def test_a_number_is_stratified_by_tenths() -> None:
    y = np.random.default_rng(0).exponential(size=1000)
    splits = split(dataset({"x": list(range(1000))}, y.tolist()))
    edges = np.quantile(y, np.arange(1, 10) / 10)
    for role in ("dev", "test"):
        tenths = np.bincount(np.searchsorted(edges, splits.roles[role].y, side="right"), minlength=10)
        assert np.abs(tenths - 20).max() <= 1


def test_without_test() -> None:
    splits = split(numbers(100), test_size=0)
    assert sizes(splits) == {"train": 80, "dev": 20}
    assert splits.test is None
    assert "data.split.no_test" in ids(splits)


def test_without_dev_is_said() -> None:
    assert "data.split.no_dev" in ids(split(numbers(100), dev_size=0, test_size=0))


# groups


@given(st.integers(3, 60), st.integers(0, 50))
def test_no_group_stands_in_two_roles_and_no_role_is_empty(groups: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    patient = np.r_[np.arange(groups), rng.integers(0, groups, 300 - groups)]
    data = dataset({"x": rng.normal(size=300), "patient": [f"p{p}" for p in patient]}, rng.choice(["a", "b"], 300).tolist())
    splits = split(data, group="patient", seed=seed)
    found = [set(part.table["patient"]) for part in splits.roles.values()]
    assert len(found) == 3
    assert sum(map(len, found)) == len(set.union(*found)) == groups
    assert splits.train.column_for("group") == "patient"
    assert [c.name for c in splits.train.inputs] == ["x"]


def test_many_groups_give_sizes_that_are_near() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 300, 3000).astype(float)
    splits = split(dataset({"x": rng.normal(size=3000), "g": group}, rng.choice(["a", "b"], 3000).tolist()), group="g")
    assert abs(len(splits.roles["dev"]) - 600) <= 5
    assert abs(len(splits.roles["test"]) - 600) <= 5


def test_too_few_groups_are_refused() -> None:
    data = dataset({"x": list(range(20)), "g": [0.0, 1.0] * 10}, ["a", "b"] * 10)
    with pytest.raises(UnusableInput, match="`group`: expected at least 3 groups, got 2"):
        split(data, group="g")


def test_uneven_groups_leave_no_role_empty() -> None:
    splits = split(dataset({"x": list(range(100)), "g": [0.0] * 90 + [1.0] * 5 + [2.0] * 5}, ["a", "b"] * 50), group="g")
    assert sorted(sizes(splits).values()) == [5, 5, 90]
    assert "data.split.group_sizes" in ids(splits)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"`group`: expected the name of a column, got 'pateint'. Did you mean 'patient'"):
        split(dataset({"patient": list(range(10))}, ["a", "b"] * 5), group="pateint")


# time


def days(count: int) -> list[datetime.datetime]:
    return [datetime.datetime(2026, 1, 1) + datetime.timedelta(days=i) for i in range(count)]


def test_test_is_the_latest() -> None:
    when = [days(100)[i] for i in np.random.default_rng(0).permutation(100)]
    splits = split(dataset({"x": list(range(100)), "when": when}, ["a", "b"] * 50), time="when")
    assert sizes(splits) == {"train": 60, "dev": 20, "test": 20}
    last = [part.table["when"].max() for part in splits.roles.values()]
    first = [part.table["when"].min() for part in splits.roles.values()]
    assert last[0] < first[1]
    assert last[1] < first[2]
    assert "dev from 2026-03-02 and test from 2026-03-22" in str(splits)


@given(st.lists(st.integers(0, 8), min_size=20, max_size=60), st.integers(0, 3))
def test_rows_of_one_moment_stay_together(times: list[int], seed: int) -> None:
    times = [*times, 9, 10, 11]
    data = dataset({"x": list(range(len(times))), "t": [float(t) for t in times]}, (["a", "b"] * 50)[: len(times)])
    splits = split(data, time="t")
    found = [set(part.table["t"]) for part in splits.roles.values()]
    assert len(found) == 3
    assert max(found[0]) < min(found[1])
    assert max(found[1]) < min(found[2])


def test_rows_without_a_time_are_train_and_said() -> None:
    when = [None, *days(99)]
    splits = split(dataset({"x": list(range(100)), "when": when}, ["a", "b"] * 50), time="when")
    assert 0 in splits.train.rows
    assert "data.split.time_missing" in ids(splits)


def test_time_of_text_and_time_with_group_are_refused() -> None:
    data = dataset({"x": list(range(10)), "word": ["u"] * 10}, ["a", "b"] * 5)
    with pytest.raises(UnusableInput, match="time column 'word': expected dates or numbers, got text"):
        split(data, time="word")
    with pytest.raises(UnusableInput, match="expected `group` or `time`, got both"):
        split(data, time="x", group="word")


# copies


def with_copies(m: int, copies: int, seed: int = 0) -> Dataset:
    """m rows of which the last `copies` repeat the first ones."""
    x = np.random.default_rng(seed).normal(size=m)
    x[m - copies :] = x[:copies]
    return dataset({"x": x.tolist()}, (["a", "b", "b", "a", "b"] * m)[:m])


@given(st.integers(1, 60), st.integers(0, 20))
def test_copies_share_a_role_and_sizes_stay_exact(copies: int, seed: int) -> None:
    splits = split(with_copies(1000, copies), seed=seed)
    roles = role_of_rows(splits)
    assert all(roles[i] == roles[1000 - copies + i] for i in range(copies))
    assert sizes(splits) == {"train": 600, "dev": 200, "test": 200}
    assert "data.split.copies" not in ids(splits)


def test_many_copies_are_split_singly_and_said() -> None:
    splits = split(with_copies(1000, 100))  # 200 rows with a twin: 20%
    assert "data.split.copies" in ids(splits)
    assert sizes(splits) == {"train": 600, "dev": 200, "test": 200}


def test_one_large_class_of_copies_is_split_singly_others_stay_together() -> None:
    x = np.random.default_rng(0).normal(size=1000)
    x[:10] = 0.0  # 1% of the set
    x[500] = x[501]
    splits = split(dataset({"x": x.tolist()}, ["a", "b"] * 500), seed=3)
    roles = role_of_rows(splits)
    assert len({roles[i] for i in range(10)}) > 1
    assert roles[500] == roles[501]
    found = next(f for f in splits.findings if f.id == "data.split.copies")
    assert found.evidence["split_singly"] == 10


def test_two_binary_columns_are_split_exactly() -> None:
    rng = np.random.default_rng(0)
    data = dataset(
        {"u": rng.integers(0, 2, 500).astype(bool), "v": rng.integers(0, 2, 500).astype(bool)}, rng.choice(["a", "b"], 500).tolist()
    )
    assert sizes(split(data)) == {"train": 300, "dev": 100, "test": 100}


# like


@given(st.integers(60, 300), st.integers(1, 400), st.sampled_from(["rows", "id", "group", "number", "copies"]))
def test_old_rows_keep_their_roles_when_data_grow(old: int, new: int, how: str) -> None:
    rng = np.random.default_rng(old)
    m = old + new
    x = rng.normal(size=m)
    if how == "copies":
        x = np.round(x, 2)  # many twins, some of which come only later
    y = rng.normal(size=m).tolist() if how == "number" else rng.choice(["a", "b"], m).tolist()
    data = dataset({"x": x, "name": [f"n{i}" for i in range(m)], "g": rng.integers(0, 30, m).astype(float)}, y)
    rules = {"id": {"id": "name"}, "group": {"group": "g"}}.get(how, {})
    if how == "copies":
        data = dataset({"x": x}, y)
    before = split(data.take(np.arange(old)), seed=7, **rules)
    plan = SplitPlan.from_json(json.loads(json.dumps(before.how.to_json())))
    after = role_of_rows(split(data, like=plan))
    assert all(after[row] == role for row, role in role_of_rows(before).items())
    assert set(after) == set(range(m))


def test_like_reads_a_run() -> None:
    before = split(numbers(100), seed=4)
    run = SimpleNamespace(experiment=SimpleNamespace(data={"split": before.how.to_json()}))
    assert role_of_rows(split(numbers(100), like=run)) == role_of_rows(before)
    with pytest.raises(UnusableInput, match="`like`: expected splits, a run, or the path of a run folder, got int"):
        split(numbers(100), like=3)


def test_cut_points_of_another_type_of_time_are_refused() -> None:
    before = split(dataset({"x": list(range(100)), "t": [float(i) for i in range(100)]}, ["a", "b"] * 50), time="t")
    with pytest.raises(UnusableInput, match=r"`time`: expected dates as in the column, got the earlier split's cut point 60.0"):
        split(dataset({"x": list(range(100)), "t": days(100)}, ["a", "b"] * 50), like=before)


def test_cut_dates_are_kept() -> None:
    data = dataset({"x": list(range(200)), "when": days(200)}, ["a", "b"] * 100)
    before = split(data.take(np.arange(100)), time="when")
    after = split(data, like=before)
    assert after.how.cuts == before.how.cuts
    assert sizes(after) == {"train": 60, "dev": 20, "test": 120}


def test_a_new_class_is_split_in_about_the_old_proportions() -> None:
    data = dataset({"x": list(range(400))}, ["a", "b"] * 100 + ["c"] * 200)
    before = split(data.take(np.arange(200)))
    after = split(data, like=before)
    got = [part.table["y"].to_list().count("c") for part in after.roles.values()]
    assert np.abs(np.array(got) - [120, 40, 40]).max() <= 4 * np.sqrt(200 * 0.24)  # four standard deviations
    again = split(data, like=after)
    assert role_of_rows(again) == role_of_rows(after)


def test_without_like_most_rows_keep_their_roles_too() -> None:
    data = numbers(2000)
    before, after = role_of_rows(split(data.take(np.arange(1900)))), role_of_rows(split(data))
    assert np.mean([after[row] == role for row, role in before.items()]) > 0.97


def test_like_reads_a_folder(tmp_path: Path) -> None:
    before = split(numbers(100))
    (tmp_path / "run.json").write_text(json.dumps({"experiment": {"data": {"split": before.how.to_json()}}}))
    assert role_of_rows(split(numbers(100), like=tmp_path)) == role_of_rows(before)


@pytest.mark.parametrize(
    "stored",
    [
        "[]",
        "{}",
        '{"experiment": {"data": {"split": {"method": "made", "cuts": {"exceptions": {}, "dev": "zz"}}}}}',
        '{"experiment": {"data": {"split": {"method": "made", "cuts": {"exceptions": {"0000000000000000": "late"}}}}}}',
        '{"experiment": {"data": {"split": {"method": "made", "time": "t", "cuts": {"dev_from": "soon"}}}}}',
        '{"experiment": {"data": {"split": {"method": "taken"}}}}',
        '{"experiment": {"data": {"split": {"method": "made", "nonsense": 1}}}}',
        '{"experiment": {"data": {"split": {"method": "made", "seed": "0"}}}}',
    ],
)
def test_like_refuses_what_is_no_plan(stored: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(stored)
    with pytest.raises(UnusableInput, match="expected"):
        split(numbers(100), like=tmp_path)


def test_like_and_sizes_exclude_each_other() -> None:
    with pytest.raises(UnusableInput, match="expected sizes or `like`, got both"):
        split(numbers(100), like=split(numbers(100)), dev_size=10)


# taken


def test_sets_that_exist_are_taken_as_they_are() -> None:
    data = numbers(300)
    train, dev, test = data.take(np.arange(200)), data.take(np.arange(200, 250)), data.take(np.arange(250, 300))
    splits = split(train=train, validation=dev, test=test)
    assert sizes(splits) == {"train": 200, "dev": 50, "test": 50}
    assert splits.dev is not None
    assert splits.dev.table.equals(dev.table)
    assert splits.how.method == "taken"
    assert splits.findings == ()


def test_dev_is_made_out_of_train_where_only_test_is_given() -> None:
    data = numbers(300)
    splits = split(train=data.take(np.arange(200)), test=data.take(np.arange(200, 300)))
    assert sizes(splits) == {"train": 160, "dev": 40, "test": 100}
    assert splits.how.dev_from_train
    assert "dev made out of train: ranked by a hash of each row, stratified by the target, seed 0" in str(splits.how)


def test_train_dev_is_a_role_of_its_own() -> None:
    data = numbers(300)
    a, b, c = data.take(np.arange(200)), data.take(np.arange(200, 250)), data.take(np.arange(250, 300))
    splits = split(train=a, train_dev=b, dev=c, test=None)
    assert list(splits.roles) == ["train", "train_dev", "dev"]
    assert splits.train_dev is not None


def test_shared_rows_are_found() -> None:
    data = numbers(300)
    splits = split(train=data.take(np.arange(200)), dev=data.take(np.arange(190, 300)))
    found = next(f for f in splits.findings if f.id == "data.split.shared_rows")
    assert (found.severity, found.evidence["rows"], found.where) == ("error", 10, "dev")
    few = split(train=data.take(np.arange(200)), dev=data.take(np.arange(199, 300)))
    assert [f.severity for f in few.findings if f.id == "data.split.shared_rows"] == ["warning"]


def test_dev_is_read_as_train_was(tmp_path: Path) -> None:
    train = pl.DataFrame(
        {"size": [str(i * 7 % 23) for i in range(40)], "color": ["red", "blue"] * 20, "sold": ["yes", "no", "no", "yes"] * 10}
    )
    dev = train.select("sold", "color", pl.col("size").cast(pl.Int64) + 100, extra=pl.lit(1))[:8]
    train.write_csv(tmp_path / "train.csv")
    dev.write_csv(tmp_path / "dev.csv")
    splits = split(train=tmp_path / "train.csv", dev=tmp_path / "dev.csv", test=dev.to_pandas(), target="sold")
    assert splits.dev is not None
    assert splits.test is not None
    assert splits.dev.table.schema == splits.train.table.schema
    assert splits.dev.table["size"].to_list() == [float(100 + i * 7 % 23) for i in range(8)]
    assert splits.dev.table.equals(splits.test.table)
    assert {"data.conform.extra", "data.split.shared_rows"} <= ids(splits)  # dev and test are the same rows


def test_arrays_are_loaded() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    assert sizes(split((x, y))) == {"train": 36, "dev": 12, "test": 12}
    assert sizes(split(train=(x[:40], y[:40]), dev=(x[40:], y[40:]))) == {"train": 40, "dev": 20}


def test_a_dev_set_without_a_needed_column_is_refused() -> None:
    data = numbers(100)
    with pytest.raises(UnusableInput, match=r"^dev: new rows: expected the column 'x2'"):
        split(train=data, dev=data.table.drop("x2"))


def test_a_class_that_train_does_not_have_is_refused() -> None:
    data = numbers(300, (0.4, 0.3, 0.3))
    known = dataset({n: data.table[n][:200] for n in ("x0", "x1", "x2")}, ["a", "b"] * 100)
    with pytest.raises(UnusableInput, match="dev: target 'y': expected one of the classes a, b, got 'c'"):
        split(train=known, dev=data.take(np.arange(200, 300)))


def test_an_alias_with_its_name_and_train_with_data_are_refused() -> None:
    data = numbers(50)
    with pytest.raises(UnusableInput, match="`val`: expected `dev` under one name"):
        split(train=data, dev=data, val=data)
    with pytest.raises(UnusableInput, match="expected `data` or `train`, got both"):
        split(data, train=data)
    with pytest.raises(UnusableInput, match="expected a set to split, or `train`, got neither"):
        split()
    with pytest.raises(TypeError, match="unexpected keyword argument 'vla'"):
        split(train=data, vla=data)


def test_an_empty_train_is_refused() -> None:
    with pytest.raises(UnusableInput, match="train: expected at least one example, got none"):
        split(train=numbers(10).take([]), dev=numbers(10))


def test_a_role_column_is_followed() -> None:
    words = ["train"] * 60 + ["Val"] * 20 + ["test"] * 20
    data = dataset({"x": list(range(100)), "part": words}, ["a", "b"] * 50, uses={"part": "role"})
    splits = split(data)
    assert sizes(splits) == {"train": 60, "dev": 20, "test": 20}
    assert splits.how.method == "role column"
    assert splits.dev is not None
    assert splits.dev.rows.tolist() == list(range(60, 80))


def test_a_role_column_without_dev_gets_one_out_of_train() -> None:
    words = ["train"] * 80 + ["test"] * 20
    splits = split(dataset({"x": list(range(100)), "part": words}, ["a", "b"] * 50, uses={"part": "role"}))
    assert sizes(splits) == {"train": 64, "dev": 16, "test": 20}
    assert "Read from the role column; dev made out of train" in str(splits.how)
    assert all(len(line) <= 80 for line in str(splits).splitlines())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", None] * 5, "expected a role in every row, got 5 without one"),
        (["train", "later"] * 5, "role: expected train, train_dev, dev .* got 'later'"),
        (["dev", "test"] * 5, "expected rows of train, got only dev, test"),
    ],
)
def test_a_role_column_that_cannot_be_followed_is_refused(words: list[str], message: str) -> None:
    data = dataset({"x": list(range(10)), "part": words}, ["a", "b"] * 5, uses={"part": "role"})
    with pytest.raises(UnusableInput, match=message):
        split(data)


# what it says


@pytest.mark.parametrize("data", [numbers(400), numbers(400, (0.1,) * 10), numbers(400, (0.3, 0.3, 0.4)), mixed()], ids=str)
def test_text_fits_80_columns_and_says_how(data: Dataset) -> None:
    text = str(split(data))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert text.count("dev (validation)") == 1
    assert "seed 0" in text


def test_json_holds_sizes_and_how_and_not_the_rows() -> None:
    values = json.loads(json.dumps(split(numbers(100)).to_json()))
    assert values["rows"] == {"train": 60, "dev": 20, "test": 20}
    assert SplitPlan.from_json(values["how"]).seed == 0


def test_every_kind_of_column_can_be_ranked() -> None:
    data = mixed()
    again = Dataset("made", data.table.with_columns(pl.col("age") * 1.0), data.columns, data.target, data.rows)
    assert role_of_rows(split(data)) == role_of_rows(split(again))


@pytest.mark.timing
def test_a_million_rows_take_under_five_seconds() -> None:
    data = numbers(1_000_000, columns=20)
    start = time.perf_counter()
    splits = split(data)
    assert time.perf_counter() - start < 5
    assert sizes(splits) == {"train": 980_000, "dev": 10_000, "test": 10_000}


def test_the_table_of_many_long_classes_fits_beside_a_label():
    words = [f"a-very-long-name-of-a-class-{i}" for i in range(19)]
    data = dataset({"x": np.arange(1900.0)}, [words[i % 19] for i in range(1900)])
    assert max(map(len, str(split(data)).splitlines())) <= 69

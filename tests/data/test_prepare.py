from __future__ import annotations

import copy
import datetime
import json
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fathom.core.exceptions import UnusableInput
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare, prepare_splits
from fathom.data.splits import split
from tests.data.made_sets import dataset, mixed, numbers


def column(prepare: Prepare, data: Dataset, name: str) -> np.ndarray:
    return prepare(data)[:, prepare.names.index(name)]


def test_numbers_are_scaled_as_scikit_learn_does() -> None:
    data = numbers(300, columns=7)
    x = data.table.select(pl.col("^x.*$")).to_numpy() * [1, 1e3, 1e-3, 1, 1, 1, 1] + [0, 5e3, 0, 1, -2, 0, 0]
    data = dataset({f"x{i}": x[:, i] for i in range(7)}, data.table["y"].to_list())
    train, later = data.take(np.arange(200)), data.take(np.arange(200, 300))
    oracle = StandardScaler().fit(x[:200])
    prepare = Prepare.fit(train)
    np.testing.assert_allclose(prepare(later), oracle.transform(x[200:]), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(prepare.scaling.mean, oracle.mean_, rtol=1e-12)
    np.testing.assert_allclose(prepare.scaling.std, oracle.scale_, rtol=1e-12)
    assert prepare(later).dtype == np.float32


def test_hand_case() -> None:
    prepare = Prepare.fit(dataset({"x": [1.0, 3.0, 5.0, 7.0]}, ["a", "b", "a", "b"]))  # mean 4, variance (9 + 1 + 1 + 9)/4 = 5
    np.testing.assert_allclose(prepare(dataset({"x": [4.0, 4.0 + math.sqrt(5)]}, ["a", "b"]))[:, 0], [0, 1], atol=1e-6)


def test_levels_are_those_of_scikit_learn() -> None:
    words = np.random.default_rng(0).choice(["Rome", "Oslo", "Bern"], 200)
    prepare = Prepare.fit(dataset({"city": words}, ["a", "b"] * 100))
    oracle = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(words[:, None])
    assert prepare.names == ("city=Bern", "city=Oslo", "city=Rome")
    for rows in (words, np.array(["Paris", "Rome", "Oslo", "Tirana"] * 50)):
        got = prepare(dataset({"city": rows}, ["a", "b"] * 100))
        np.testing.assert_array_equal(got, oracle.transform(rows[:, None]))


def test_every_kind_of_column() -> None:
    data = mixed()
    prepare = Prepare.fit(data)
    out = prepare(data)
    assert out.shape == (12, len(prepare.names))
    assert np.isfinite(out).all()
    ages = np.array([a for a in data.table["age"] if a is not None])
    np.testing.assert_allclose(column(prepare, data, "age")[0], (20 - ages.mean()) / ages.std(), rtol=1e-6)
    assert column(prepare, data, "age")[2] == 0  # the mean, after scaling
    assert column(prepare, data, "age missing").tolist() == [0, 0, 1] + [0] * 9
    assert column(prepare, data, "member")[:2].tolist() == [1, 0]
    np.testing.assert_allclose(column(prepare, data, "member")[3], 7 / 11, rtol=1e-6)  # the share of true
    assert column(prepare, data, "city missing").tolist() == [0] * 6 + [1] + [0] * 5
    assert column(prepare, data, "city other")[10] == 1  # Bern stands there once
    assert "city=Bern" not in prepare.names
    assert "when missing" in prepare.names
    assert not any(name.startswith("same") for name in prepare.names)
    assert {f.id for f in prepare.findings} == {"data.column.constant", "data.column.rare_levels"}


def test_parts_of_a_date() -> None:
    start = datetime.datetime(2026, 1, 1)
    when = [start + datetime.timedelta(days=i) for i in range(60)]
    data = dataset({"when": when}, ["a", "b"] * 30)
    prepare = Prepare.fit(data)
    assert prepare.names == ("when days", "when month sin", "when month cos", "when weekday sin", "when weekday cos")
    days = np.arange(60.0)
    np.testing.assert_allclose(column(prepare, data, "when days"), (days - days.mean()) / days.std(), rtol=1e-5, atol=1e-6)
    angle = 2 * np.pi * np.array([(w.isoweekday() - 1) / 7 for w in when])
    raw = np.sin(angle)
    np.testing.assert_allclose(column(prepare, data, "when weekday sin"), (raw - raw.mean()) / raw.std(), rtol=1e-5, atol=1e-6)


def test_only_train_counts() -> None:
    data = numbers(100)
    other = Dataset("made", data.table.with_columns(pl.col("x0") * 1e6), data.columns, data.target, data.rows)
    train = data.take(np.arange(60))
    one = prepare_splits(split(train=train, dev=data.take(np.arange(60, 100))))[0]
    two = prepare_splits(split(train=train, dev=other.take(np.arange(60, 100))))[0]
    assert one.to_json() == two.to_json()


@given(st.integers(0, 10_000))
def test_train_has_mean_zero_and_variance_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=50) * 10.0 ** rng.integers(-8, 9) + 10.0 ** rng.integers(-3, 4)
    out = Prepare.fit(data := dataset({"x": x}, ["a", "b"] * 25))(data)[:, 0].astype(float)
    np.testing.assert_allclose([out.mean(), out.std()], [0, 1], atol=1e-4)


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e200])
def test_numbers_as_large_and_as_small_as_there_are(scale: float) -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    out = Prepare.fit(data := dataset({"x": x * scale}, ["a", "b"] * 2))(data)[:, 0]
    np.testing.assert_allclose(out, (x - 2.5) / x.std(), rtol=1e-6)


def test_a_later_row_that_is_far_off_stays_finite() -> None:
    prepare = Prepare.fit(numbers(50))
    later = dataset({"x0": [1e308, -1e308, np.inf], "x1": [np.nan, 0.0, 0.0], "x2": [0.0, 0.0, 0.0]}, ["a", "b", "a"])
    out, findings = prepare.apply(later)
    assert out[:2, 0].tolist() == [1e6, -1e6]
    assert out[2, 0] == 0
    assert np.isfinite(out).all()
    assert {(f.id, f.where) for f in findings} == {("data.prepare.new_missing", "x0"), ("data.prepare.new_missing", "x1")}


def test_rows_as_people_have_them() -> None:
    train = dataset({"size": [float(i * 7 % 23) for i in range(40)], "city": ["Rome", "Oslo"] * 20}, ["a", "b"] * 20)
    prepare = Prepare.fit(train)
    wanted = prepare(train)[:3]
    rows = {"city": ["Rome", "Oslo", "Rome"], "more": [1, 2, 3], "size": ["0", "7", "14.0"]}
    np.testing.assert_array_equal(prepare(rows), wanted)
    np.testing.assert_array_equal(prepare(pl.DataFrame(rows).to_pandas()), wanted)
    np.testing.assert_array_equal(prepare(train.table[:3].select("y", "city", "size")), wanted)
    assert "data.conform.extra" in {f.id for f in prepare.apply(rows)[1]}
    with pytest.raises(UnusableInput, match="expected the column 'city'"):
        prepare({"size": [1.0]})


def test_no_rows_give_no_rows() -> None:
    prepare = Prepare.fit(mixed())
    assert prepare(mixed().take([])).shape == (0, len(prepare.names))


def test_levels_and_missing_values_that_train_has_not() -> None:
    train = dataset({"city": ["Rome", "Oslo"] * 20}, ["a", "b"] * 20)
    out, findings = Prepare.fit(train).apply(dataset({"city": ["Paris", None, "Rome"]}, ["a", "b", "a"]))
    assert out.tolist() == [[0, 0], [0, 0], [0, 1]]
    assert [(f.id, f.evidence["rows"]) for f in findings] == [("data.prepare.unseen_level", 2)]


def test_at_most_fifty_levels_have_a_feature() -> None:
    words = [f"w{i % 80:02}" for i in range(4000)] + ["w00"] * 10
    prepare = Prepare.fit(dataset({"word": words}, ["a", "b"] * 2005))
    assert len(prepare.names) == 51
    assert "word=w00" in prepare.names
    assert prepare.findings[0].evidence == {"pooled": 30, "kept": 50}


def test_constant_columns_are_dropped_and_all_of_them_refused() -> None:
    x = list(range(10))
    prepare = Prepare.fit(
        dataset({"x": x, "c": [2.0] * 10, "none": pl.Series([None] * 10, dtype=pl.Float64), "w": ["u"] * 10}, ["a", "b"] * 5)
    )
    assert prepare.names == ("x",)
    assert prepare.findings[0].evidence["columns"] == ["c", "none", "w"]
    with pytest.raises(UnusableInput, match="inputs: expected at least one column that varies, got c, constant on train"):
        Prepare.fit(dataset({"c": [2.0] * 10}, ["a", "b"] * 5))
    with pytest.raises(UnusableInput, match="train: expected at least one example, got none"):
        Prepare.fit(numbers(10).take([]))


def test_a_constant_that_is_sometimes_missing_keeps_its_flag() -> None:
    data = dataset({"x": [1.0, None, 1.0, None]}, ["a", "b"] * 2)
    prepare = Prepare.fit(data)
    assert prepare.names == ("x missing",)
    assert prepare(data)[:, 0].tolist() == [0, 1, 0, 1]


def test_the_scale_of_a_number_to_predict() -> None:
    y = [1.0, 2.0, 3.0, 10.0]
    prepare = Prepare.fit(dataset({"x": list(range(4))}, y))
    scale = prepare.target_scale
    assert scale is not None
    assert (scale.mean, scale.median, scale.baseline, scale.unit) == (4.0, 2.5, (1.5 + 0.5 + 0.5 + 7.5) / 4, "y")
    assert scale.std == pytest.approx(np.std(y))
    np.testing.assert_allclose(prepare.unscale_target(prepare.scale_target(y)), y)
    with pytest.raises(UnusableInput, match="target 'y': expected numbers that vary on train, got 2 throughout"):
        Prepare.fit(dataset({"x": list(range(4))}, [2.0] * 4))
    with pytest.raises(UnusableInput, match="target: expected a number to predict, got classes"):
        Prepare.fit(numbers(10)).scale_target([1.0])


def test_prepared_arrays_by_role() -> None:
    data = dataset({"x": list(range(100)), "who": [float(i // 2) for i in range(100)]}, ["a", "b"] * 50)
    _, prepared = prepare_splits(splits := split(data, group="who"))
    assert list(prepared.inputs) == ["train", "dev", "test"]
    for role, part in splits.roles.items():
        assert prepared.inputs[role].shape == (len(part), 1)
        assert prepared.targets[role].dtype == np.int64
        assert prepared.ids[role].tolist() == part.rows.tolist()
        assert prepared.groups[role].tolist() == part.table["who"].to_list()
    assert str(prepared).endswith("1 features")


def test_targets_of_a_regression_are_standardized_and_ids_are_the_users() -> None:
    data = dataset({"x": list(range(100)), "name": [f"n{i}" for i in range(100)]}, [float(i % 7) for i in range(100)], uses={"name": "id"})
    _, prepared = prepare_splits(split(data))
    assert prepared.targets["train"].mean() == pytest.approx(0, abs=1e-12)
    assert prepared.targets["train"].std() == pytest.approx(1)
    assert prepared.ids["dev"][0].startswith("n")
    assert prepared.groups == {}


# stored


@pytest.mark.parametrize(
    "data", [mixed(), numbers(50), dataset({"x": list(range(4))}, [1.0, 2.5, 3.0, 1 / 3])], ids=["mixed", "numbers", "y"]
)
def test_stored_and_read_again_it_is_the_same_bit_for_bit(data: Dataset) -> None:
    prepare = Prepare.fit(data)
    again = Prepare.from_json(json.loads(json.dumps(prepare.to_json(), allow_nan=False)))
    np.testing.assert_array_equal(again(data), prepare(data))
    assert again.names == prepare.names
    assert again.columns == prepare.columns
    assert again.to_json() == prepare.to_json()
    assert str(again) == str(prepare)
    assert again.target_scale == prepare.target_scale


BREAKS: dict[str, Any] = {
    "a list": lambda v: [],
    "nothing": lambda v: None,
    "another schema": lambda v: v | {"schema": 99},
    "no columns": lambda v: {k: x for k, x in v.items() if k != "columns"},
    "a kind that does not exist": lambda v: v["columns"][0].update(kind="image"),
    "columns of one name": lambda v: v["columns"].append(v["columns"][0]),
    "a number too few": lambda v: v["numbers"]["mean"].pop(),
    "a number that is text": lambda v: v["numbers"]["mean"].__setitem__(0, "1"),
    "a number that is missing": lambda v: v["numbers"]["fill"].__setitem__(0, None),
    "an infinite number": lambda v: v["numbers"]["mean"].__setitem__(0, float("inf")),
    "a huge whole number": lambda v: v["numbers"]["mean"].__setitem__(0, 10**400),
    "no spread": lambda v: v["numbers"]["std"].__setitem__(0, 0.0),
    "a flag that is a number": lambda v: v["numbers"]["kept"].__setitem__(0, 1),
    "a number of no column": lambda v: v["numbers"]["columns"].__setitem__(0, "nowhere"),
    "a level twice": lambda v: v["categories"][0].update(kept=["u", "u"]),
    "a category of no column": lambda v: v["categories"][0].update(column="nowhere"),
    "negative rows": lambda v: v | {"rows": -1},
    "no features": lambda v: v | {"numbers": {k: [] for k in v["numbers"]}, "categories": []},
    "a finding that is none": lambda v: v["findings"].append({"what": "?"}),
}


REPLACED = ("a list", "nothing", "another schema", "no columns", "negative rows", "no features")
"""The others change the values where they are."""


@pytest.mark.parametrize("case", BREAKS, ids=str)
def test_what_is_no_prepare_is_refused_in_one_line(case: str) -> None:
    values = copy.deepcopy(Prepare.fit(mixed()).to_json())
    changed = BREAKS[case](values)
    broken = changed if case in REPLACED else values
    with pytest.raises(UnusableInput, match=r"prepare.json: expected what fathom wrote, got .* Fit again.") as caught:
        Prepare.from_json(broken)
    assert "\n" not in str(caught.value)


# what it says


def test_text_lists_mean_deviation_fill_and_where_it_was_fitted() -> None:
    text = str(Prepare.fit(mixed()))
    assert text.splitlines()[0].split() == ["column", "mean", "standard", "deviation", "fill", "value", "missing"]
    assert "fitted on train (12)" in text
    assert "dropped, constant on train: same" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_text_of_a_wide_table_leaves_the_middle_out() -> None:
    lines = str(Prepare.fit(numbers(20, columns=300))).splitlines()
    assert len(lines) == 27
    assert "... 276 more" in lines[13]

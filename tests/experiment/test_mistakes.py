"""The worst mistakes with their columns: the right rows beside the right answers, whatever the columns are called."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.core.worst import inputs_of
from fathom.experiment.mistakes import MOST, mistakes_of, usual_of


def people(n=600, **more):
    source = np.random.default_rng(0)
    age = source.normal(40, 10, n).round()
    table = {"age": age, "city": source.choice(["Rome", "Oslo", "Lima"], n), "member": source.random(n) > 0.5}
    noisy = age + source.normal(0, 12, n) > 40
    return pl.DataFrame(table | {"y": np.where(noisy, "yes", "no")} | more)


@pytest.fixture(scope="module")
def run():
    return fathom.fit(fathom.split(fathom.load(people(), target="y"), seed=0), epochs=10)


def test_each_row_stands_beside_its_own_columns(run):
    made = run.mistakes
    assert made.columns == ["id", "age", "city", "member", "truth", "prediction", "p_no", "p_yes", "error"]
    source = people()
    for row in made.rows(named=True):
        original = source.row(row["id"], named=True)
        assert {name: row[name] for name in ("age", "city", "member")} == {name: original[name] for name in ("age", "city", "member")}
        assert row["truth"] == original["y"] != row["prediction"]
    assert made.height == int(run.errors["dev"].sum())


def test_the_surest_first(run):
    sure = run.mistakes.select(pl.max_horizontal("p_no", "p_yes")).to_series().to_list()
    assert sure == sorted(sure, reverse=True)
    assert len(sure) > 5


def test_of_a_number_the_farthest_off_and_at_most_200():
    table = people(1500).with_columns(y=pl.col("age") * 2 + pl.Series(np.random.default_rng(1).normal(size=1500)))
    run = fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=3)
    errors = run.mistakes["error"].to_list()
    assert len(errors) == MOST < len(run.errors["dev"])
    assert errors == sorted(run.errors["dev"], reverse=True)[:MOST]


def test_columns_whose_names_are_taken():
    table = people(truth=["t", "u"] * 300, p_yes=np.arange(600.0) % 11, error=np.arange(600.0) % 7)
    run = fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=2)
    made = run.mistakes
    assert inputs_of(made) == ["age", "city", "member", "input truth", "input p_yes", "input error"]
    assert made["input p_yes"].to_list() == [i % 11 for i in made["id"]]
    assert made["input error"].to_list() == [i % 7 for i in made["id"]]
    assert made["error"].to_list() == [1.0] * made.height


def test_a_prefix_that_is_taken_too():
    said = pl.DataFrame({"id": [0], "truth": ["a"], "prediction": ["b"], "p_a": [0.1], "p_b": [0.9], "error": [1.0]})
    columns = {"input truth": [3.0, 4.0] * 8, "truth": [1.0, 2.0, 1.0, 2.5] * 4, "y": ["a", "b"] * 8}
    made = mistakes_of(said, fathom.load(pl.DataFrame(columns), target="y").take([0]), number=False)
    assert made.row(0, named=True)["input truth"] == 3.0
    assert made.row(0, named=True)["input input truth"] == 1.0
    assert made.row(0, named=True)["truth"] == "a"


def test_without_a_dev_set_there_are_none():
    splits = fathom.split(fathom.sample("wine"), dev_size=0)
    with pytest.raises(UnusableInput, match="`mistakes`: expected a run with a dev set, got train"):
        _ = fathom.fit(splits, epochs=1).mistakes


def test_what_is_usual_is_that_of_train(run):
    train = run.splits.train.table["age"].to_numpy()
    assert usual_of(run.prepare) == {"age": (pytest.approx(train.mean()), pytest.approx(train.std()))}


def test_the_page_shows_them(run, tmp_path):
    page = run.report(tmp_path / "a.html").read_text(encoding="utf-8")
    assert "city" in page
    assert "Oslo" in page

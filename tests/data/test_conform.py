"""New rows as people have them are read as the first ones were."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.data.conform import conform
from fathom.data.load import load
from fathom.data.samples import sample

N = 30
TABLE = pl.DataFrame(
    {
        "code": [f"K{i:03d}" for i in range(N)],
        "age": [20.5 + i for i in range(N)],
        "paid": [f"${1_000 + i:,}.50" for i in range(N)],
        "zip": [f"0{i % 4}12" for i in range(N)],
        "when": [f"{1 + i % 28}/12/2024" for i in range(N)],
        "member": [["yes", "no"][i % 2] for i in range(N)],
        "city": [["Rome", "Oslo", "Bonn"][i % 3] for i in range(N)],
        "y": [i % 2 for i in range(N)],
    }
)
DATA = load(TABLE, "y")
INPUTS = [c.name for c in DATA.inputs]


def test_the_columns_of_these_tests():
    assert {c.name: (c.kind, c.reading) for c in DATA.inputs} == {
        "age": ("number", ""),
        "paid": ("number", "money"),
        "zip": ("category", "width 4"),
        "when": ("date", "%d/%m/%Y"),
        "member": ("boolean", "yes/no"),
        "city": ("category", ""),
    }


def written(tmp_path):
    TABLE.write_csv(tmp_path / "new.csv")
    return tmp_path / "new.csv"


@pytest.mark.parametrize(
    "source",
    [
        TABLE,
        TABLE.select(sorted(TABLE.columns, reverse=True)),
        TABLE.rename({"age": " age ", "city": "City"}),
        TABLE.with_columns(pl.col("age").cast(pl.String)),
        TABLE.with_columns(pl.col("paid").str.replace_all("[$,]", "").cast(pl.Float64)),
        TABLE.with_columns(pl.col("zip").cast(pl.Int64)),
        TABLE.with_columns(pl.col("when").str.to_date("%d/%m/%Y")),
        TABLE.with_columns(pl.col("when").str.to_date("%d/%m/%Y").cast(pl.String)),
        TABLE.with_columns(pl.col("member") == "yes"),
        TABLE.with_columns((pl.col("member") == "yes").cast(pl.Int64)),
        TABLE.with_columns(pl.col("member").str.to_uppercase()),
        TABLE.with_columns(pl.col("city").cast(pl.Categorical)),
        TABLE.with_columns(pl.col("city") + " "),
        pd.DataFrame(TABLE.to_dict(as_series=False)),
        TABLE.to_dict(as_series=False),
        TABLE.to_dicts(),
        DATA,
        DATA.table,
        written,
    ],
    ids=[
        "as it was",
        "other order",
        "names",
        "text numbers",
        "bare money",
        "codes as numbers",
        "dates",
        "other dates",
        "booleans",
        "0/1",
        "capitals",
        "categorical",
        "space",
        "pandas",
        "lists",
        "records",
        "dataset",
        "typed table",
        "file",
    ],
)
def test_rows_in_any_shape_give_the_same_table(source, tmp_path):
    table, found = conform(source(tmp_path) if callable(source) else source, DATA.columns, need_target=True)
    assert table.columns == [*INPUTS, "y"]
    assert table.equals(DATA.table.select(*INPUTS, "y"))
    assert {f.id for f in found} <= {"data.conform.extra"}


def test_without_a_target():
    table, _ = conform(TABLE.drop("y"), DATA.columns, need_target=False)
    assert table.columns == INPUTS
    assert conform(TABLE, DATA.columns, need_target=False)[0].columns == INPUTS


def test_what_a_row_may_lack_and_what_it_may_have_more():
    new = TABLE.with_columns(age=pl.lit("n/a"), city=pl.lit("Atlantis"), extra=pl.lit(1))
    table, found = conform(new, DATA.columns, need_target=False)
    assert table.get_column("age").null_count() == N
    assert table.get_column("city").unique().to_list() == ["Atlantis"]
    assert [f.id for f in found] == ["data.conform.extra"]
    assert "1 column that the set does not know (extra) is ignored" in found[0].what


def test_values_that_cannot_be_read_are_missing_and_counted():
    new = TABLE.with_columns(age=pl.Series(["old", "12", ""] * 10), member=pl.Series(["maybe", "yes"] * 15), when=pl.Series(["soon"] * N))
    table, found = conform(new, DATA.columns, need_target=False)
    assert table.get_column("age").to_list()[:3] == [None, 12.0, None]
    counts = {f.where: f.evidence["unreadable"] for f in found if f.id == "data.conform.unreadable"}
    assert counts == {"age": 10, "member": 15, "when": 30}
    assert "10 of 30 values cannot be read as number" in next(f.what for f in found if f.where == "age")


def test_infinite_numbers_are_missing_and_counted():
    table, found = conform(TABLE.with_columns(age=pl.lit(float("inf"))), DATA.columns, need_target=False)
    assert table.get_column("age").null_count() == N
    assert found[0].evidence["unreadable"] == N


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (TABLE.drop("age"), "the column 'age', got a table without"),
        (TABLE.rename({"age": "agee"}), "Did you mean 'agee'."),
        (TABLE.drop("age", "city"), "the 2 columns 'age', 'city'"),
        (TABLE.drop("y"), "the column 'y'"),
        ("nowhere.csv", "no such file"),
        (np.zeros((3, 2)), "got a matrix of 2 columns. Give a frame or a file."),
        (np.zeros((3, 7)), "got a matrix of 7 columns. Give a frame or a file."),
    ],
    ids=["absent", "misspelled", "two", "target", "file", "narrow matrix", "matrix for words"],
)
def test_what_cannot_be_conformed_is_refused_in_one_line(source, words):
    with pytest.raises(UnusableInput) as caught:
        conform(source, DATA.columns, need_target=True)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_without_a_target_are_left_out_and_counted():
    new = TABLE.with_columns(y=pl.Series([None, 1] * 15))
    table, found = conform(new, DATA.columns, need_target=True)
    assert table.height == 15
    assert found[-1].what == "15 of 30 rows have no target ('y') and are left out."


def test_numbers_as_labels_have_one_spelling():
    for labels in (["0", "1"], [0.0, 1.0], ["0.0", "1.0"], [False, True], [0, 1]):
        new = TABLE.with_columns(y=pl.Series(labels * 15))
        table, _ = conform(new, DATA.columns, need_target=True)
        assert table.get_column("y").to_list()[:2] == ["0", "1"]


def test_group_and_time_come_along_where_they_are():
    data = load(TABLE, "y", group="city", time="when")
    table, _ = conform(TABLE.drop("city"), data.columns, need_target=True)
    assert "when" in table.columns
    assert "city" not in table.columns


def test_a_matrix_for_a_set_of_arrays():
    x = np.random.default_rng(0).normal(size=(20, 3))
    data = load((x, np.arange(20) % 2))
    table, _ = conform(x[:5], data.columns, need_target=False)
    assert np.array_equal(table.to_numpy(), x[:5])
    only = [c for c in data.columns if c.name != "x0"]  # a constant column may have been dropped
    assert conform(x[:5], only, need_target=False)[0].columns == ["x1", "x2"]
    assert conform((x[:5], np.arange(5) % 2), data.columns, need_target=True)[0].columns == ["x0", "x1", "x2", "y"]
    with pytest.raises(UnusableInput, match="3 columns, got 1. Reshape a single example"):
        conform(x[0], data.columns, need_target=False)


def test_a_matrix_for_a_set_of_numbers_and_a_sample_by_name():
    data = sample("wine")
    x = data.table.drop("cultivar").to_numpy()
    assert np.array_equal(conform(x, data.columns, need_target=False)[0].to_numpy(), x)
    assert conform("sample:wine", data.columns, need_target=True)[0].height == 178


def test_labels_written_as_percents_have_one_spelling():
    data = load(TABLE.with_columns(y=pl.Series(["5%", "10%"] * 15)), "y")
    assert data.target.classes == ("5", "10")
    for labels in (["5%", "10%"], [5.0, 10.0], ["5", "10.0"]):
        table, _ = conform(TABLE.with_columns(y=pl.Series(labels * 15)), data.columns, need_target=True)
        assert table.get_column("y").to_list()[:2] == ["5", "10"]

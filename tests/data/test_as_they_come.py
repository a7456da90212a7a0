"""What real tables taught: dates, names and lines as the files of people have them."""

import datetime as dt

import polars as pl
import pytest

from fathom.data.preparing.findings import pooled
from fathom.data.preparing.levels import Levels
from fathom.data.reading.columns import type_column
from fathom.data.reading.target_kind import DOUBTFUL_CODES, settle


@pytest.mark.parametrize("text", ["Jun 12 1998", "June 12 1998"])
def test_month_day_year_without_a_comma_is_a_date(text):
    typed = type_column(pl.Series("released", [text, text.replace("12", "13")] * 10))
    assert typed.column.kind == "date"
    assert typed.values[0] == dt.datetime(1998, 6, 12)


@pytest.mark.parametrize(("values", "kind"), [([f"title {i}" for i in range(40)], "category"), ([str(i) for i in range(40)], "number")])
def test_an_identifier_is_offered_as_what_it_can_be(values, kind):
    (found,) = type_column(pl.Series("x", values)).findings
    assert found.id == "data.column.identifier"
    assert found.fix == f"types={{'x': '{kind}'}} uses it."


def test_rare_levels_of_many_columns_are_one_line():
    levels = [Levels(name, ("a", "b"), missing=False, pooled=2) for name in "pqrst"]
    assert len(pooled(levels[:3])) == 3
    (together,) = pooled(levels)
    assert together.what.startswith("5 columns (p, q, r, s")
    assert "10 of 20 levels" in together.what
    assert together.evidence["columns"]["t"] == {"pooled": 2, "kept": 2}


def test_a_quantity_beyond_doubt_is_taken_without_a_word():
    assert settle(pl.Series("price", list(range(DOUBTFUL_CODES)))).findings
    assert not settle(pl.Series("price", list(range(DOUBTFUL_CODES + 1)))).findings

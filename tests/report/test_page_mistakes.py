"""The worst mistakes: the right rows, their own columns, and what is said of them."""

from __future__ import annotations

import base64
import re

import numpy as np
import polars as pl
import pytest

from fathom.report.page_mistakes import MOST, mistakes, worst_of
from tests.report.page_records import HOSTILE, classes_table, numbers_table
from tests.report.picture_reader import pixels_of


def text_of(markup):
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def seen(table, inputs, *, number=False):
    """The table with its worst rows first and columns beside id."""
    worst = worst_of(table, number=number, most=200)
    order = [table["id"].to_list().index(i) for i in worst["id"]]
    own = worst.drop("weight", strict=False)
    return pl.concat([own.select("id"), inputs[order], own.drop("id")], how="horizontal")


def test_the_rows_and_their_order():
    text = text_of(mistakes(classes_table(("a", "b"), 200, wrong=50), "classes"))
    assert f"{MOST} of 50, the surest first." in text
    found = re.findall(r"(?<= )(\d+) ([ab]) ([ab]) (\S+%)", text)
    dev = classes_table(("a", "b"), 200, wrong=50)
    assert [int(row[0]) for row in found] == dev["id"][:MOST].to_list()
    assert [row[1] for row in found] == dev["truth"][:MOST].to_list()


def test_a_number_has_how_far_off_it_was():
    text = text_of(mistakes(numbers_table(88), "regression", "mmHg"))
    assert "The 20 farthest off of 88 examples, by truth minus prediction, in the unit of mmHg" in text
    first = worst_of(numbers_table(88), number=True).row(0, named=True)
    assert f"{first['truth'] - first['prediction']:.4g}".replace("-", "\u2212") in text


def test_rows_without_an_id_are_counted():
    assert set(worst_of(numbers_table(3).drop("id"), number=True)["id"]) == {0, 1, 2}


def test_no_mistake():
    assert "No mistake on 30 examples." in mistakes(classes_table(("a", "b"), 30, wrong=0), "classes")


def test_without_probabilities_nothing_is_said_of_sureness():
    assert "nan" not in mistakes(classes_table(("a", "b"), 30, wrong=3).drop("p_a", "p_b"), "classes")


def test_the_examples_are_shown_with_their_columns_as_they_were():
    dev = classes_table(("a", "b"), 30, wrong=2)
    inputs = pl.DataFrame({"age": [41.0] * 30, "city": ["Rome", None] * 15, "member": [True] * 30})
    inputs = inputs.with_columns(born=pl.lit("1980-02-03 00:00").str.to_datetime())
    text = text_of(mistakes(dev, "classes", seen=seen(dev, inputs), usual={"age": (40.0, 10.0)}))
    assert "age city member born" in text
    assert "41 Rome yes 1980-02-03" in text
    assert "41 missing yes 1980-02-03" in text
    assert "Bold" not in text


def test_a_value_far_from_the_mean_of_train_stands_out():
    dev = classes_table(("a", "b"), 30, wrong=2)
    inputs = pl.DataFrame({"age": [59.9, 60.0] * 15})
    made = mistakes(dev, "classes", seen=seen(dev, inputs), usual={"age": (40.0, 10.0)})
    assert re.findall(r'<td class="number input far">(.+?)</td>', made) == ["<bdi>60</bdi>"]
    assert "Bold: 2 or more standard deviations from the mean of train." in text_of(made)


def test_of_many_columns_those_farthest_from_the_mean_are_shown():
    dev = classes_table(("a", "b"), 30, wrong=4)
    inputs = pl.DataFrame({f"c{i}": [float(i % 10)] * 30 for i in range(30)})
    text = text_of(mistakes(dev, "classes", seen=seen(dev, inputs), usual={f"c{i}": (0.0, 1.0 + i // 10) for i in range(30)}))
    assert "7 of 30 input columns" in text
    # 0..9 over 1, 2 and 3 standard deviations: 9 8 7 6 5 4 of the first ten, 9/2 of the second
    assert re.search(r"How surely ((c\d+ )+)", text)[1].split() == ["c4", "c5", "c6", "c7", "c8", "c9", "c19"]


def test_pixels_are_shown_as_pictures():
    dev = classes_table(("3", "8"), 30, wrong=2)
    values = np.arange(64.0)
    inputs = pl.DataFrame({f"pixel_{i}_{j}": [values[8 * i + j]] * 30 for i in range(8) for j in range(8)})
    made = mistakes(dev, "classes", seen=seen(dev, inputs))
    sources = re.findall(r'src="data:image/png;base64,([^"]+)"', made)
    assert len(sources) == 2
    np.testing.assert_array_equal(pixels_of(base64.b64decode(sources[0])), np.round(values * 255 / 63).reshape(8, 8))
    assert "taken for" in text_of(made)


@pytest.mark.parametrize("kind", ["classes", "regression"])
def test_hostile_columns_and_cells_stand_for_themselves(kind):
    dev = numbers_table(30) if kind == "regression" else classes_table(("a", "b"), 30, wrong=5)
    inputs = pl.DataFrame({name: [HOSTILE[2], None, HOSTILE[0]] * 10 for name in HOSTILE})
    made = mistakes(dev, kind, HOSTILE[1], seen=seen(dev, inputs, number=kind == "regression"), usual={})
    assert "<script" not in made
    assert "<img" not in made
    assert "&#60;script&#62;" in made
    assert len(made) < 60_000

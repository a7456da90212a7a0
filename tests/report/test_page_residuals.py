"""Residuals: truth minus prediction, a sample that is always the same, dots in their places."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from fathom.report.page_residuals import MOST, points_of, residuals
from tests.report.page_records import numbers_table


def test_small_sets_are_drawn_whole():
    dev = numbers_table(88)
    prediction, residual = points_of(dev)
    np.testing.assert_array_equal(prediction, dev["prediction"].to_numpy())
    np.testing.assert_array_equal(residual, dev["truth"].to_numpy() - dev["prediction"].to_numpy())


def test_large_sets_are_sampled_the_same_way_each_time():
    dev = numbers_table(5_000)
    first, again = points_of(dev), points_of(dev)
    assert len(first[0]) == MOST
    np.testing.assert_array_equal(first, again)
    assert set(first[0]) <= set(dev["prediction"])
    assert "500 of 5,000 examples, drawn at random." in residuals(dev, "mmHg")


def test_dots_stand_in_their_places():
    dev = pl.DataFrame({"truth": [10.0, 0.0, 10.0], "prediction": [0.0, 5.0, 10.0]})
    d = re.search(r'<path d="([^"]*)" class="dots">', residuals(dev, ""))[1]
    places = [tuple(map(float, place.split())) for place in re.findall(r"M([\d. -]+)h0", d)]
    assert places == [(0, 0), (500, 260), (1000, 260 * 10 / 15)] or places == [(0, 0), (500, 260), (1000, 173.3)]


def test_what_is_not_finite_is_left_out():
    dev = pl.DataFrame({"truth": [1.0, 2.0, None], "prediction": [float("nan"), 3.0, 1.0]})
    assert [part.tolist() for part in points_of(dev)] == [[3.0], [-1.0]]
    assert residuals(dev.head(1), "") is None


def test_whole_numbers_are_read():
    assert points_of(pl.DataFrame({"truth": [3], "prediction": [1]}))[1].tolist() == [2.0]


def test_the_unit_is_escaped():
    assert "(&#60;b&#62;)" in residuals(numbers_table(5), "<b>")

"""The worst mistakes: the right rows, in the right order."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from fathom.report.page_mistakes import MOST, mistakes, worst_classes, worst_numbers
from tests.report.page_records import classes_table, numbers_table


def test_the_surest_mistakes_come_first():
    dev = classes_table(("a", "b", "c"), 200, wrong=50, seed=1)
    found = worst_classes(dev)
    naive = sorted(
        ((row["id"], row["truth"], row["prediction"], row[f"p_{row['prediction']}"]) for row in dev.rows(named=True) if row["error"]),
        key=lambda row: -row[3],
    )[:MOST]
    assert found == naive
    assert len(found) == MOST


def test_classes_without_probabilities():
    dev = classes_table(("a", "b"), 30, wrong=2).drop("p_a", "p_b")
    found = worst_classes(dev)
    assert [row[0] for row in found] == [0, 10]
    assert all(math.isnan(row[3]) for row in found)
    assert "nan" not in mistakes(dev, "classes")


def test_a_missing_probability_comes_last():
    dev = classes_table(("a", "b"), 30, wrong=3).with_columns(pl.Series("p_a", [math.nan] + [0.5] * 29))
    assert worst_classes(dev)[-1][0] == 0


def test_the_farthest_off_come_first():
    dev = numbers_table(100)
    order = np.argsort(-dev["error"].to_numpy())[:MOST]
    found = worst_numbers(dev)
    assert [row[0] for row in found] == dev["id"].to_numpy()[order].tolist()
    assert found[0][3] == pytest.approx(found[0][1] - found[0][2])


def test_rows_without_an_id_are_counted():
    assert worst_numbers(numbers_table(3).drop("id"))[0][0] in (0, 1, 2)


def test_no_mistake():
    assert "No mistake on 30 examples." in mistakes(classes_table(("a", "b"), 30, wrong=0), "classes")


def test_the_caption_counts():
    assert "20 of 50, the surest first." in mistakes(classes_table(("a", "b"), 200, wrong=50), "classes")
    assert "The 20 farthest off of 88 examples" in mistakes(numbers_table(88), "regression", "mmHg")
    assert "In mmHg." in mistakes(numbers_table(88), "regression", "mmHg")

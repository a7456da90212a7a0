"""Which examples are the worst: the same rows as a plain sort in Python finds."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fathom.core.worst import chances_of, inputs_of, worst
from tests.report.page_records import classes_table, numbers_table


def test_the_surest_mistakes_come_first():
    dev = classes_table(("a", "b", "c"), 200, wrong=50, seed=1)
    rows = [(i, row[f"p_{row['prediction']}"]) for i, row in enumerate(dev.rows(named=True)) if row["error"]]
    naive = [i for i, _ in sorted(rows, key=lambda row: -row[1])]
    assert worst(dev, number=False, most=20) == naive[:20]
    assert worst(dev, number=False, most=1000) == naive


def test_the_farthest_off_come_first():
    dev = numbers_table(100)
    assert worst(dev, number=True, most=30) == np.argsort(-dev["error"].to_numpy(), kind="stable")[:30].tolist()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 5), st.just(math.nan)), max_size=30), st.integers(0, 10))
def test_what_is_not_known_comes_last_and_ties_keep_their_order(errors, most):
    table = pl.DataFrame({"error": errors}, schema={"error": pl.Float64})
    known = [-math.inf if e is None or math.isnan(e) else e for e in errors]
    assert worst(table, number=True, most=most) == sorted(range(len(errors)), key=lambda i: -known[i])[:most]


def test_classes_without_probabilities_keep_their_order():
    dev = classes_table(("a", "b"), 30, wrong=2).drop("p_a", "p_b")
    assert worst(dev, number=False, most=5) == [0, 1]


def test_a_missing_probability_comes_last():
    dev = classes_table(("a", "b"), 30, wrong=3)
    told = dev.with_columns(p_a=pl.Series([None] + [0.5] * 29), p_b=pl.Series([math.nan] + [0.4] * 29))
    assert worst(told, number=False, most=5) == [1, 2, 0]


def test_inputs_stand_between_id_and_truth_and_may_be_called_as_probabilities_are():
    table = pl.DataFrame({"id": [1], "p_a": [3.0], "b": ["x"], "truth": ["a"], "prediction": ["a"], "p_b": [0.5], "error": [0.0]})
    assert inputs_of(table) == ["p_a", "b"]
    assert chances_of(table) == ["p_b"]
    assert inputs_of(table.drop("id")) == []

"""The confusion matrix, against scikit-learn's."""

from __future__ import annotations

import re

import polars as pl
import pytest
from sklearn.metrics import confusion_matrix

from fathom.report.page_confusion import MOST, confusion, pairs_of
from tests.report.page_records import classes_table

LABELS = ("a", "b", "c", "d")


def test_counts_are_those_of_scikit_learn():
    dev = classes_table(LABELS, 300, wrong=70)
    expected = confusion_matrix(dev["truth"].to_list(), dev["prediction"].to_list(), labels=LABELS)
    shown = re.findall(r'<td class="(?:hit|miss|none)"[^>]*>([\d,]+)</td>', confusion(dev, LABELS))
    assert [int(n) for n in shown] == expected.ravel().tolist()


def test_the_share_that_is_right_is_the_recall():
    dev = pl.DataFrame({"truth": ["a", "a", "a", "b"], "prediction": ["a", "a", "b", "b"]})
    assert re.findall(r'class="right">([^<]*)<', confusion(dev, ("a", "b"))) == ["66.7%", "100.0%"]
    assert re.findall(r"--s:([\d.]+)", confusion(dev, ("a", "b"))) == ["0.67", "0.33", "1.00"]


def test_a_class_without_examples_has_an_empty_row():
    dev = pl.DataFrame({"truth": ["a"], "prediction": ["a"]})
    assert re.findall(r'class="right">([^<]*)<', confusion(dev, ("a", "b"))) == ["100.0%", ""]


@pytest.mark.parametrize("labels", [(0, 1), (True, False), (1.0, 2.0), (None, "a")])
def test_labels_of_any_type_are_read_as_text(labels):
    dev = pl.DataFrame({"truth": labels, "prediction": labels}, strict=False)
    assert sum(pairs_of(dev).values()) == 2
    assert "Confusion matrix" in confusion(dev, ("other", "names"))


def test_many_classes_become_the_most_confused_pairs():
    labels = [f"c{i:02d}" for i in range(MOST + 5)]
    truth = labels + ["c07"] * 3 + ["c02"] * 2
    prediction = labels + ["c08"] * 3 + ["c01"] * 2
    drawn = confusion(pl.DataFrame({"truth": truth, "prediction": prediction}), labels)
    assert "The most confused pairs of 25 classes." in drawn
    assert re.findall(r'<td class="number">([^<]*)</td>', drawn) == ["3", "75.0%", "2", "66.7%"]
    assert drawn.index("c07") < drawn.index("c02")


def test_many_classes_and_no_mistake():
    labels = [f"c{i}" for i in range(MOST + 1)]
    assert "No mistake on dev in 21 classes." in confusion(pl.DataFrame({"truth": labels, "prediction": labels}), labels)


def test_the_list_of_pairs_is_bounded():
    n = 60
    dev = pl.DataFrame({"truth": [f"c{i}" for i in range(n)], "prediction": [f"c{(i + 1) % n}" for i in range(n)]})
    assert confusion(dev).count('scope="row"') == MOST

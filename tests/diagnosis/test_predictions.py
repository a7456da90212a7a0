"""Predictions files as people have them, and the ones that are refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.predictions import of_table, read_predictions

CLASSES = {"role": ["train"] * 3 + ["dev"] * 2, "truth": list("abcab"), "prediction": list("abaab")}


def rates(found):
    return {role: errors.rate for role, errors in found.errors.items()}


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl"])
def test_every_format(tmp_path, ending):
    path, table = tmp_path / f"p.{ending}", pl.DataFrame(CLASSES)
    {
        "csv": lambda: table.write_csv(path),
        "tsv": lambda: table.write_csv(path, separator="\t"),
        "parquet": lambda: table.write_parquet(path),
        "jsonl": lambda: table.write_ndjson(path),
    }[ending]()
    found = read_predictions(path)
    assert found.kind == "class"
    assert rates(found) == {"train": pytest.approx(1 / 3), "dev": 0.0}


def test_synonyms_and_roles_of_others():
    found = of_table(pl.DataFrame({"Split": ["Training", "validation"], "y_true": [0, 1], "y_pred": [0, 0]}))
    assert rates(found) == {"train": 0.0, "dev": 1.0}


def test_labels_of_different_types_are_compared_by_meaning():
    numbers = pl.DataFrame({"role": ["dev"] * 3, "truth": [0, 1, 2], "prediction": [0.0, 1.0, 1.0]})
    assert rates(of_table(numbers, kind="class")) == {"dev": pytest.approx(1 / 3)}
    booleans = pl.DataFrame({"role": ["dev"] * 2, "truth": [True, False], "prediction": ["True", "True"]})
    assert rates(of_table(booleans)) == {"dev": 0.5}


def test_probabilities_stand_for_a_prediction():
    table = pl.DataFrame({"role": ["dev"] * 3, "truth": list("aab"), "p_a": [0.7, 0.2, 0.4], "p_b": [0.3, 0.8, 0.6]})
    assert rates(of_table(table)) == {"dev": pytest.approx(1 / 3)}


def test_one_probability_stands_for_two_classes():
    table = pl.DataFrame({"role": ["dev"] * 4, "truth": ["yes", "no", "yes", "no"], "p_yes": [0.5, 0.49, 0.1, 0.0]})
    assert rates(of_table(table)) == {"dev": 0.25}


def test_regression_is_a_share_of_the_baselines_error():
    y, predicted = np.array([1.5, 2.25, 4.0, 3.0]), np.array([1.0, 2.25, 5.0, 2.0])
    table = pl.DataFrame({"role": ["train"] * 3 + ["dev"], "truth": y, "prediction": predicted})
    found = of_table(table)
    scale = np.abs(y[:3] - np.median(y[:3])).mean()
    assert (found.kind, found.scale) == ("regression", pytest.approx(scale))
    assert rates(found) == {"train": pytest.approx(0.5 / scale), "dev": pytest.approx(1 / scale)}


def test_groups_and_weights_are_taken_along():
    table = pl.DataFrame({**CLASSES, "group": [1, 1, 2, 3, 3], "weight": [1.0, 1.0, 2.0, 1.0, 1.0]})
    errors = of_table(table).errors["train"]
    assert errors.rate == 0.5
    assert errors.group.tolist() == [0, 0, 1]


def test_rows_without_truth_are_left_out_and_counted():
    found = of_table(pl.DataFrame({"role": ["dev"] * 3, "truth": ["a", None, "b"], "prediction": ["a", "a", "a"]}))
    assert len(found.errors["dev"]) == 2
    assert found.findings[0].evidence == {"rows": 1}


def dev(**columns):
    n = len(next(iter(columns.values())))
    return pl.DataFrame({"role": ["dev"] * n, **columns})


REFUSED = [
    (dev(truth=list("ab"), p_a=[0.7, 0.2], p_b=[0.3, 0.9]), "sum to 1, got 0.2, 0.9 in row 2"),
    (dev(truth=list("ab"), p_a=[1.2, 0.2], p_b=[-0.2, 0.8]), "from 0 to 1, got 1.2, -0.2 in row 1"),
    (dev(truth=list("ab"), p_a=[float("nan"), 0.2], p_b=[0.2, 0.8]), "from 0 to 1"),
    (dev(truth=list("abc"), p_a=[0.7, 0.2, 0.5], p_b=[0.3, 0.8, 0.5]), "got none for c"),
    (dev(truth=list("abc"), p_a=[0.7, 0.2, 0.5]), "a column for each class, got p_a alone"),
    (dev(truth=list("ab")), "a column prediction"),
    (dev(prediction=list("ab")), "a column truth"),
    (pl.DataFrame({"truth": list("ab"), "prediction": list("ab")}), r"a column role \(or split"),
    (dev(truth=list("ab"), prediction=["a", None]), "1 rows without one"),
    (dev(truth=[None, None], prediction=["a", "b"]), "no value at all"),
    (dev(truth=list("ab"), prediction=[0, 1]), "labels as in truth, got 0, 1 for the truths a, b"),
    (dev(truth=[0.5, 1.5], prediction=[0.5, 1.0]), "rows of train"),
    (
        pl.DataFrame({"role": ["train", "dev"], "truth": [1.5, 2.5], "prediction": [0.5, float("inf")]}),
        "a finite number in each row, got 1",
    ),
    (pl.DataFrame({"role": ["train", "dev"], "truth": [1.5, 2.5], "prediction": [0.5, 1.0]}), "numbers that differ over train"),
    (pl.DataFrame({"role": ["dev", None], "truth": ["a", "b"], "prediction": ["a", "b"]}), "1 rows without one"),
    (pl.DataFrame({"role": ["dev", "fold3"], "truth": ["a", "b"], "prediction": ["a", "b"]}), "'fold3'"),
]


@pytest.mark.parametrize(("table", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_refused_in_one_line(table, words):
    with pytest.raises(UnusableInput, match=words) as caught:
        of_table(table)
    assert "\n" not in str(caught.value)


def test_a_prediction_that_is_no_number_is_refused_for_a_regression():
    table = pl.DataFrame({"role": ["train"] * 3, "truth": [1.5, 2.5, 3.0], "prediction": [0.5, float("nan"), 1.0]})
    with pytest.raises(UnusableInput, match="a finite number in each row, got 1"):
        of_table(table)


FILES = [
    ("empty.csv", b"", "an empty file"),
    ("header.csv", b"role,truth,prediction\n", "a header only"),
    ("junk.csv", bytes(range(256)) * 20, "what does not read as one|columns"),
    ("junk.parquet", b"not parquet at all", "what does not read as one"),
    ("ragged.csv", b"role,truth,prediction\ntrain,a,a\ntrain,a,a,a,a\n", "what does not read as one"),
]


@pytest.mark.parametrize(("name", "content", "words"), FILES, ids=[f[0] for f in FILES])
def test_files_that_are_no_table(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnusableInput, match=words) as caught:
        read_predictions(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_names_its_neighbor(tmp_path):
    (tmp_path / "predictions.csv").write_text("role,truth,prediction\n")
    with pytest.raises(UnusableInput, match=r"no such file.*Did you mean 'predictions.csv'"):
        read_predictions(tmp_path / "prediction.csv")

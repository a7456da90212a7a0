"""Runs count themselves in the folder that they are saved in."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.core import dev_meter
from fathom.experiment.dev_looks import correlation_beside, dev_of, looks_of


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("wine"), seed=0)


def fitted(splits, **arguments):
    return fathom.fit(splits, epochs=3, **arguments)


def test_saved_fits_and_comparisons_are_counted(splits, tmp_path):
    a, b = fitted(splits), fitted(splits, hidden=(8,))
    a.save(tmp_path / "a")
    b.save(tmp_path / "b")
    fathom.compare(tmp_path / "a", tmp_path / "b")
    found = looks_of(b)
    assert found.counts == {"fit": 2, "compare": 1}
    assert (found.candidates, found.stopped) == (2, 0)
    assert found.correlation == pytest.approx(np.corrcoef(a.errors["dev"], b.errors["dev"])[0, 1], abs=1e-4)
    assert any(f.id == "diagnosis.dev.looked_at" for f in fathom.open_run(tmp_path / "a").diagnose(references=False).findings)


def test_a_run_not_saved_yet_counts_as_one_more(splits, tmp_path):
    fitted(splits).save(tmp_path / "a")
    assert looks_of(fitted(splits), tmp_path).counts == {"fit": 2}
    assert looks_of(fitted(splits)) is None


def test_another_dev_set_starts_at_0(splits, tmp_path):
    fitted(splits).save(tmp_path / "a")
    other = fitted(fathom.split(fathom.sample("wine"), seed=1))
    assert dev_of(other) != dev_of(fitted(splits))
    assert looks_of(other, tmp_path).counts == {"fit": 1}


def test_early_stopping_counts_its_epochs(splits, tmp_path):
    run = fitted(splits, early_stopping=2)
    run.save(tmp_path / "a")
    assert looks_of(run).stopped == len(run.history.measured("dev")) == 3


def test_every_opening_of_test_is_written_down(splits, tmp_path):
    a, b = fitted(splits), fitted(splits, hidden=(8,))
    a.open_test()
    a.save(tmp_path / "a")
    b.save(tmp_path / "b")
    b.open_test()
    b.open_test()  # shows the same figure: nothing new is looked at
    assert looks_of(b).openings == ("a", "b")
    opened = fathom.open_run(tmp_path / "b")
    assert any(f.id == "diagnosis.test.opened_again" for f in opened.diagnose(references=False).findings)
    kept = json.loads((tmp_path / "b" / "diagnosis.json").read_text())
    assert any(f["id"] == "diagnosis.test.opened_again" for f in kept["findings"])


def test_a_stray_file_among_the_runs_is_passed_over(splits, tmp_path):
    run = fitted(splits)
    (tmp_path / "junk" / "errors").mkdir(parents=True)
    (tmp_path / "junk" / "errors" / "dev.parquet").write_bytes(b"no parquet")
    (tmp_path / "other" / "errors").mkdir(parents=True)
    pl.DataFrame({"id": [1], "truth": ["a"], "error": [0.0]}).write_parquet(tmp_path / "other" / "errors" / "dev.parquet")
    assert correlation_beside(tmp_path, run, dev_of(run)) is None
    run.save(tmp_path / "a")
    assert dev_meter.read(tmp_path, dev_of(run)).total == 1


def test_a_threshold_tuned_on_dev_is_a_look(tmp_path):
    run = fathom.fit(fathom.split(fathom.sample("breast-cancer"), seed=0), epochs=3)
    run.tune_threshold()
    run.save(tmp_path / "a")
    run.tune_threshold("accuracy")
    assert looks_of(run).counts == {"fit": 1, "threshold": 2}

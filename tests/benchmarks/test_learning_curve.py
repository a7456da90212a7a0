"""The study of the learning curve: its table counts what it says, and a trial is what a person would do."""

from __future__ import annotations

import numpy as np
import pytest

import fathom
from benchmarks import learning_curve as study
from fathom.data.splits import split


def line(case, truth, seed=0):
    sizes = np.array([125.0, 250, 500, 1000])
    return {
        "case": case, "seed": seed, "n": 1000, "sizes": sizes.tolist(), "means": (2 * sizes**-0.5).tolist(),
        "covariance": (np.eye(4) * 1e-6).tolist(), "truth_now": 0.0632, "truth": truth, "balanced": False, "seconds": 1.0,
    }  # fmt: skip


def test_the_table_counts_what_is_covered():
    found = [line("fashion, 60 epochs", 0.0447), line("fashion, 60 epochs", 0.2, 1), line("credit_data, 100 epochs", 0.0447)]
    text = list(study.table(found))
    assert "1 of 2: 50%" in text[2]
    assert "1 of 1: 100%" in text[3]
    assert "2 of 3" in text[4]
    assert "| all * |" in text[-1]
    assert "| 2 of 3 |" in text[4]  # 'helps' three times; at a truth of 0.2 it did not


@pytest.mark.slow
def test_the_truth_is_measured_on_rows_that_were_not_trained_on():
    case = study.Case("digits", 500, (8,), False, 20)
    data = fathom.sample("digits")
    splits = split(data.take(np.arange(500)), seed=0)
    found = study.truth(data, splits, 0, {"hidden": (8,), "epochs": 20}, twice=True, by_class=False)
    assert len(found) == study.SEEDS
    assert len(set(found)) > 1
    assert 0 < np.mean(found) < 0.5
    assert study.trial(case, data, 0)["n"] == 300

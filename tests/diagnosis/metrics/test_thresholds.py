"""Thresholds against trying every cut by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

from fathom.core.exceptions import UnusableInput
from fathom.core.records.threshold import Threshold
from fathom.diagnosis.metrics.answers import answers_of
from fathom.diagnosis.metrics.spelling import read_metric, read_requirement
from fathom.diagnosis.metrics.thresholds import cut, tune


def made(n: int = 200, seed: int = 0, weights: bool = False) -> pl.DataFrame:
    """Scores that are too low for the positive class, which is rare."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1.2, 4, n)
    truth = rng.random(n) < p**0.7
    predicted = p >= 0.5
    return pl.DataFrame(
        {
            "truth": np.where(truth, "yes", "no"),
            "prediction": np.where(predicted, "yes", "no"),
            "p_no": 1 - p,
            "p_yes": p,
            "error": (truth != predicted).astype(float),
            "weight": rng.uniform(0.5, 2, n) if weights else np.ones(n),
        }
    )


def tuned(text: str, table: pl.DataFrame, *requires: str) -> Threshold:
    return tune(read_metric(text), [read_requirement(r) for r in requires], answers_of(table, classes=("no", "yes")))


@pytest.mark.parametrize("weights", [False, True], ids=["equal", "weighted"])
@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("f1", lambda y, p, w: sk.f1_score(y, p, pos_label="yes", sample_weight=w, zero_division=0)),
        ("f0.5", lambda y, p, w: sk.fbeta_score(y, p, beta=0.5, pos_label="yes", sample_weight=w, zero_division=0)),
        ("accuracy", lambda y, p, w: sk.accuracy_score(y, p, sample_weight=w)),
        ("mean accuracy by truth", lambda y, p, w: sk.balanced_accuracy_score(y, p, sample_weight=w)),
        ("f1 of no", lambda y, p, w: sk.f1_score(y, p, pos_label="no", sample_weight=w, zero_division=0)),
    ],
)
def test_no_other_cut_is_better(text, score, weights):
    table = made(n=80, weights=weights)
    y, s, w = table["truth"].to_numpy(), table["p_yes"].to_numpy(), table["weight"].to_numpy()
    every = [score(y, np.where(s >= t, "yes", "no"), w) for t in np.concatenate([[0, 0.5, 1.01], s])]
    found = tuned(text, table)
    assert found.tuned == pytest.approx(max(every))
    assert score(y, np.where(s >= found.value, "yes", "no"), w) == pytest.approx(found.tuned)
    assert found.at_half == pytest.approx(score(y, np.where(s >= 0.5, "yes", "no"), w))


def test_what_is_required_is_kept():
    table = made()
    free, bound = tuned("recall", table), tuned("recall", table, "precision >= 50%")
    y, s = table["truth"].to_numpy(), table["p_yes"].to_numpy()
    assert free.tuned == 1.0
    assert sk.precision_score(y, np.where(s >= bound.value, "yes", "no"), pos_label="yes") >= 0.5
    assert bound.tuned < 1
    with pytest.raises(UnusableInput, match="expected a cut that keeps what is required of precision"):
        tuned("recall", table, "precision >= 100%", "recall >= 50%")


def test_the_check_takes_back_what_tuning_flatters():
    """Over 40 sets of scores that know nothing: the tuned accuracy is above that of new examples, the cross-checked one is not."""
    gaps = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        truth, p = rng.random(60) < 0.5, rng.random(60)
        table = pl.DataFrame({"truth": np.where(truth, "yes", "no"), "p_no": 1 - p, "p_yes": p}).with_columns(
            prediction=pl.lit("no"), error=pl.lit(0.0)
        )
        found = tuned("accuracy", table)
        gaps.append((found.tuned - 0.5, found.checked - 0.5))
    optimism, checked = np.mean(gaps, axis=0)
    assert optimism > 0.05
    assert abs(checked) < 0.03


def test_answers_are_cut():
    answers = answers_of(made(), classes=("no", "yes"))
    found = cut(answers, 0.25)
    assert answers.chances is not None
    assert ((found.prediction == "yes") == (answers.chances[:, 1] >= 0.25)).all()
    assert (found.error == (found.prediction != found.truth)).all()


@pytest.mark.parametrize("text", ["auc", "worst error by truth", "brier"])
def test_metrics_without_a_cut_are_refused(text):
    with pytest.raises(UnusableInput, match="threshold: expected one of accuracy"):
        tuned(text, made())

"""The bias verdict on simulated tables of known Bayes error; `benchmarks/bias_verdict.py` has the whole table."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from benchmarks.bias_verdict import BAYES, Case, cases, lines, table
from fathom.data.load import load
from fathom.experiment.fit import fit
from fathom.experiment.opening import open_run
from fathom.report.terminal import show


@pytest.mark.parametrize("bayes", BAYES)
@pytest.mark.parametrize("surface", ["linear", "curved"])
def test_the_tables_have_the_bayes_error_that_they_say(surface, bayes):
    x, y, flipped = table(surface, bayes, 20_000, seed=0)
    assert x.shape == (20_000, 5)
    assert flipped.mean() == pytest.approx(bayes, abs=0.01)
    assert y.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("verdict", "bias", "wrong", "high_at_bayes"),
    [
        ("high", 0.1, False, False),
        ("high", 0.0, True, True),
        ("low", 0.0, False, False),
        ("low", 0.02, True, False),
        ("unclear", 9, False, False),
    ],
)
def test_what_counts_as_wrong(verdict, bias, wrong, high_at_bayes):
    made = Case(0.1, "linear", "logistic", 0, bias, 0.02, verdict)
    assert (made.wrong, made.high_at_bayes) == (wrong, high_at_bayes)
    assert len(list(lines([made]))[-1].split("|")) == 10


@pytest.mark.slow
def test_right_or_unclear_and_never_high_at_bayes():
    found = list(cases(range(6)))
    assert sum(c.wrong for c in found) <= 0.02 * len(found)
    assert not any(c.high_at_bayes for c in found)
    assert {c.verdict for c in found} == {"high", "low", "unclear"}


@pytest.fixture(scope="module")
def rare():
    """600 rows, 5% of them positive for no reason: a net without hidden layers answers 'no' everywhere."""
    rng = np.random.default_rng(0)
    y = np.where(rng.permutation(600) < 30, "yes", "no")
    return fit(load((rng.normal(size=(600, 4)), y)), net="logistic", epochs=20)


def test_a_run_brings_its_classes(rare):
    d = rare.diagnose(references=False)
    assert d.headline.startswith("The net has learned nothing.")
    assert d.balance.rare == {"yes": pytest.approx(0.05, abs=0.01)}
    assert rare.diagnose(references=False, truth={}).balance is None


def test_nothing_on_any_screen_reads_low_bias(rare):
    """Recall 0, whatever human level is given: text, terminal, JSON."""
    for human in (None, 0.0, 0.05, 0.5):
        d = rare.diagnose(references=False, human=human)
        screen = Console(record=True, width=80, file=io.StringIO())
        show(d, screen)
        for text in (str(d), screen.export_text(), json.dumps(d.to_json())):
            assert "low bias" not in text
            assert "bias: low" not in text
        assert d.gaps["avoidable_bias"].verdict != "low"
        assert len(str(d).splitlines()) <= 35


def test_references_of_a_run_are_balanced_too(rare, tmp_path):
    d = rare.diagnose()
    assert min(r.estimate.value for r in d.references.values()) > 0.3
    rare.save(tmp_path / "run", diagnosis=d)
    assert open_run(tmp_path / "run").diagnose().to_json() == d.to_json()

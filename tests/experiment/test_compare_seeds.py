"""Comparisons over seeds, and by metrics."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.core.records.seed_spread import SeedSpread
from fathom.diagnosis.seeds import seed_spread
from fathom.experiment.twins import gathered

NONE = "no difference that this dev set can show"


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("moons"), seed=0)


@pytest.fixture(scope="module")
def runs(splits):
    """Three seeds of a net that was hardly trained, and of one that was."""
    settings = [{"epochs": e, "seed": s} for e in (10, 80) for s in range(3)]
    return fathom.fit_many(splits, settings=settings, hidden=(8,))


def test_runs_that_differ_in_seed_alone_are_one_setting(runs):
    made = fathom.compare(runs[0], runs[3], *runs[1:3], *runs[4:])
    assert [run.name for run in made.runs] == ["epochs 10", "epochs 80"]
    pair = made.pairs[0]
    a, b = (np.stack([r.errors["dev"] for r in group]) for group in (runs[:3], runs[3:]))
    known = seed_spread(a, b, np.ones(a.shape[1]))
    assert isinstance(pair.seeds, SeedSpread)
    assert pair.seeds.difference == known.difference
    assert pair.decisive == known.difference
    assert pair.p == known.p
    assert pair.verdict == "better"
    assert "over 3 seeds against" in pair.says
    assert "over seeds" in made.headline


def test_seeds_of_one_setting_are_compared_as_nets(runs):
    made = fathom.compare(runs[3], runs[4])
    assert made.pairs[0].seeds is None
    assert gathered(runs[3:]) == [[run] for run in runs[3:]]


def test_missing_seeds_are_trained_with_the_numbers_of_a_fit(runs, splits):
    made = fathom.compare(runs[0], runs[3], seeds=3)
    seeds = made.pairs[0].seeds
    assert (seeds.seeds_run, seeds.seeds_against) == (3, 3)
    others = [fathom.fit(splits, epochs=10, hidden=(8,), seed=s).errors["dev"] for s in (1, 2)]
    assert seeds.mean_against == pytest.approx(np.mean([runs[0].errors["dev"], *others]))


def test_the_same_settings_are_not_called_different(splits):
    """Ten times two nets of one setting on other data seeds: never 'better' or 'worse' over five seeds each but by chance."""
    verdicts = []
    for i in range(6):
        settings = [{"l2": 1e-9 * g, "seed": 100 * i + 10 * g + s} for g in (1, 2) for s in range(4)]
        runs = fathom.fit_many(splits, settings=settings, epochs=4, hidden=(4,))
        verdicts.append(fathom.compare(runs[0], runs[4], *runs[1:4], *runs[5:]).pairs[0].verdict)
    assert verdicts.count(NONE) >= 5


def test_data_have_to_be_at_hand_for_other_seeds(runs, splits, tmp_path):
    copies = [dataclasses.replace(run) for run in (runs[0], runs[3])]
    folders = [run.save(tmp_path / f"{i}", diagnosis=run.diagnose(references=False)) for i, run in enumerate(copies)]
    with pytest.raises(UnusableInput, match="Give splits=, the splits that they were fitted on"):
        fathom.compare(*folders, seeds=3)
    assert fathom.compare(*folders, seeds=2, splits=splits).pairs[0].seeds.seeds_run == 2
    with pytest.raises(UnusableInput, match="expected the splits that the runs were fitted on"):
        fathom.compare(*folders, seeds=2, splits=fathom.split(fathom.sample("moons"), seed=1))
    assert main(["compare", str(folders[0]), str(folders[1]), "--seeds", "3"]) == 2


def test_the_best_by_metrics_is_chosen(runs):
    made = fathom.compare(runs[0], runs[3], metric="accuracy", require="time <= 1s")
    assert made.choice.best == "epochs 80"
    assert "best: epochs 80, by accuracy" in str(made)
    assert not made.choice.notes
    other = fathom.compare(runs[3], runs[4], metric="accuracy")
    if other.choice.best == other.pairs[0].run:
        assert "not shown to be better" in other.choice.notes[0]


def test_the_command_trains_twins_and_chooses(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, epochs in (("a", "10"), ("b", "80")):
        assert main(["fit", "sample:moons", "--epochs", epochs, "--hidden", "8", "--no-references", "--out", name, "--quiet"]) == 0
    capsys.readouterr()
    command = ["compare", "a", "b", "--seeds", "3", "--metric", "f1", "--require", "time <= 1s", "--out", "page.html"]
    assert main(command) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "b is better than a: its dev error is lower by" in out
    assert "over seeds" in out
    assert "best: b, by f1" in out
    assert "best" in (tmp_path / "page.html").read_text().lower()
    assert main(["compare", "a", "b", "--require", "error <= 0%"]) == 1
    assert "none meets error <= 0.0%" in " ".join(capsys.readouterr().out.split())

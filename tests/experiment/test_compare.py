"""`fathom.compare` and `run.figure`: runs in memory and in folders, side by side."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.paired import mcnemar, tango
from fathom.experiment.figures import FIGURES


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("moons"), seed=0)


@pytest.fixture(scope="module")
def runs(splits):
    return [fathom.fit(splits, epochs=epochs, hidden=(8,), **s) for epochs, s in ((1, {}), (60, {}), (60, {"l2": 0.7}))]


@pytest.fixture(scope="module")
def number():
    return fathom.fit(fathom.split(fathom.sample("diabetes"), seed=0), epochs=3)


@pytest.fixture(scope="module")
def folders(runs, tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    return [
        run.save(base / name, diagnosis=run.diagnose(references=False)) for name, run in zip(("short", "long", "l2"), runs, strict=True)
    ]


def test_the_pair_is_counted_by_hand(runs):
    pair = fathom.compare(runs[0], runs[1]).pairs[0]
    a, b = runs[0].errors["dev"], runs[1].errors["dev"]
    up, down = int(((a == 0) & (b == 1)).sum()), int(((a == 1) & (b == 0)).sum())
    assert (pair.only_run, pair.only_against) == (up, down)
    assert (pair.difference.low, pair.difference.high) == tango(up, down, len(a))
    assert pair.p == mcnemar(up, down)
    assert pair.difference.value == pytest.approx(b.mean() - a.mean())


def test_rungs_are_those_of_the_diagnosis(runs):
    made = fathom.compare(*runs)
    for run, compared in zip(runs, made.runs, strict=True):
        known = run.diagnose(references=False).ladder
        assert {r.name: r.estimate for r in compared.ladder} == {r.name: r.estimate for r in known}


def test_only_settings_that_differ_are_listed(runs):
    made = fathom.compare(*runs)
    assert dict(made.differing) == {"epochs": ("1", "60", "60"), "l2": ("0", "0", "0.7")}
    assert [run.name for run in made.runs] == ["epochs 1", "epochs 60", "epochs 60, l2 0.7"]


def test_folders_and_runs_say_the_same(runs, folders):
    in_memory, on_disk = fathom.compare(runs[0], runs[2]), fathom.compare(folders[0], str(folders[2]))
    assert [run.name for run in on_disk.runs] == ["short", "l2"]
    assert on_disk.differing == in_memory.differing
    a, b = (dataclasses.replace(made.pairs[0], run="", against="", says="") for made in (in_memory, on_disk))
    assert a == b


def test_folders_of_one_name_are_told_apart(runs, folders, tmp_path):
    other = runs[1].save(tmp_path / "short", diagnosis=runs[1].diagnose(references=False))
    names = [run.name for run in fathom.compare(folders[0], other).runs]
    assert len(set(names)) == 2
    assert all(name.endswith("short") for name in names)


def test_another_split_is_refused_with_the_shared_ids(runs):
    other = fathom.fit(fathom.split(fathom.sample("moons"), seed=1), epochs=1)
    with pytest.raises(UnusableInput, match=r"80 and 80 examples that share \d+ ids"):
        fathom.compare(runs[0], other)


def test_another_target_is_refused(runs, number):
    with pytest.raises(UnusableInput, match="expected the target of the first run"):
        fathom.compare(runs[0], number)


def test_a_run_that_diverged_is_refused(runs, splits):
    lost = fathom.fit_many(splits, settings=[{"learning_rate": 1e30, "optimizer": "sgd", "epochs": 2, "hidden": (8,)}])[0]
    assert lost.history.stopped == "diverged"
    with pytest.raises(UnusableInput, match="got one that diverged"):
        fathom.compare(runs[0], lost)
    with pytest.raises(UnusableInput, match="it diverged"):
        runs[0].figure("cost", beside=[lost])


@pytest.mark.parametrize("given", [3, None, {"dev": 0.1}])
def test_what_is_no_run_is_refused(runs, given):
    with pytest.raises(UnusableInput, match="a run, or the folder of one"):
        fathom.compare(runs[0], given)


def test_too_many_runs_are_refused(runs):
    with pytest.raises(UnusableInput, match="at most 8"):
        fathom.compare(*runs, *runs, *runs)


def test_a_rare_class_makes_the_comparison_a_balanced_one():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2))
    y = np.where(x[:, 0] + 0.4 * rng.normal(size=600) > 1.5, "yes", "no")
    splits = fathom.split(fathom.load((x, y)), seed=0)
    short, longer = fathom.fit(splits, epochs=1), fathom.fit(splits, epochs=80)
    made = fathom.compare(short, longer)
    assert made.balanced
    known = [run.diagnose(references=False).ladder["dev"].estimate.value for run in (short, longer)]
    assert made.pairs[0].difference.value == pytest.approx(known[1] - known[0])


def test_the_page_is_written(runs, tmp_path):
    fathom.compare(*runs, report=tmp_path / "c.html")
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "decision boundary" in page
    assert len(page) < 2_000_000


def test_a_page_that_cannot_be_written_is_refused(runs, tmp_path):
    with pytest.raises(UnusableInput, match="a file that can be written"):
        fathom.compare(*runs, report=tmp_path / "no" / "c.html")


@pytest.mark.parametrize("name", [n for n in FIGURES if n != "residuals"])
def test_every_figure_of_a_run_with_two_inputs_and_classes(runs, name):
    assert runs[1].figure(name).data
    beside = runs[0].figure(name, beside=runs[1:])
    texts = [t.name for t in beside.data if t.name] + [a.text for a in beside.layout.annotations]
    assert any("l2 0.7" in text for text in texts)


def test_every_figure_that_a_regression_has(number):
    for name in ("ladder", "cost", "errors", "learning_rate", "weight_norm", "residuals"):
        assert number.figure(name).data


def test_a_figure_of_a_folder_is_the_same(runs, folders):
    opened = fathom.open_run(folders[2])
    for name in ("cost", "errors", "confusion", "weight_norm"):
        assert opened.figure(name).to_json() == runs[2].figure(name).to_json()


def test_an_unknown_name_is_refused_with_the_nearest(runs):
    with pytest.raises(UnusableInput, match="Did you mean 'confusion'"):
        runs[0].figure("confussion")


@pytest.mark.parametrize(("name", "why"), [("boundary", "10 inputs"), ("confusion", "a number to predict")])
def test_a_figure_that_a_regression_cannot_have_is_refused(number, name, why):
    with pytest.raises(UnusableInput, match=why) as refused:
        number.figure(name)
    assert "It has ladder, cost, errors, learning_rate, weight_norm, residuals." in str(refused.value)


def test_figures_that_do_not_go_together_are_refused(runs, number):
    with pytest.raises(UnusableInput, match="the same kind of target"):
        runs[0].figure("errors", beside=[number])
    digits = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=1)
    with pytest.raises(UnusableInput, match="the same classes"):
        runs[0].figure("confusion", beside=digits)

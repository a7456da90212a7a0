"""fit(folds=k): the errors of a naive loop, every example dev once, one ladder, a folder that opens as a run."""

import json

import numpy as np
import pytest
from torch import nn

import fathom
from fathom.core.records.split_plan import SplitPlan
from fathom.data.splits import Splits
from fathom.data.together import choosable

SHORT = {"hidden": (8,), "epochs": 8, "precision": "float64"}


@pytest.fixture(scope="module")
def folded():
    return fathom.fit(fathom.split(fathom.sample("wine"), seed=0), folds=5, hidden=(8,), epochs=30)


@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_the_errors_are_those_of_a_loop_that_fits_each_fold_alone(name):
    splits = fathom.split(fathom.sample(name), seed=1)
    folded = fathom.fit(splits, folds=4, seed=3, **SHORT)
    data, of = choosable(splits), folded.plan.of
    expected = np.full(len(data), np.nan)
    unit = 1.0
    for fold in range(4):
        train = np.flatnonzero(of != fold)
        train = train[np.isin(data.rows[train], folded.runs[fold].splits.train.rows)]  # less a row, where sizes were made equal
        parts = {"train": data.take(train), "dev": data.take(np.flatnonzero(of == fold))}
        alone = fathom.fit(Splits(parts, SplitPlan(method="taken")), seed=3 + fold, **SHORT)
        if data.target.kind == "regression":
            whole = np.abs(data.y - np.median(data.y)).mean()
            unit = np.abs(parts["train"].y - np.median(parts["train"].y)).mean() / whole
        expected[of == fold] = alone.errors["dev"] * unit
    np.testing.assert_allclose(folded.errors["dev"], expected, rtol=0, atol=1e-6)
    assert folded.runs[0].plan["members"] == 4


def test_every_example_is_dev_once_and_train_as_often_as_it_was_trained_on(folded):
    splits = fathom.split(fathom.sample("wine"), seed=0)
    assert sorted(folded.tables["dev"]["id"]) == sorted([*splits.train.rows, *splits.dev.rows])
    times = dict(folded.tables["train"].group_by("id").len().iter_rows())
    lost = 4 * 142 - folded.tables["train"].height  # rows that were left out so that sizes are equal
    assert set(times.values()) <= {3, 4}
    assert sum(times.values()) == 4 * 142 - lost
    assert lost <= 5
    with pytest.raises(fathom.TestSealed):
        folded.errors["test"]
    assert not set(folded.tables["dev"]["id"]) & set(splits.test.rows)


def test_the_ladder_is_that_of_all_folds(folded):
    d = folded.diagnose(references=False)
    assert d.ladder["dev"].estimate.value == pytest.approx(np.mean(np.concatenate([r.errors["dev"] for r in folded.runs])))
    assert d.ladder["train"].estimate.value == pytest.approx(np.mean(np.concatenate([r.errors["train"] for r in folded.runs])))
    assert d.ladder["dev"].estimate.n == 142
    assert d.ladder["train"].estimate.n == 142
    assert d.ladder.sealed == {"test": 36}
    assert any("5 nets trained on 11" in text for text in d.inferred)
    assert "--folds" not in str(d)
    assert len(folded.folds) == 5
    assert sum(f.dev_rows for f in folded.folds.folds) == 142


def test_references_are_fitted_in_every_fold_on_the_same_examples(folded):
    order = np.argsort(np.concatenate([folded.plan.held_out(j) for j in range(5)]), kind="stable")
    for place, reference in enumerate(folded.references):
        parts = np.concatenate([run.references[place].errors.value for run in folded.runs])
        np.testing.assert_array_equal(reference.errors.value, parts[order])
    assert list(folded.diagnose().references) != []


def test_the_final_net_is_an_ordinary_fit_on_all_examples():
    splits = fathom.split(fathom.sample("wine"), seed=0)
    folded = fathom.fit(splits, folds=3, **SHORT)
    alone = fathom.fit(Splits({"train": choosable(splits)}, SplitPlan(method="taken")), **SHORT)
    ours, theirs = folded.predict(splits.test), alone.predict(splits.test)
    np.testing.assert_allclose(ours.drop("prediction").to_numpy(), theirs.drop("prediction").to_numpy(), atol=1e-12)
    assert folded.open_test() == pytest.approx((ours["prediction"].cast(str) != splits.test.table["cultivar"].cast(str)).mean())


def test_early_stopping_in_the_folds_gives_the_final_net_its_epochs():
    splits = fathom.split(fathom.sample("wine"), seed=0)
    folded = fathom.fit(splits, folds=3, hidden=(8,), epochs=20, learning_rate=0.02, early_stopping=3)
    assert folded.final.settings.epochs == np.median([run.history.best_epoch for run in folded.runs])
    assert not folded.final.settings.early_stopping


def test_a_saved_folder_opens_as_a_run_with_its_folds(tmp_path):
    splits = fathom.split(fathom.sample("wine"), seed=0)
    folded = fathom.fit(splits, folds=5, hidden=(8,), epochs=20)
    folded.save(tmp_path / "run")
    again = fathom.open_run(tmp_path / "run")
    assert str(again.folds) == str(folded.folds)
    assert again.diagnose().to_json() == folded.diagnose().to_json()
    assert again.predict(splits.test).equals(folded.predict(splits.test))
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<h2>Folds</h2>" in page
    assert again.mistakes.columns[1] == "alcohol"
    assert 0 <= again.open_test(splits) <= 1
    assert json.loads((tmp_path / "run" / "diagnosis.json").read_text())["gaps"]["variance"]["low"] is not None


def test_groups_stay_whole_and_nets_of_uneven_folds_train_one_by_one():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(30), rng.integers(2, 12, 30))
    x = rng.normal(size=(len(who), 3)) + rng.normal(size=(30, 3))[who]
    data = fathom.load({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "who": who, "y": (x[:, 0] > 0).astype(int)}, target="y", group="who")
    folded = fathom.fit(fathom.split(data, seed=0), folds=4, hidden=(4,), epochs=3)
    for run in folded.runs:
        train, held = (set(part.table["who"]) for part in (run.splits.train, run.splits.dev))
        assert not train & held
    assert folded.diagnose(references=False).gaps["variance"].high is not None
    assert "group" in folded.tables["dev"].columns


def test_by_time_each_net_learns_from_what_lies_before_its_fold():
    rng = np.random.default_rng(0)
    table = {"x": rng.normal(size=200), "day": np.arange(200.0) + 0.5, "y": rng.integers(0, 2, 200)}
    folded = fathom.fit(fathom.split(fathom.load(table, target="y"), time="day"), folds=3, hidden=(4,), epochs=2)
    for run in folded.runs:
        assert run.splits.train.table["day"].max() < run.splits.dev.table["day"].min()
    assert len(folded.errors["dev"]) == 120
    assert len(folded.final.mistakes) <= 120
    assert "data.folds.by_time" in [f.id for f in folded.findings]


def test_folds_are_proposed_where_dev_is_small_and_no_longer_once_they_were_used():
    run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), hidden=(8,), epochs=200)
    assert "--folds 5" in str(run.diagnose(references=False))
    large = fathom.diagnose({"train": np.zeros(100), "dev": np.r_[np.zeros(96), np.ones(4)]})
    assert "--folds" not in str(large)  # nobody knows how many rows there are to train on


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"folds": 1}, "`folds`: expected a whole number of at least 2"),
        ({"folds": 5, "net": nn.Linear(13, 3)}, "callable that builds a module"),
        ({"folds": 5, "checkpoints": "somewhere"}, "none with folds"),
    ],
)
def test_what_cannot_be_folded_is_refused(arguments, what):
    with pytest.raises(fathom.UnusableInput, match=what):
        fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=1, **arguments)

"""Nets that answer together: the mean of their outputs, their errors, and the paired comparison with the best of them."""

import json

import numpy as np
import polars as pl
import pytest
import torch

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import TestSealed, UnusableInput
from fathom.core.records.picture import Picture
from fathom.core.records.target import Target
from fathom.data.augmenting.crops import crops
from fathom.experiment.averaging import averaged


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("digits", n=500), seed=0)


@pytest.fixture(scope="module")
def runs(splits):
    return fathom.fit_many(splits, net="lenet5", epochs=4, settings=[{"seed": k} for k in range(3)])


@pytest.fixture(scope="module")
def folders(runs, tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    for k, run in enumerate(runs):
        run.save(place / f"seed-{k}", diagnosis=run.diagnose(references=False))
    return [place / f"seed-{k}" for k in range(3)]


def probabilities(run, data):
    return run.predict(data).select(pl.col("^p_.*$")).to_numpy()


def test_an_ensemble_averages_probabilities_not_weights(splits, runs):
    together = fathom.ensemble(*runs)
    mean = np.mean([probabilities(run, splits.dev) for run in runs], axis=0)
    said = together.predict(splits.dev)
    np.testing.assert_allclose(said.select(pl.col("^p_.*$")).to_numpy(), mean, rtol=1e-12)
    assert said["prediction"].to_list() == [int(splits.target.classes[k]) for k in mean.argmax(1)]
    wrong = mean.argmax(1) != splits.dev.y
    np.testing.assert_array_equal(together.errors["dev"], wrong)
    assert set(together.errors) == {"train", "dev"}
    with pytest.raises(TestSealed):
        together.errors["test"]


def test_it_is_held_against_its_best_net_on_the_same_examples(splits, runs):
    together = fathom.ensemble(*runs)
    best = min(runs, key=lambda run: run.errors["dev"].mean())
    made = together.compare()
    a, b = best.errors["dev"] > 0, together.errors["dev"] > 0
    (pair,) = made.pairs
    assert (pair.only_run, pair.only_against) == (int((b & ~a).sum()), int((a & ~b).sum()))
    assert pair.test == "mcnemar"
    assert [run.name for run in made.runs] == [f"net {runs.index(best) + 1}", "3 nets"]
    assert str(together).splitlines()[0].startswith("3 nets  dev ")


def test_a_net_with_itself_is_itself(splits, runs):
    twice = fathom.ensemble(runs[0], runs[0])
    assert twice.predict(splits.dev).equals(runs[0].predict(splits.dev))
    np.testing.assert_array_equal(twice.errors["dev"], runs[0].errors["dev"])


def test_numbers_are_averaged_and_measured_in_the_baselines_unit():
    splits = fathom.split(fathom.sample("diabetes"), seed=0)
    runs = fathom.fit_many(splits, net="mlp", epochs=3, settings=[{"seed": k} for k in range(2)])
    together = fathom.ensemble(*runs)
    mean = np.mean([run.predict(splits.dev)["prediction"].to_numpy() for run in runs], axis=0)
    expected = np.abs(mean - splits.dev.y) / runs[0].prepare.target_scale.baseline
    np.testing.assert_allclose(together.errors["dev"], expected, rtol=1e-6)
    assert together.compare().pairs[0].test == "sign flips"


def test_two_classes_are_cut_at_a_threshold():
    answers = [
        pl.DataFrame({"prediction": ["a", "b"], "p_a": [0.9, 0.2], "p_b": [0.1, 0.8]}),
        pl.DataFrame({"p_a": [0.3, 0.4], "p_b": [0.7, 0.6]}),
    ]
    target = Target(name="y", kind="binary", classes=("a", "b"), dtype="string")
    assert averaged(answers, target)["prediction"].to_list() == ["a", "b"]
    assert averaged(answers, target, 0.35)["prediction"].to_list() == ["b", "b"]
    assert averaged(answers, target, 0.75)["prediction"].to_list() == ["a", "a"]


# crops (C4W2-31)


@pytest.mark.parametrize("picture", [Picture(channels=1, height=17, width=20), Picture(channels=3, height=16, width=9, last=True)], ids=str)
def test_ten_crops_are_the_middle_the_corners_and_their_mirrors(picture):
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(2, picture.columns)))
    made = [np.moveaxis(picture.pixels(view.numpy()), -1, 1) for view in crops(x, picture, 10)]
    original = np.moveaxis(picture.pixels(x.numpy()), -1, 1)
    h, w = picture.height, picture.width
    step = min(h, w) // 8
    padded = np.pad(original, ((0, 0), (0, 0), (step, step), (step, step)), mode="edge")
    tops = [padded[:, :, t : t + h, s : s + w] for t in (0, 2 * step) for s in (0, 2 * step)]
    expected = [original, *tops]
    assert len(made) == 10
    for got, want in zip(made, [*expected, *(e[..., ::-1] for e in expected)], strict=True):
        np.testing.assert_array_equal(got, want)
    assert len({view.tobytes() for view in made}) == 10
    assert len(list(crops(x, picture, 5))) == 5


def test_a_run_answers_by_the_mean_over_crops(splits, runs):
    run, rows = runs[0], splits.dev
    inputs = torch.from_numpy(run.prepare(rows))
    with torch.no_grad():
        views = [torch.softmax(run.net(view).double(), 1).numpy() for view in crops(inputs, run.prepare.picture, 5)]
    np.testing.assert_allclose(run.predict(rows, crops=5).select(pl.col("^p_.*$")).to_numpy(), np.mean(views, axis=0), rtol=1e-6)
    together = fathom.ensemble(run, crops=5)
    assert together.name == "5 crops"
    np.testing.assert_array_equal(together.errors["dev"], np.mean(views, axis=0).argmax(1) != rows.y)
    assert {"train", "dev"} == set(together.errors)


def test_mirrored_digits_are_warned_of(splits, runs):
    found = runs[0].predict_with_findings(splits.dev, crops=10)[1]
    assert [f.id for f in found] == ["data.crops.mirrored"]
    assert runs[0].predict_with_findings(splits.dev, crops=5)[1] == ()


# what cannot be


def test_what_is_no_ensemble_is_refused(splits, runs, folders):
    with pytest.raises(UnusableInput, match="at least two"):
        fathom.ensemble(runs[0])
    with pytest.raises(UnusableInput, match="1, 5 or 10"):
        fathom.ensemble(*runs, crops=3)
    other = fathom.fit(fathom.split(fathom.sample("digits", n=500), seed=1), epochs=1)
    with pytest.raises(UnusableInput, match="the same dev examples"):
        fathom.ensemble(runs[0], other)
    with pytest.raises(UnusableInput, match="no pictures"):
        other.predict(splits.dev, crops=5)
    with pytest.raises(UnusableInput, match="Pass splits="):
        _ = fathom.ensemble(folders[0], crops=5).errors
    with pytest.raises(UnusableInput, match="that the run was measured on"):
        _ = fathom.ensemble(folders[0], crops=5, splits=fathom.split(fathom.sample("digits", n=500), seed=1)).errors
    with pytest.raises(UnusableInput, match="one of folds"):
        fathom.ensemble(*[fathom.fit(fathom.split(fathom.sample("wine"), seed=0), folds=2, epochs=1).final] * 2)


def test_from_folders_on_the_command_line(splits, runs, folders, tmp_path, capsys):
    named = [str(folder) for folder in folders]
    assert main(["ensemble", *named]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 nets  dev ")
    assert "seed-2" in said
    assert main(["ensemble", *named, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    together = fathom.ensemble(*runs)
    assert made["errors"]["dev"] == pytest.approx(together.errors["dev"].mean())
    rows = tmp_path / "new.csv"
    splits.dev.table.select(c.name for c in splits.dev.inputs).head(5).write_csv(rows)
    assert main(["predict", named[0], str(rows), "--with", named[1], "--with", named[2], "--quiet"]) == 0
    answers = pl.read_csv(capsys.readouterr().out.encode())
    assert answers["prediction"].to_list() == together.predict(splits.dev)["prediction"].head(5).to_list()

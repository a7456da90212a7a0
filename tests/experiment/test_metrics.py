"""Metrics and thresholds of runs, folders and files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput


@pytest.fixture(scope="module")
def run():
    return fathom.fit(fathom.split(fathom.sample("breast-cancer"), seed=0), epochs=8)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    run.tune_threshold("f1")
    return run.save(tmp_path_factory.mktemp("runs") / "a", diagnosis=run.diagnose(references=False))


def test_a_run_has_the_metrics_of_scikit_learn(run):
    table = run.tables["dev"]
    y, p = table["truth"], table["prediction"]
    assert run.target.classes[1] == "malignant"
    assert run.metric("f1").estimate.value == pytest.approx(sk.f1_score(y, p, pos_label="malignant"))
    assert run.metric("recall of benign", role="train").estimate.value == pytest.approx(
        sk.recall_score(run.tables["train"]["truth"], run.tables["train"]["prediction"], pos_label="benign")
    )
    assert run.metric("error").estimate == run.diagnose(references=False, truth={}).ladder["dev"].estimate


def test_groups_are_columns_of_the_data(run):
    texture = run.splits.dev.table["mean texture"].to_numpy()
    found = fathom.metrics(run, "error weighted by 'mean texture'").metric
    assert found.estimate.value == pytest.approx((run.errors["dev"] * texture).sum() / texture.sum())


def test_time_and_size(run):
    card = fathom.metrics(run, "accuracy", require=["time <= 1s", "parameters <= 10"])
    assert [r.met for r in card.requires] == [True, False]
    assert card["parameters"].estimate.value == run.experiment.parameters
    time = card["time"].estimate
    assert 0 < time.low <= time.value <= time.high
    assert not card.meets


def test_test_is_sealed(run):
    with pytest.raises(fathom.TestSealed):
        run.metric("f1", role="test")


def test_a_folder_and_a_file_say_the_same(run, folder, tmp_path):
    rows = run.tables["dev"].with_columns(role=pl.lit("dev")).drop("id", "error", "weight")
    rows.write_csv(tmp_path / "p.csv")
    for text in ("f1", "auc", "brier"):
        known = run.metric(text).estimate
        for source in (folder, str(folder), tmp_path / "p.csv", rows):
            assert fathom.metrics(source, text, positive="malignant").metric.estimate.value == pytest.approx(known.value)


def test_a_threshold_is_kept_with_the_run_and_used_when_asked(run, folder):
    opened = fathom.open_run(folder)
    assert opened.threshold == run.threshold
    rows = run.splits.dev.table
    plain, cut = opened.predict(rows), opened.predict(rows, threshold="tuned")
    assert plain["prediction"].to_list() == run.tables["dev"]["prediction"].to_list()
    assert (cut["prediction"] == "malignant").to_list() == (cut["p_malignant"] >= opened.threshold.value).to_list()
    assert opened.metric("f1", threshold="tuned").estimate.value == pytest.approx(opened.threshold.tuned)
    lower = opened.predict(rows, threshold=0.0)
    assert set(lower["prediction"]) == {"malignant"}


def test_a_threshold_of_a_saved_run_is_written_to_its_folder(folder):
    opened = fathom.open_run(folder)
    found = opened.tune_threshold("recall", require="precision >= 80%")
    assert fathom.open_run(folder).threshold == found
    opened.tune_threshold("f1")


def test_no_threshold_without_tuning_or_two_classes(run):
    other = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=1)
    with pytest.raises(UnusableInput, match="expected one that was tuned, got none"):
        other.metric("f1", threshold="tuned")
    with pytest.raises(UnusableInput, match="expected two classes with probabilities, got 3 classes"):
        other.tune_threshold("f1")
    with pytest.raises(UnusableInput, match="expected a target of two classes"):
        other.predict(other.splits.dev.table, threshold=0.3)


def test_numbers_have_their_unit():
    run = fathom.fit(fathom.split(fathom.sample("diabetes"), seed=0), epochs=2)
    table = run.tables["dev"]
    assert run.metric("rmse").estimate.value == pytest.approx(np.sqrt(((table["truth"] - table["prediction"]) ** 2).mean()))
    with pytest.raises(UnusableInput, match="Ask for rmse, mae, r2 or error"):
        run.metric("f1")


def test_the_command_shows_and_predicts(folder, tmp_path, capsys):
    assert main(["diagnose", str(folder), "--metric", "f1", "--require", "recall >= 50%"]) == 0
    out = capsys.readouterr().out
    assert "  metric     dev f1 " in out
    assert "  required   recall >= 50.0%: met" in out
    fathom.sample("breast-cancer").table.write_csv(tmp_path / "rows.csv")
    assert main(["predict", str(folder), str(tmp_path / "rows.csv"), "--threshold", "tuned", "--out", str(tmp_path / "p.csv")]) == 0
    found = pl.read_csv(tmp_path / "p.csv")
    at = fathom.open_run(folder).threshold.value
    assert (found["prediction"] == "malignant").to_list() == (found["p_malignant"] >= at).to_list()


def test_the_command_refuses_before_it_trains(capsys, tmp_path):
    assert main(["fit", "sample:wine", "--metric", "f1x", "--out", str(tmp_path / "x")]) == 2
    assert "metric 'f1x'" in capsys.readouterr().err
    numbers = ["fit", "sample:diabetes", "--epochs", "1", "--out", str(tmp_path / "x")]
    for more, message in (
        (["--metric", "f1"], "expected a metric of a number"),
        (["--tune-threshold"], "--tune-threshold: expected a target of two classes"),
        (["--require", "recall of sick >= 1%"], "expected a metric of a number"),
    ):
        assert main([*numbers, *more]) == 2
        assert message in capsys.readouterr().err
    assert main(["fit", "sample:moons", "--metric", "auc", "--tune-threshold", "--out", str(tmp_path / "x")]) == 2
    assert "threshold: expected one of accuracy" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert main(["diagnose", "--train", "1%", "--dev", "2%", "--metric", "f1"]) == 2
    assert "expected a predictions file or a run folder to take it of" in capsys.readouterr().err


def test_fit_tunes_and_shows(capsys, tmp_path):
    command = [
        "fit",
        "sample:moons",
        "--epochs",
        "3",
        "--metric",
        "f1",
        "--tune-threshold",
        "--no-references",
        "--out",
        str(tmp_path / "m"),
    ]
    assert main(command) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "tuned on dev for f1" in out
    assert "metric dev f1" in out
    assert fathom.open_run(tmp_path / "m").threshold is not None


def test_the_page_shows_what_was_asked_for(tmp_path, capsys):
    folder = tmp_path / "w"
    command = ["fit", "sample:moons", "--epochs", "3", "--no-references", "--quiet", "--out", str(folder)]
    assert main([*command, "--metric", "auc", "--require", "time <= 1s", "--tune-threshold"]) == 2  # auc has no cut
    assert main([*command, "--metric", "f1", "--metric", "auc", "--require", "time <= 1s", "--tune-threshold"]) == 0
    page = (folder / "report.html").read_text()
    assert "Metrics</h2>" in page
    assert "dev auc" in page
    assert "tuned on dev for f1" in page
    assert "1,000 ms: met" in page
    assert fathom.open_run(folder).wanted == {"metric": ["f1", "auc"], "require": ["time <= 1s"]}
    assert main(["report", str(folder), "--metric", "brier"]) == 0
    assert "dev brier" in (folder / "report.html").read_text()
    assert main(["report", str(folder), "--metric", "nothing"]) == 2
    assert main(["report", str(folder), "--metric", "worst error by nowhere"]) == 0
    assert "nowhere" in (folder / "report.html").read_text()
    capsys.readouterr()
    plain = fathom.fit(fathom.split(fathom.sample("moons"), seed=0), epochs=1)
    assert "Metrics</h2>" not in plain.report(tmp_path / "p.html", diagnosis=plain.diagnose(references=False)).read_text()

"""Sources on the command line: --source COLUMN=GOAL, --also FILE."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fathom.cli.main import main


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    n = 1_200
    app = np.arange(n) % 6 == 0
    light = rng.normal(0.6, 0.1, n) - 0.3 * app
    cat = (light + rng.normal(0, 0.1, n)) > np.where(app, 0.25, 0.6)
    table = pl.DataFrame({"light": light, "size": rng.normal(size=n), "camera": app.astype(int), "cat": np.where(cat, "yes", "no")})
    table.write_csv("all.csv")
    for name, wanted in (("web", 0), ("app", 1)):
        table.filter(pl.col("camera") == wanted).drop("camera").write_csv(f"{name}.csv")


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    return json.loads(capsys.readouterr().out)["rows"]


def test_a_column_says_where_rows_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "all.csv", "--target", "cat", "--source", "camera=1", "--json"]) == 0
    assert rows(capsys) == {"train": 1_050, "train_dev": 50, "dev": 50, "test": 50}
    assert main(["split", "all.csv", "--target", "cat", "--source", "camera=1", "--out", "parts"]) == 0
    out = capsys.readouterr().out
    assert "1 (goal)" in out
    assert "dev and test of 1 (camera)" in out
    assert max(map(len, out.splitlines())) <= 80
    assert main(["split", "all.csv", "--target", "cat", "--like", "parts", "--json"]) == 0
    assert rows(capsys) == {"train": 1_050, "train_dev": 50, "dev": 50, "test": 50}


def test_files_say_where_rows_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "app.csv", "--also", "web.csv", "--target", "cat", "--train-dev-size", "100", "--json"]) == 0
    assert rows(capsys) == {"train": 1_000, "train_dev": 100, "dev": 50, "test": 50}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "camera"], "--source COLUMN=1"),
        (["--source", "kamera=1"], "camera"),
        (["--source", "camera=1", "--also", "web.csv"], "both"),
        (["--also", "nowhere.csv"], "nowhere.csv"),
        (["--source", "camera=1", "--plan"], "--plan"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "all.csv", "--target", "cat", *options]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_a_fit_by_source_is_run_saved_and_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--target", "cat", "--epochs", "2", "--no-references"]
    assert main(["fit", "all.csv", *options, "--source", "camera=1", "--out", "a"]) == 0
    assert "train-dev" in capsys.readouterr().out
    assert main(["fit", "app.csv", *options, "--also", "web.csv", "--out", "b"]) == 0
    kept = {name: json.loads(Path(name, "run.json").read_text()) for name in "ab"}
    assert "--source camera=1" in kept["a"]["command"]
    assert "--also web.csv" in kept["b"]["command"]
    assert kept["a"]["experiment"]["data"]["split"]["goal"] == ["1"]
    assert main(["fit", "all.csv", *options, "--like", "a", "--out", "c"]) == 0
    again = json.loads(Path("c", "run.json").read_text())
    assert again["experiment"]["rows"] == kept["a"]["experiment"]["rows"]


def test_other_commands_take_sources_too(capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--target", "cat", "--source", "camera=1", "--json"]
    assert main(["audit", "all.csv", *told]) in (0, 1)
    json.loads(capsys.readouterr().out)
    assert main(["curve", "all.csv", *told, "--epochs", "2", "--sizes", "200,400,800", "--repeats", "4"]) == 0
    json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_improve_takes_sources_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["improve", "app.csv", "--also", "web.csv", "--target", "cat", "--budget", "10s", "--no-references", "--json"]) in (0, 1)
    capsys.readouterr()

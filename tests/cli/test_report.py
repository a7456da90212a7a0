"""`fathom report`: the page anew, where it is asked for, and one line where it cannot be."""

from __future__ import annotations

import json
import shutil

import pytest

import fathom
from fathom.cli.main import main


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "moons"
    assert main(["fit", "sample:moons", "--epochs", "5", "--human", "1%", "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture
def run(saved, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(saved, tmp_path / "run").relative_to(tmp_path)


def test_it_writes_the_page_that_fit_wrote(run, capsys):
    before = (run / "report.html").read_text()
    (run / "report.html").unlink()
    assert main(["report", "run"]) == 0
    assert capsys.readouterr().out.split() == ["run/report.html"]
    assert (run / "report.html").read_text() == before
    assert "The decision boundary" in before
    assert "fathom fit sample:moons" in before


def test_it_writes_elsewhere_and_says_what_it_is_told(run, capsys):
    before = (run / "report.html").read_bytes()
    assert main(["report", "run", "--out", "page.html", "--human", "0", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["page"] == "page.html"
    assert "human" in said["headline"] or "0.0" in said["headline"]
    assert (run / "report.html").read_bytes() == before
    assert main(["report", "run", "--out", "page.html", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_a_human_level_given_anew_is_shown(run):
    assert main(["report", "run", "--human", "0.4%", "--out", "a.html"]) == 0
    assert main(["report", "run", "--out", "b.html"]) == 0
    with open("a.html", encoding="utf-8") as a, open("b.html", encoding="utf-8") as b:
        first, second = a.read(), b.read()
    assert "0.4%" in first
    assert "0.4%" not in second
    assert "1.0%" in second


def test_it_opens_the_page(run, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert main(["report", "run", "--open"]) == 0
    assert opened == [(run / "report.html").resolve().as_uri()]
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    assert main(["report", "run", "--open"]) == 0
    assert "No browser could be started" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nothing of that name"),
        (["run/run.json"], "a file"),
        (["run", "--out", "."], "expected the name of a file, got a folder"),
        (["run", "--out", "no/such/a.html"], "expected a place that can be written"),
        (["run", "--human", "x"], "--human"),
        (["run", "--human", "1.5"], "human"),
        ([], "Missing argument 'run'"),
    ],
)
def test_what_cannot_be_is_one_line(run, capsys, arguments, words):
    assert main(["report", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert words in error


def test_a_damaged_run_is_one_line(run, capsys):
    (run / "errors/dev.parquet").write_bytes(b"junk")
    before = (run / "report.html").read_bytes()
    assert main(["report", "run"]) == 2
    assert "damaged" in capsys.readouterr().err
    assert (run / "report.html").read_bytes() == before


def test_a_link_in_place_of_the_page_is_replaced(run, tmp_path):
    (tmp_path / "precious").write_text("keep")
    (run / "report.html").unlink()
    (run / "report.html").symlink_to(tmp_path / "precious")
    assert main(["report", "run"]) == 0
    assert (tmp_path / "precious").read_text() == "keep"
    assert not (run / "report.html").is_symlink()


def test_a_run_made_in_python_has_its_call(tmp_path):
    fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=2).save(tmp_path / "a")
    assert main(["report", str(tmp_path / "a"), "--quiet"]) == 0
    assert "run = fathom.fit(splits, net=" in (tmp_path / "a/report.html").read_text()

"""`fathom compare RUN RUN ...`."""

from __future__ import annotations

import json

import pytest

import fathom
from fathom.cli.main import main


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[str]:
    base = tmp_path_factory.mktemp("runs")
    splits = fathom.split(fathom.sample("wine"), seed=0)
    made = {"short": {"epochs": 1}, "long": {"epochs": 40}, "tanh": {"epochs": 40, "activation": "tanh"}}
    for name, settings in made.items():
        run = fathom.fit(splits, **settings)
        run.save(base / name, diagnosis=run.diagnose(references=False))
    return [str(base / name) for name in made]


def test_the_screen(folders, capsys):
    assert main(["compare", *folders]) == 0
    shown = capsys.readouterr().out
    for part in (
        "Better than short: long, tanh.",
        "Settings that differ",
        "activation",
        "relu",
        "Errors",
        "dev (validation)",
        "points",
        "better",
    ):
        assert part in shown
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_json_is_one_document(folders, capsys):
    assert main(["compare", *folders, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in found["runs"]] == ["short", "long", "tanh"]
    assert found["differing"]["activation"] == ["relu", "relu", "tanh"]
    assert found["pairs"][0]["verdict"] == "better"


def test_quiet_is_the_headline(folders, capsys):
    assert main(["compare", folders[1], folders[2], "--quiet"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_page(folders, capsys, tmp_path):
    assert main(["compare", *folders, "--out", str(tmp_path / "c.html")]) == 0
    assert "Settings that differ" in (tmp_path / "c.html").read_text(encoding="utf-8")
    assert str(tmp_path / "c.html") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{0}"], "at least two run folders"),
        (["{0}", "{0}/no"], "expected a run folder, got nothing of that name"),
        (["{0}", "{1}", "--out", "page.txt"], "expected a file ending in .html"),
        (["{0}", "{1}", "--out", "no/such/c.html"], "expected a file in a folder that is there"),
        ([], "Missing argument"),
    ],
    ids=["one", "none", "ending", "folder", "nothing"],
)
def test_unusable_input_is_one_line_and_exit_2(folders, capsys, arguments, message):
    assert main(["compare", *(a.format(*folders) for a in arguments)]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert len(said.splitlines()) == 1


def test_runs_of_other_examples(folders, capsys, tmp_path):
    other = fathom.fit(fathom.split(fathom.sample("wine"), seed=5), epochs=1)
    other.save(tmp_path / "other", diagnosis=other.diagnose(references=False))
    assert main(["compare", folders[0], str(tmp_path / "other")]) == 2
    assert "share" in capsys.readouterr().err

"""`fathom mistakes RUN`."""

from __future__ import annotations

import builtins
import json
import shutil

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    source = np.random.default_rng(0)
    n = 900
    table = {f"x{i}": source.normal(size=n) for i in range(12)} | {"city": source.choice(["Rome", "Oslo"], n)}
    noise = np.where(table["city"] == "Rome", 3.0, 0.1)
    table["y"] = np.where(table["x0"] + source.normal(size=n) * noise > 0, "yes", "no")
    run = fathom.fit(fathom.split(fathom.load(pl.DataFrame(table), target="y"), seed=0), epochs=100, l2=20)
    folder = tmp_path_factory.mktemp("runs") / "a"
    return run.save(folder, diagnosis=run.diagnose(references=False))


@pytest.fixture
def folder(made, tmp_path):
    return str(shutil.copytree(made, tmp_path / "run"))


def type_in(monkeypatch, *answers):
    """Answers at the prompt; an exception is raised instead of one."""
    listed = iter(answers)

    def answer(prompt=""):
        said = next(listed)
        if isinstance(said, type):
            raise said
        return said

    monkeypatch.setattr(builtins, "input", answer)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen_fits(folder, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["mistakes", folder, "--sample", "20"]) == 0
    shown = capsys.readouterr().out
    for part in (
        "wrong.",
        "surely",
        "more input columns",
        "none of them was looked at",
        "Where dev does worse",
        "city is Rome",
        "Next steps",
    ):
        assert part in " ".join(shown.split())
    assert [line for line in shown.splitlines() if len(line) > width or line != line.rstrip()] == []


def test_all_columns_in_further_tables(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["mistakes", folder, "--columns", "all", "--rows", "3"]) == 0
    shown = capsys.readouterr().out
    assert all(f"x{i}" in shown for i in range(12))
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert main(["mistakes", folder, "--columns", "x3,city", "--rows", "3"]) == 0
    shown = capsys.readouterr().out.split("Causes")[0]
    assert "x3" in shown
    assert "x5" not in shown


def test_a_tag_and_its_ceiling(folder, capsys):
    ids = [m.id for m in fathom.mistakes(folder, sample=4).sample]
    for name, tags in zip(ids, ("fog,night", "fog", "-", "label?"), strict=True):
        assert main(["mistakes", folder, "--tag", name, tags, "--comment", "seen", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["mistakes", folder]) == 0
    shown = capsys.readouterr().out
    for part in ("% of total", "comments", "fix: ", "at best (", "4 looked at, drawn at random", "Wrong labels are"):
        assert part in shown
    assert main(["mistakes", folder, "--untag", ids[0], "--quiet"]) == 0
    assert fathom.mistakes(folder).table.looked == 3


def test_json_is_one_document(folder, capsys):
    assert main(["mistakes", folder, "--sample", "5", "--json", "--rows", "2"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["worst"]) == 2
    assert len(said["sample"]) == 5
    assert said["slices"]["found"][0]["says"] == "city is Rome"


def test_to_a_spreadsheet_and_back(folder, tmp_path, capsys):
    path = tmp_path / "t.csv"
    assert main(["mistakes", folder, "--sample", "5", "--export", str(path), "--quiet"]) == 0
    table = pl.read_csv(path, infer_schema=False).with_columns(tags=pl.lit("fog"))
    table.write_csv(path)
    assert main(["mistakes", folder, "--export", str(path)]) == 2
    assert "new file" in capsys.readouterr().err
    assert main(["mistakes", folder, "--import", str(path), "--quiet"]) == 0
    assert fathom.mistakes(folder).table["fog"].share.value == 1


def test_the_prompt_takes_tags_and_every_answer_is_kept_at_once(folder, monkeypatch, capsys):
    type_in(monkeypatch, "fog, night # dark", "1", "9", "x" * 50, "2 1", "", "s", "b", "?", "q")
    assert main(["mistakes", folder, "--sample", "6", "--review"]) == 0
    seen = fathom.mistakes(folder)
    tags = [(m.tags, m.comment, m.looked) for m in seen.sample]
    assert tags[:4] == [(("fog", "night"), "dark", True), (("fog",), "", True), (("night", "fog"), "", True), ((), "", True)]
    assert not any(looked for _, _, looked in tags[4:])
    shown = capsys.readouterr().out
    assert "a number from 1 to 2" in shown
    assert "[1 of 6]" in shown


@pytest.mark.parametrize(("how", "code"), [(KeyboardInterrupt, 130), (EOFError, 0)])
def test_an_interrupted_prompt_keeps_what_is_done(folder, monkeypatch, how, code):
    type_in(monkeypatch, "fog", how)
    assert main(["mistakes", folder, "--review"]) == code
    assert fathom.mistakes(folder).table.looked == 1
    type_in(monkeypatch, "night", "q")
    assert main(["mistakes", folder, "--review"]) == 0
    assert fathom.mistakes(folder).table.looked == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--tag", "nobody", "a"], "an id of dev"),
        (["--untag", "nobody"], "an id of dev"),
        (["--comment", "a"], "beside --tag"),
        (["--columns", "xx1"], "Did you mean"),
        (["--export", "a.xlsx"], "ending in .csv"),
        (["--import", "no.csv"], "no such file"),
        (["--correct", "no.csv"], "no such file"),
        (["--sample", "5000"], "sample"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(folder, capsys, more, message):
    assert main(["mistakes", folder, *more]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_pictures_are_shown_at_the_prompt(tmp_path, monkeypatch, capsys):
    run = fathom.fit(fathom.split(fathom.sample("digits"), seed=0), epochs=1)
    run.save(tmp_path / "d", diagnosis=run.diagnose(references=False))
    type_in(monkeypatch, "q")
    assert main(["mistakes", str(tmp_path / "d"), "--review", "--rows", "2"]) == 0
    shown = capsys.readouterr().out
    assert "@@" in shown
    assert "pixel" not in shown


def test_corrected_labels(folder, tmp_path, capsys):
    worst = fathom.mistakes(folder).worst
    path = tmp_path / "c.csv"
    path.write_text("id,label\n" + "".join(f"{m.id},{m.prediction}\n" for m in worst[:3]))
    assert main(["mistakes", folder, "--correct", str(path)]) == 0
    assert "3 labels set right" in " ".join(capsys.readouterr().out.split())

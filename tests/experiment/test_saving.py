"""The run folder: what is saved is read again, and what somebody has tampered with is refused in one line."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from torch import nn

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.experiment.opening import open_records


@pytest.fixture(scope="module")
def moons():
    return fathom.fit(fathom.split(fathom.sample("moons"), seed=0), epochs=8)


@pytest.fixture(scope="module")
def saved(moons, tmp_path_factory):
    return moons.save(tmp_path_factory.mktemp("runs") / "moons")


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def test_mistakes_and_boundary_come_back(moons, saved):
    opened = fathom.open_run(saved)
    assert_frame_equal(opened.mistakes, moons.mistakes)
    assert opened.boundary == moons.boundary
    assert opened.made_with == moons.made_with


def test_a_run_that_was_opened_saves_and_reports_the_same(moons, saved, tmp_path):
    opened = fathom.open_run(saved)
    again = opened.save(tmp_path / "again")
    for name in ("boundary.json", "history.jsonl", "prepare.json"):
        assert (again / name).read_bytes() == (saved / name).read_bytes()
    assert_frame_equal(pl.read_parquet(again / "mistakes/dev.parquet"), moons.mistakes)
    assert (again / "report.html").read_text() == (saved / "report.html").read_text()


def test_more_than_two_inputs_have_no_boundary_file(tmp_path):
    folder = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=2).save(tmp_path / "a")
    assert not (folder / "boundary.json").exists()
    assert fathom.open_run(folder).boundary is None


def test_a_folder_without_them_opens(folder):
    shutil.rmtree(folder / "mistakes")
    (folder / "boundary.json").unlink()
    opened = fathom.open_run(folder)
    assert opened.boundary is None
    assert opened.mistakes.columns == ["id", "truth", "prediction", "p_0", "p_1", "error"]
    opened.save(folder.parent / "again")
    assert not (folder.parent / "again/mistakes").exists()


def test_records_open_without_the_users_own_net(tmp_path):
    run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), net=lambda i, o: nn.Linear(i, o), epochs=2)
    folder = run.save(tmp_path / "a")
    with pytest.raises(UnusableInput, match="the user's own net"):
        fathom.open_run(folder)
    opened = open_records(folder)
    assert str(opened.diagnose(**opened.asked)) == str(run.diagnose())
    assert opened.report(tmp_path / "b.html").read_text() == (folder / "report.html").read_text()


def test_opening_test_replaces_a_link_and_does_not_follow_it(moons, folder, tmp_path):
    elsewhere = tmp_path / "precious.txt"
    elsewhere.write_text("keep")
    (folder / "report.html").unlink()
    (folder / "report.html").symlink_to(elsewhere)
    fathom.open_run(folder).open_test(moons.splits)
    assert elsewhere.read_text() == "keep"
    assert "opened 1 time" in (folder / "report.html").read_text()


def test_a_report_that_cannot_be_written(moons, tmp_path):
    for path in (tmp_path, tmp_path / "no" / "a.html"):
        with pytest.raises(UnusableInput, match="file '"):
            moons.report(path)
    assert list(tmp_path.iterdir()) == []


def of_boundary(change):
    def damage(folder):
        values = json.loads((folder / "boundary.json").read_text())
        change(values)
        (folder / "boundary.json").write_text(json.dumps(values))

    return damage


def of_mistakes(*columns):
    def damage(folder):
        path = folder / "mistakes/dev.parquet"
        pl.read_parquet(path).with_columns(*columns).write_parquet(path)

    return damage


DAMAGES = {
    "boundary: a list": lambda folder: (folder / "boundary.json").write_text("[]"),
    "boundary: junk": lambda folder: (folder / "boundary.json").write_text("{"),
    "boundary: no points": of_boundary(lambda v: v.pop("points")),
    "boundary: points of test": of_boundary(lambda v: v["points"].update(test=v["points"].pop("dev"))),
    "boundary: a row short": of_boundary(lambda v: v["answer"].pop()),
    "boundary: a cell short": of_boundary(lambda v: v["answer"][3].pop()),
    "boundary: a class of its own": of_boundary(lambda v: v["answer"][3].__setitem__(0, 7.0)),
    "boundary: half a class": of_boundary(lambda v: v["answer"][3].__setitem__(0, 0.5)),
    "boundary: sure beyond 1": of_boundary(lambda v: v["sureness"][3].__setitem__(0, 1.5)),
    "boundary: words": of_boundary(lambda v: v["x"].__setitem__(0, "<script>")),
    "boundary: a true": of_boundary(lambda v: v["x"].__setitem__(0, True)),
    "boundary: backwards": of_boundary(lambda v: v["x"].reverse()),
    "boundary: nothing at a place": of_boundary(lambda v: v["answer"][3].__setitem__(0, None)),
    "boundary: out of this world": of_boundary(lambda v: v["x"].__setitem__(-1, 10**400)),
    "boundary: other classes": of_boundary(lambda v: v.update(classes=["a", "b"])),
    "boundary: three axes": of_boundary(lambda v: v["axes"].append("z")),
    "boundary: an axis that is a record": of_boundary(lambda v: v["axes"].__setitem__(0, {})),
    "boundary: points without a partner": of_boundary(lambda v: v["points"]["dev"]["x"].pop()),
    "boundary: a link": lambda folder: (
        (folder / "boundary.json").rename(folder.parent / "b.json"),
        (folder / "boundary.json").symlink_to(folder.parent / "b.json"),
    ),
    "boundary: a great grid": of_boundary(lambda v: v.update(x=list(range(1000)))),
    "mistakes: junk": lambda folder: (folder / "mistakes/dev.parquet").write_bytes(b"PAR1junkPAR1"),
    "mistakes: a column short": lambda folder: (
        pl.read_parquet(folder / "mistakes/dev.parquet").drop("truth").write_parquet(folder / "mistakes/dev.parquet")
    ),
    "mistakes: errors below zero": of_mistakes(pl.lit(-1.0).alias("error")),
    "mistakes: errors that are words": of_mistakes(pl.lit("x").alias("error")),
    "mistakes: chances that are words": of_mistakes(pl.lit("x").alias("p_0")),
    "mistakes: a list in a cell": of_mistakes(pl.lit([[1, 2]]).alias("x0")),
    "mistakes: a folder that is a link": lambda folder: (
        (folder / "mistakes").rename(folder.parent / "m"),
        (folder / "mistakes").symlink_to(folder.parent / "m"),
    ),
    "versions that are a list": lambda folder: (folder / "run.json").write_text(
        json.dumps(json.loads((folder / "run.json").read_text()) | {"versions": ["x"]})
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_folder_is_refused(folder, name):
    DAMAGES[name](folder)
    for way in (fathom.open_run, open_records):
        with pytest.raises(UnusableInput, match="^run '") as refused:
            way(folder)
        assert "\n" not in str(refused.value)


def test_a_regression_with_words_for_answers_is_refused(tmp_path):
    folder = fathom.fit(fathom.split(fathom.sample("diabetes"), seed=0), epochs=1).save(tmp_path / "a")
    path = folder / "errors/dev.parquet"
    pl.read_parquet(path).with_columns(truth=pl.lit("<b>")).write_parquet(path)
    with pytest.raises(UnusableInput, match="answers that are no numbers"):
        open_records(folder)

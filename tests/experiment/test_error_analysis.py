"""fathom.mistakes: what is drawn, what is kept in the folder, corrected labels, and files of others."""

from __future__ import annotations

import csv
import json

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.experiment.drawn import drawn, names_of
from fathom.experiment.mistakes_files import corrections_in, tags_in, write_tags


def people(n=900):
    source = np.random.default_rng(0)
    age = source.normal(40, 10, n).round()
    city = source.choice(["Rome", "Oslo", "Lima"], n)
    noise = np.where(city == "Rome", 30, 3)  # nobody can tell in Rome
    return pl.DataFrame({"age": age, "city": city, "y": np.where(age + source.normal(0, 1, n) * noise > 40, "yes", "no")})


@pytest.fixture(scope="module")
def run():
    return fathom.fit(fathom.split(fathom.load(people(), target="y"), seed=0), epochs=20)


@pytest.fixture
def folder(run, tmp_path):
    fathom.fit(run.splits, epochs=20).save(tmp_path / "a", diagnosis=run.diagnose(references=False))
    return tmp_path / "a"


@pytest.fixture(scope="module")
def number():
    table = people().with_columns(y=pl.col("age") * 2 + pl.Series(np.random.default_rng(1).normal(size=900)))
    return fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=3)


def test_the_draw_is_a_random_order_of_the_mistakes(run):
    table = run.tables["dev"]
    rows = drawn(table, number=False, seed=0)
    assert sorted(rows) == np.flatnonzero(run.errors["dev"] > 0).tolist()
    assert rows == drawn(table, number=False, seed=0) != drawn(table, number=False, seed=1)
    first = [m.id for m in fathom.mistakes(run, sample=5).sample]
    assert [m.id for m in fathom.mistakes(run, sample=9).sample][:5] == first


def test_a_number_is_drawn_in_proportion_to_its_error():
    errors = np.array([0.0, 1.0, 3.0, 6.0])
    counts = np.bincount([r for s in range(20) for r in drawn(pl.DataFrame({"error": errors}), number=True, seed=s)], minlength=4)
    assert counts[0] == 0
    assert counts / counts.sum() == pytest.approx(errors / 10, abs=0.015)


def test_ids_that_are_not_single_are_told_apart():
    assert names_of(pl.DataFrame({"id": ["a", "b", "a", None]})) == ["a", "b", "a (2)", ""]


def test_every_mistake_has_its_own_columns(run):
    source = people()
    for m in fathom.mistakes(run, rows=200).worst:
        row = source.row(int(m.id), named=True)
        assert {name: row[name] for name in ("age", "city")} == m.inputs
        assert m.truth == row["y"] != m.prediction


def test_the_slice_is_found_and_priced(run):
    made = fathom.mistakes(run)
    assert made.slices.found[0].says == "city is Rome"
    assert made.columns[0] == "city"
    assert made.slices.found[0].of_train == pytest.approx(1 / 3, abs=0.06)


def test_tags_of_a_run_in_memory_are_not_kept(run):
    first = fathom.mistakes(run, sample=4).sample
    made = fathom.mistakes(run, sample=4, tags={m.id: "fog" for m in first[:2]} | {m.id: [] for m in first[2:]})
    assert (made.table.looked, made.table["fog"].share.value) == (4, 0.5)
    assert fathom.mistakes(run).table.looked == 0


def test_tags_of_a_folder_are_kept_there(folder):
    first = fathom.mistakes(folder, sample=6).sample
    fathom.mistakes(folder, tags={first[0].id: "fog, night", first[1].id: ""})
    again = fathom.mistakes(fathom.open_run(folder))
    assert again.table.looked == 2
    assert {t.tag: t.count for t in again.table.tags} == {"fog": 1, "night": 1}
    assert [m.id for m in again.sample] == [m.id for m in first]
    assert json.loads((folder / "mistakes" / "tags.json").read_text())["examples"][first[0].id]["tags"] == ["fog", "night"]


def test_an_opened_run_says_the_same_as_the_one_in_memory(run, folder):
    a, b = fathom.mistakes(run, rows=200), fathom.mistakes(folder, rows=200)
    assert a.to_json() == b.to_json()
    assert str(a) == str(b)


def test_more_mistakes_than_are_kept_among_the_worst(tmp_path):
    source = np.random.default_rng(2)
    table = pl.DataFrame({"a": source.normal(size=4000), "y": source.choice(["u", "v"], 4000)})
    run = fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=1)
    run.save(tmp_path / "r", diagnosis=run.diagnose(references=False))
    made = fathom.mistakes(tmp_path / "r", sample=150)
    assert made.wrong > 300
    assert all(m.inputs["a"] == table["a"][int(m.id)] for m in made.sample)
    worst = {m.id for m in fathom.mistakes(tmp_path / "r", rows=200).worst}
    assert not {m.id for m in made.sample} <= worst


def test_a_number(number, tmp_path):
    made = fathom.mistakes(number, sample=50)
    assert made.number
    assert made.worst[0].sure is None
    assert len(made.sample) <= 50 == made.table.drawn
    tagged = fathom.mistakes(number, sample=50, tags={m.id: "far" for m in made.sample})
    assert tagged.table["far"].ceiling.value == 0
    assert "proportion" in tagged.table.note
    assert "baseline" in str(tagged)


def test_corrected_labels_change_the_errors(folder):
    run = fathom.open_run(folder)
    table = run.tables["dev"]
    wrong = table.filter(pl.col("error") > 0)
    ids = [str(i) for i in wrong["id"].head(6)]
    labels = dict(zip(ids, wrong["prediction"].head(6), strict=True))
    right = str(table.filter(pl.col("error") == 0)["id"][0])
    made = fathom.mistakes(folder, corrections=labels | {right: table.filter(pl.col("error") == 0)["truth"][0]}).relabeled[0]
    assert (made.role, made.changed, made.confirmed) == ("dev", 6, 1)
    assert made.after.value == pytest.approx((wrong.height - 6) / table.height)
    assert fathom.mistakes(folder).relabeled[0] == made  # it was kept
    assert (made.before.low, made.before.value) == (fathom.mistakes(folder).error.low, fathom.mistakes(folder).error.value)


def test_dev_and_test_go_through_the_same_process(run, tmp_path):
    """C3W2-05."""
    run = fathom.fit(run.splits, epochs=5)
    run.save(tmp_path / "a", diagnosis=run.diagnose(references=False))
    wrong = run.tables["dev"].filter(pl.col("error") > 0)
    test = run.splits.test.rows[0]
    path = tmp_path / "c.csv"
    path.write_text(f"id,label,role\n{wrong['id'][0]},{wrong['prediction'][0]},\n{test},yes,test\n")
    sealed = fathom.mistakes(tmp_path / "a", corrections=path)
    assert [r.role for r in sealed.relabeled] == ["dev"]
    assert any("Only labels of mistakes were looked at" in note for note in sealed.notes)
    assert not any("Only labels of dev" in note for note in sealed.notes)
    opened = fathom.open_run(tmp_path / "a")
    opened.open_test(run.splits)
    made = fathom.mistakes(opened)
    assert [r.role for r in made.relabeled] == ["dev", "test"]
    assert {s.role for s in made.suspects} <= {"dev", "test"}


def test_only_dev_corrected_is_said(run):
    first = fathom.mistakes(run).worst[0]
    notes = fathom.mistakes(run, corrections={first.id: first.prediction}).notes
    assert any("Only labels of dev were corrected" in note for note in notes)


def test_of_a_number_the_error_is_measured_anew(number):
    first = fathom.mistakes(number).worst[0]
    made = fathom.mistakes(number, corrections={first.id: first.prediction}).relabeled[0]
    errors = number.errors["dev"]
    assert made.after.value == pytest.approx((errors.sum() - errors.max()) / len(errors))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tags": {"no such": "a"}}, "ids of dev"),
        ({"tags": {0: "a" * 50}}, "ids of dev|1 to 40"),
        ({"corrections": {"no such": "yes"}}, "ids of dev"),
        ({"sample": -1}, "sample"),
        ({"sample": 1001}, "sample"),
        ({"rows": -1}, "rows"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(folder, given, message):
    with pytest.raises(UnusableInput, match=message):
        fathom.mistakes(folder, **given)
    assert not (folder / "mistakes" / "tags.json").exists()
    assert not (folder / "mistakes" / "corrections.json").exists()


def test_a_label_that_is_none(run):
    name = fathom.mistakes(run).worst[0].id
    with pytest.raises(UnusableInput, match="one of no, yes, got 'yess'. Did you mean 'yes'"):
        fathom.mistakes(run, corrections={name: "yess"})


def test_labels_of_other_types():
    source = np.random.default_rng(0)
    x = source.normal(size=400)
    for y in (x > 0, (x > 0).astype(int), np.where(x > 0, 1.5, 2.5)):
        table = pl.DataFrame({"x": x + source.normal(size=400), "y": y})
        run = fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=3)
        made = fathom.mistakes(run)
        assert made.suspected >= 0
        m = made.worst[0]
        classes = run.target.classes
        other = next(c for c in classes if str(m.truth).lower() != c.lower())
        assert fathom.mistakes(run, corrections={m.id: other}).relabeled[0].changed == 1


def test_no_run_and_no_dev(tmp_path):
    with pytest.raises(UnusableInput, match="a run, or the folder of one"):
        fathom.mistakes(7)
    splits = fathom.split(fathom.sample("wine"), dev_size=0)
    with pytest.raises(UnusableInput, match="a run with a dev set"):
        fathom.mistakes(fathom.fit(splits, epochs=1))


# files


def test_csv_to_and_fro(folder, tmp_path):
    first = fathom.mistakes(folder, sample=5).sample
    fathom.mistakes(folder, tags={first[0].id: "fog, night", first[1].id: ""})
    path = tmp_path / "t.csv"
    assert write_tags(path, fathom.mistakes(folder).sample) == 5
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert rows[0]["tags"] == "fog; night"
    assert [row["tags"] for row in rows[1:]] == ["-", "", "", ""]
    assert rows[0]["city"] in ("Rome", "Oslo", "Lima")
    from fathom.core.records.tags import Tags

    known = names_of(fathom.open_run(folder).tables["dev"])
    tags, count = tags_in(path, known, Tags())
    assert count == 2
    assert tags.examples[first[0].id].tags == ("fog", "night")
    assert tags.examples[first[1].id].tags == ()
    assert first[2].id not in tags.examples


def test_no_cell_is_a_formula_for_a_spreadsheet(tmp_path):
    from fathom.core.records.mistake import Mistake
    from fathom.core.records.tags import Tags

    bad = '=HYPERLINK("http://x")'
    one = Mistake(
        id="=1",
        truth="+a",
        prediction="-b",
        sure=0.9,
        error=1.0,
        inputs={"@name": bad, "n": -3.5},
        tags=("=t", "-u"),
        comment="@c",
        looked=True,
    )
    two = Mistake(id="-5", truth="'q", prediction="x", sure=None, error=1.0, tags=("-u",), looked=True)
    path = tmp_path / "f.csv"
    write_tags(path, [one, two])
    cells = [cell for row in csv.reader(path.read_text().splitlines()) for cell in row]
    assert not [c for c in cells if c[:1] in "=+@" and c]
    assert "-3.5" in cells
    tags, _ = tags_in(path, ["=1", "-5"], Tags())
    assert tags.examples["=1"].tags == ("=t", "-u")
    assert tags.examples["=1"].comment == "@c"
    assert tags.examples["-5"].tags == ("-u",)


BAD = {
    "empty": (b"", "empty|nothing|bytes"),
    "header only": (b"id,tags\n", "header only"),
    "no id": (b"name,tags\n1,a\n", "columns id and tags"),
    "unknown id": (b"id,tags\n1,a\nzz,b\n", "ids of dev, got 'zz'"),
    "id twice": (b"id,tags\n1,a\n1,b\n", "each id once"),
    "ragged": (b"id,tags\n1,a,b\n", "2 fields"),
    "control signs": (b"id,tags\n1,a\x1b[31m\n", "row 2: tag"),
    "long tag": (b"id,tags\n1," + b"x" * 500 + b"\n", "row 2: tag"),
    "many tags": (b"id,tags\n1," + b";".join(b"t%d" % i for i in range(30)) + b"\n", "row 2: .*20"),
    "not text": (b"\x00\x01\x02PNG", "."),
    "Excel": (b"PK\x03\x04 something", "."),
    "names twice": (b"id,tags,tags\n1,a,b\n", "more than once"),
}


@pytest.mark.parametrize("name", BAD)
def test_broken_and_hostile_files_are_refused_in_one_line(name, tmp_path):
    from fathom.core.records.tags import Tags

    data, message = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(UnusableInput, match=message) as caught:
        tags_in(path, ["1", "2"], Tags())
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_files_as_spreadsheets_write_them(tmp_path):
    from fathom.core.records.tags import Tags

    path = tmp_path / "a.csv"
    for data in ("ID;Tags;Comment\r\n1;fog, night;dark\r\n2;;\r\n".encode("utf-8-sig"), "id\ttags\n1\tfog, night\n".encode("utf-16")):
        path.write_bytes(data)
        tags, count = tags_in(path, ["1", "2"], Tags())
        assert (count, tags.examples["1"].tags) == (1, ("fog", "night"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,label\n1,a\n", "id of one role"),
        ("id,label\n9,a\n", "id of dev or train"),
        ("id,label,role\n5,a,moon\n", "role"),
        ("id,label,role\n5,a,train\n", "an id of train"),
        ("id,label\n5,a\n5,b\n", "each id once"),
    ],
)
def test_corrections_that_cannot_be(text, message, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(UnusableInput, match=message):
        corrections_in(path, {"dev": ["1", "5"], "train": ["1", "2"]})


def test_corrections_of_a_sealed_test_are_kept_for_later(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("id,label,role\n5,a,val\n77,b,test\n1,,dev\n")
    assert corrections_in(path, {"dev": ["1", "5"]}).labels == {"dev": {"5": "a"}, "test": {"77": "b"}}


@pytest.mark.parametrize("name", ["tags.json", "corrections.json", "slices.json"])
@pytest.mark.parametrize("text", ["", "[]", "{", '{"examples": 3, "labels": 3, "found": 3}', "NaN", "[" * 100_000])
def test_a_damaged_folder_is_refused_in_one_line(folder, name, text):
    (folder / "mistakes" / name).write_text(text)
    with pytest.raises(UnusableInput, match="run '") as caught:
        fathom.mistakes(folder)
    assert "\n" not in str(caught.value)


def test_a_link_in_place_of_the_tags_is_not_followed(folder, tmp_path):
    target = tmp_path / "precious"
    target.write_text("{}")
    (folder / "mistakes" / "tags.json").symlink_to(target)
    with pytest.raises(UnusableInput, match="a link"):
        fathom.mistakes(folder, sample=3)
    assert target.read_text() == "{}"

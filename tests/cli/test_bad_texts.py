"""Texts as people have them: empty, unknown, endless, of odd signs, in files with broken lines. One line each, and the rest goes on."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.data.prepare import Prepare
from fathom.data.preparing.tokens import Tokens
from tests.experiment.mixed_table import reviews

LITTLE = ["--target", "stars", "--epochs", "1", "--dimensions", "4", "--hidden", "4", "--no-references"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def texts(rows=60):
    return reviews(rows).select("review", "stars")


def written(rows, name="t.jsonl"):
    with open(name, "w", encoding="utf-8") as file:
        file.writelines(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"review": "cut off\n', "1 of 101 line is no JSON object and left out, the first in line 51"),
        ("[1, 2]\n", "a list"),
        ("not json\n", "Expecting value"),
        ("[" * 5000 + "\n", "line 51"),
    ],
)
def test_a_broken_line_is_left_out_and_said(capsys, line, said):
    rows = texts(100).to_dicts()
    written([*rows[:50], line, *rows[50:]])
    assert main(["fit", "t.jsonl", *LITTLE]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert said in out
    assert "left out" in out
    assert len(fathom.load("t.jsonl", target="stars")) == 100


def test_a_file_of_broken_lines_is_refused(capsys):
    written([*texts(20).to_dicts(), *["{broken\n"] * 5])
    assert main(["fit", "t.jsonl", *LITTLE]) == 2
    assert "line 21: expected a JSON object" in capsys.readouterr().err


def test_odd_signs_go_through_to_the_page():
    odd = [
        "\u202eright to left",
        "zero\u200bwidth",
        "\x00\x07control",
        "👩‍👩‍👧 family",
        "עברית וערבית العربية",
        "</td><script>alert(1)</script>",
        "a\ufeffb",
    ]
    rows = texts(80).to_dicts()
    for i, row in enumerate(rows):
        row["review"] = f"{row['review']} {odd[i % len(odd)]}"
    written(rows)
    run = fathom.fit(fathom.split(fathom.load("t.jsonl", target="stars"), seed=0), epochs=1, dimensions=4)
    run.save("r")
    page = Path("r/report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert main(["mistakes", "r"]) == 0
    assert fathom.open_run("r").predict({"review": odd}).height == len(odd)


def test_halves_of_signs_are_replaced():
    frame = texts(40)
    data = fathom.load({"review": [f"{t} \ud83d" for t in frame["review"]], "stars": frame["stars"].to_list()}, target="stars")
    assert data.table["review"][0].endswith("\ufffd")
    written([{**row, "review": row["review"] + " \ud83d"} for row in frame.to_dicts()])
    assert len(fathom.load("t.jsonl", target="stars")) == 40


def test_signs_without_a_shape_do_not_cut_words():
    assert Tokens().of(pl.Series(["go\u200bod so\u00adup \u202ecafe\u0301\u202c", "\ufeffgood"])).to_list() == [
        ["good", "soup", "café"],
        ["good"],
    ]


def test_an_endless_text_is_cut_and_said():
    frame = texts(60).with_columns(review=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("soup " * 100_000)).otherwise("review"))
    data = fathom.load(frame, target="stars")
    prepare = Prepare.fit(data)
    assert prepare.vocabulary.length < 20
    (found,) = (f for f in prepare.findings if f.id == "data.text.vocabulary")
    assert found.evidence["cut"] >= 1
    assert np.isfinite(prepare(data)).all()


def test_a_text_that_is_missing_everywhere():
    frame = texts(60).with_columns(review=pl.lit(None, dtype=pl.String), price=pl.int_range(pl.len()) % 7 * 1.5)
    assert [c.name for c in fathom.load(frame, target="stars").inputs] == ["price"]
    with pytest.raises(UnusableInput, match="'review': expected words that occur at least 2 times on train, got none"):
        Prepare.fit(fathom.load(frame, target="stars", text="review"))
    with pytest.raises(UnusableInput, match="at least one input column"):
        fathom.load(frame.drop("price"), target="stars")


def test_one_class(capsys):
    texts(60).with_columns(stars=pl.lit("good")).write_csv("t.csv")
    assert main(["fit", "t.csv", *LITTLE]) == 2
    assert "stars" in capsys.readouterr().err


def test_empty_texts_and_unknown_words_are_answered(capsys):
    frame = texts(80).with_columns(review=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("")).otherwise("review"))
    frame.write_csv("t.csv")
    assert main(["fit", "t.csv", *LITTLE, "--out", "r"]) == 0
    assert "empty and read as a single <UNK>" in " ".join(capsys.readouterr().out.split())
    pl.DataFrame({"review": ["", "unheard of", None, "!!!"]}).write_csv("new.csv")
    assert main(["predict", "r", "new.csv"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 5
    assert "unknown" in captured.err

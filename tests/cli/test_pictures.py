"""`fathom fit photos/` and `fathom predict RUN new/` as a person types them."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from fathom.cli.main import main
from fathom.core.mistakes_table import mistakes_table
from fathom.core.records.mistake import Mistake
from tests.data.picture_set import patches, written


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_from_a_folder_to_predictions(tmp_path, capsys):
    x, y = patches(side=40, each=30)
    written(tmp_path / "photos", x, y)
    (tmp_path / "photos" / "flower" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    written(tmp_path / "new", x[:3], np.full(3, "."))
    asked = ["--net", "lenet5", "--epochs", "6", "--batch-size", "8", "--no-references", "--size", "16"]
    assert main(["fit", "photos/", *asked]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "photos: target class: binary" in out
    assert "1 of 61 files cannot be read as pictures and is left out (flower/broken.jpg" in out
    assert "60 of 60 pictures, of 40 x 40, are scaled to 16 x 16" in out
    assert "--size 64" in out
    assert "lenet5 3x16x16" in out
    assert main(["predict", "runs/photos-1", "new", "--out", "answers.csv"]) == 0
    answers = pl.read_csv("answers.csv")
    assert answers["file"].to_list() == ["000.png", "001.png", "002.png"]
    assert set(answers["prediction"]) <= {"flower", "temple"}
    saved = json.loads((tmp_path / "runs" / "photos-1" / "prepare.json").read_text())
    assert saved["picture"] == {"channels": 3, "height": 16, "width": 16, "last": False}
    assert len(set(saved["numbers"]["mean"])) == 3
    assert "--size 16" in json.loads((tmp_path / "runs" / "photos-1" / "run.json").read_text())["command"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "big"], "--size: expected a side as in 64"),
        (["--net", "resnet", "--depth", "21"], "`depth`: expected 6k + 2 layers, as in 20 or 26, got 21"),
        (["--net", "lenet5", "--depth", "20"], "`depth`"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, capsys, arguments, message):
    written(tmp_path / "photos", *patches())
    assert main(["fit", "photos", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert len(error.splitlines()) == 1


def test_mistakes_name_the_whole_file_where_there_is_room():
    mistake = Mistake(id="household/tools_wrench_adjustable.png", truth="household", prediction="animals", error=1.0, sure=0.91)
    wide = ["".join(text for text, _ in line) for line in mistakes_table([mistake], [], 80, number=False)]
    assert "household/tools_wrench_adjustable.png" in wide[1]
    assert max(map(len, wide)) <= 80
    narrow = ["".join(text for text, _ in line) for line in mistakes_table([mistake], [], 40, number=False)]
    assert "household/too" in narrow[1]
    assert "adjustable" not in narrow[1]

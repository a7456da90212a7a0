"""`fathom curve`: the sentence, the JSON, the files, and refusals in one line."""

from __future__ import annotations

import json

import pytest

from fathom.cli.main import main

SMALL = ["sample:wine", "--epochs", "3", "--repeats", "2", "--hidden", "4"]


def test_the_screen_fits_80_columns_and_begins_with_the_sentence(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["curve", *SMALL, "--goal", "2%"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "wice the data" in lines[0]
    assert max(map(len, lines)) <= 80
    assert any("expected" in line for line in lines)


def test_json_and_quiet(capsys, tmp_path):
    assert main(["curve", *SMALL, "--json", "--out", str(tmp_path / "curve.json")]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["against"] == "rows"
    assert json.loads((tmp_path / "curve.json").read_text()) == values
    assert main(["curve", *SMALL, "--against", "width", "--sizes", "2,4", "--quiet", "--out", str(tmp_path / "curve.html")]) == 0
    assert "wide" in capsys.readouterr().out
    assert "plotly" in (tmp_path / "curve.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("more", "complaint"),
    [(["--sizes", "a,b"], "--sizes"), (["--out", "x.txt"], ".html or .json"), (["--sizes", "30"], "at least two sizes")],
)
def test_unusable_input_is_one_line(capsys, more, complaint):
    assert main(["curve", *SMALL, *more]) == 2
    found = capsys.readouterr().err
    assert complaint in found
    assert len(found.splitlines()) == 1

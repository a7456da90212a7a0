"""`fathom curve`: the sentence, the JSON, the files, and refusals in one line."""

from __future__ import annotations

import json

import pytest

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput

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


def test_the_curve_of_a_run_is_kept_with_it_and_prices_its_advice(capsys, tmp_path):
    run = tmp_path / "run"
    assert main(["fit", "sample:digits", "--out", str(run), "--epochs", "6", "--hidden", "8", "--no-references", "--quiet"]) == 0
    assert main(["curve", "sample:digits", "--run", str(run), "--repeats", "2", "--quiet"]) == 0
    kept = json.loads((run / "curve.json").read_text("utf-8"))
    assert kept["epochs"] == 6
    assert kept["net"] == "mlp 61-8-10"
    opened = fathom.open_run(run)
    found = opened.diagnose(references=False, human=0.0, tolerance=0.001)
    priced = [s.why for s in found.steps if s.what == "more data"]
    assert all("by the learning curve" in why for why in priced)
    capsys.readouterr()


@pytest.mark.parametrize("damage", [{"points": []}, {"verdict": "maybe"}, {"law": {"at": 1, "possible": []}}, {"twice": None}])
def test_a_damaged_curve_is_refused_in_a_line(damage):
    curve = fathom.learning_curve(fathom.split(fathom.sample("wine"), seed=0), epochs=1, repeats=2, hidden=(2,))
    values = json.loads(json.dumps(curve.to_json()))
    assert fathom.LearningCurve.from_json(values) == curve
    with pytest.raises(UnusableInput):
        fathom.LearningCurve.from_json({**values, **damage})

"""`fathom fit --folds K`: the screen, the folder, and a training that is a run for all other commands."""

import json

from fathom.cli.main import main


def test_folds_say_what_was_trained_and_save_a_run(tmp_path, capsys):
    out = str(tmp_path / "run")
    assert main(["fit", "sample:wine", "--folds", "4", "--epochs", "20", "--hidden", "8", "--no-references", "--out", out]) == 0
    said = capsys.readouterr().out
    assert "for 4 nets, as one program" in said
    assert "spread over retraining" in said
    assert "one net more, on all 142 rows of train and dev, is what predicts" in " ".join(said.split())
    assert main(["predict", out, "sample:wine"]) == 0
    assert main(["report", out, "--out", str(tmp_path / "page.html")]) == 0
    assert "<h2>Folds</h2>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_json_holds_the_folds(tmp_path, capsys):
    command = ["fit", "sample:wine", "--folds", "3", "--epochs", "5", "--hidden", "4", "--json", "--open-test", "--no-references"]
    assert main([*command, "--out", str(tmp_path / "run")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [fold["dev_rows"] for fold in said["folds"]["folds"]] == [48, 47, 47]
    assert "dev_overfit" in said["diagnosis"]["gaps"]


def test_too_many_folds_are_refused_in_one_line(tmp_path, capsys):
    assert main(["fit", "sample:wine", "--folds", "1", "--out", str(tmp_path / "run")]) == 2
    assert "fathom: `folds`: expected a whole number of at least 2" in capsys.readouterr().err

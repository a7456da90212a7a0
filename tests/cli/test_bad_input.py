"""Bad input gets one clear line and exit code 2, and nothing is left behind."""

import json
import os
import shutil

import numpy as np
import polars as pl
import pytest

from fathom.cli.main import main

GOOD = "x,c,y\n" + "".join(f"{i % 17}.5,{'ab'[i % 2]},{'no' if i % 3 else 'yes'}\n" for i in range(60))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(capsys, arguments, *words):
    """Run a command that must be refused: exit code 2, one line with these words, no other output."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1, captured.err
    for word in words:
        assert word.lower() in lines[0].lower(), lines[0]
    return lines[0]


def rows(*lines, times=1):
    return "x,c,y\n" + "\n".join(lines * times) + "\n"


FILES = {
    "empty": ("", ("empty",)),
    "header only": ("x,c,y\n", ("got a header only",)),
    "one class": (GOOD.replace("yes", "no"), ("y", "classes")),
    "a class with one example": (rows(*[f"{i},a,no" for i in range(40)], "7,b,yes"), ("yes", "one")),
    "ragged": (GOOD + "1,2\n", ("row", "line")),
    "binary junk": (bytes(range(256)).decode("latin-1") * 12, ("binary data",)),
    "mixed types": ("x,y\n" + "".join(f"{i / 7 if i % 5 else 'word' + str(i)},{i % 2}\n" for i in range(300)), ("column 'x'", "number")),
    "infinite": (GOOD + "inf,a,no\n", ("column 'x'", "finite", "row 61")),
    "beyond float64 when squared": (GOOD + "1e300,a,no\n", ("column 'x'", "1e+150", "row 61")),
    "all constant": ("x,y\n" + "".join(f"1,{i % 2}\n" for i in range(60)), ("varies", "constant")),
    "three rows": ("x,y\n1,a\n2,b\n3,a\n", ("two examples of every class",)),
    "duplicate names": (GOOD.replace("x,c,y", "x,x,y"), ("x", "twice")),
    "no target in the file": (GOOD.replace("x,c,y", "x,c,yy"), ("did you mean 'yy'",)),
    "target alone": ("y\n" + "a\nb\n" * 30, ("input",)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(tmp_path, capsys, name):
    text, words = FILES[name]
    (tmp_path / "d.csv").write_bytes(text.encode("latin-1"))
    line = refused(capsys, ["fit", "d.csv", "--target", "y", "--epochs", "2"])
    assert any(word.lower() in line.lower() for word in words), line
    assert [p.name for p in tmp_path.iterdir()] == ["d.csv"]


COMMANDS = ("fit {} --target y", "split {}", "audit {}", "predict {} d.csv", "report {}", "mistakes {}", "diagnose {}", "check {}:f")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("path", ["x" * 300, "loop", "/"])
def test_a_path_that_is_none_is_one_line(tmp_path, capsys, monkeypatch, command, path):
    """Too long, a link to itself, the root of all; a scan of all files of the machine is no test."""
    if path == "/" and command.startswith(("fit", "split", "audit")):
        path = f"{tmp_path}/"
    if path == "loop":
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
    line = refused(capsys, command.format(path).split(), "expected")
    assert len(line) < 400


def test_predictions_in_another_encoding_say_which_one_is_read(tmp_path, capsys):
    text = "role,truth,prediction\n" + "train,très,non\ndev,non,non\n" * 9
    (tmp_path / "utf16.csv").write_text(text, encoding="utf-16")
    (tmp_path / "latin.csv").write_text(text, encoding="latin-1")
    for name in ("utf16.csv", "latin.csv"):
        refused(capsys, ["diagnose", name], "UTF-8")


def test_a_target_that_is_too_large_to_square(tmp_path, capsys):
    (tmp_path / "d.csv").write_text("x,y\n" + "".join(f"{i % 7},{i / 3}e300\n" for i in range(90)))
    refused(capsys, ["split", "d.csv", "--target", "y"], "1e+150")


def test_no_such_file_names_a_sibling(tmp_path, capsys):
    (tmp_path / "churn.csv").write_text(GOOD)
    refused(capsys, ["fit", "chrun.csv", "--target", "y"], "churn.csv")


def test_an_out_folder_that_is_taken_or_cannot_be_written(tmp_path, capsys, monkeypatch):
    (tmp_path / "d.csv").write_text(GOOD)
    assert main(["fit", "d.csv", "--target", "y", "--out", "run", "--epochs", "2", "--quiet", "--no-references"]) == 0
    capsys.readouterr()
    before = sorted(p.name for p in (tmp_path / "run").iterdir())
    refused(capsys, ["fit", "d.csv", "--target", "y", "--out", "run"], "a run that is there already")
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == before
    monkeypatch.setattr(os, "access", lambda *a: False)  # root may write anywhere
    refused(capsys, ["fit", "d.csv", "--target", "y", "--out", "elsewhere/run"], "can be written")
    assert not (tmp_path / "elsewhere").exists()


@pytest.fixture
def run(tmp_path, capsys):
    (tmp_path / "d.csv").write_text(GOOD)
    assert main(["fit", "d.csv", "--target", "y", "--out", "run", "--epochs", "2", "--quiet"]) == 0
    capsys.readouterr()
    return tmp_path / "run"


def test_new_rows_that_lack_a_needed_column(tmp_path, capsys, run):
    (tmp_path / "new.csv").write_text("x,cc\n1,a\n2,b\n")
    refused(capsys, ["predict", "run", "new.csv", "--out", "a.csv"], "column 'c'", "cc")
    assert not (tmp_path / "a.csv").exists()
    refused(capsys, ["predict", "run", "none.csv"], "none.csv")
    refused(capsys, ["predict", "run", "d.csv", "--out", "a.xlsx"], ".csv or .parquet")
    refused(capsys, ["predict", "run", "d.csv", "--out", "d.csv"], "a new file", "there already")
    assert (tmp_path / "d.csv").read_text() == GOOD


def change(name, value):
    def damage(run):
        values = json.loads((run / name).read_text())
        value(values)
        (run / name).write_text(json.dumps(values))

    return damage


def nan_weights(run):
    from safetensors.numpy import load_file, save_file

    save_file({k: v * np.nan for k, v in load_file(run / "weights.safetensors").items()}, run / "weights.safetensors")


DAMAGES = {
    "no run.json": lambda run: (run / "run.json").unlink(),
    "half a run.json": lambda run: (run / "run.json").write_text((run / "run.json").read_text()[:500]),
    "NaN": lambda run: (run / "run.json").write_text((run / "run.json").read_text().replace('"seed": 0', '"seed": NaN', 1)),
    "another schema": change("run.json", lambda v: v.update(schema=99)),
    "no experiment": change("run.json", lambda v: v.pop("experiment")),
    "a list in place of a record": change("run.json", lambda v: v.update(experiment=[])),
    "a net of another size": change("run.json", lambda v: v["experiment"]["arguments"].update(hidden=[10**9, 10**9])),
    "a path as a net": change("run.json", lambda v: v["experiment"].update(net="../../etc/passwd")),
    "settings from elsewhere": change("run.json", lambda v: v["experiment"]["settings"].update(optimizer="__import__('os')")),
    "no classes": change("run.json", lambda v: v["target"].update(classes=[])),
    "half the weights": lambda run: (run / "weights.safetensors").write_bytes((run / "weights.safetensors").read_bytes()[:200]),
    "weights that are a pickle": lambda run: (run / "weights.safetensors").write_bytes(b"\x80\x04\x95\x00cposix\nsystem\n."),
    "weights that are a link": lambda run: (
        (run / "weights.safetensors").rename(run / "w"),
        (run / "weights.safetensors").symlink_to(run / "w"),
    ),
    "errors that are junk": lambda run: (run / "errors" / "dev.parquet").write_bytes(b"PAR1junkPAR1"),
    "a history that is junk": lambda run: (run / "history.jsonl").write_text('{"epoch": 1}\n'),
    "a prepare that is junk": lambda run: (run / "prepare.json").write_text('{"columns": "x"}'),
    "a history with NaN": lambda run: (run / "history.jsonl").write_text('{"epoch": 1, "J": NaN}\n'),
    "a history of words": lambda run: (run / "history.jsonl").write_text(
        (run / "history.jsonl").read_text().replace('"J": ', '"J": "x", "K": ')
    ),
    "classes twice": change("run.json", lambda v: v["target"].update(classes=["a", "a"])),
    "rows that are no numbers": change("run.json", lambda v: v["experiment"]["rows"].update(train="<script>")),
    "weights that are NaN": nan_weights,
    "errors below zero": lambda run: (
        pl.read_parquet(run / "errors/dev.parquet").with_columns(error=-1.0).write_parquet(run / "errors/dev.parquet")
    ),
    "deep JSON": lambda run: (run / "prepare.json").write_text("[" * 100_000),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_or_hostile_run_folder(capsys, run, name):
    DAMAGES[name](run)
    refused(capsys, ["predict", "run", "d.csv"], "run")


def test_a_huge_json_is_not_read(capsys, run):
    with open(run / "run.json", "ab") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: takes no room on disk
    refused(capsys, ["predict", "run", "d.csv"], "at most")


def test_a_copy_of_the_folder_gives_the_same_answers(tmp_path, capsys, run):
    shutil.copytree(run, tmp_path / "elsewhere" / "copy")
    assert main(["predict", "run", "d.csv"]) == 0
    here = capsys.readouterr().out
    assert main(["predict", "elsewhere/copy", "d.csv"]) == 0
    assert capsys.readouterr().out == here


def test_probabilities_that_do_not_sum_to_one(tmp_path, capsys):
    table = pl.DataFrame(
        {"role": ["train", "dev"] * 10, "truth": ["a", "b"] * 10, "prediction": ["a"] * 20, "p_a": [0.9] * 20, "p_b": [0.9] * 20}
    )
    table.write_csv(tmp_path / "p.csv")
    refused(capsys, ["diagnose", "p.csv"], "sum")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--train", "-1%", "--dev", "2%"], "-1%"),
        (["--train", "7", "--dev", "11"], "7% or 0.07"),
        (["--train", "1%", "--dev", "120%"], "120%"),
        (["--dev", "1%"], "train"),
        (["--train", "1%", "--dev", "2%", "--val", "3%"], "dev"),
        (["--train", "x", "--dev", "2%"], "'x'"),
        (["nofile.csv"], "nofile.csv"),
    ],
)
def test_rates_that_are_none(capsys, arguments, word):
    refused(capsys, ["diagnose", *arguments], word)


def test_rows_without_a_target_are_left_out_with_their_count(tmp_path, capsys):
    (tmp_path / "d.csv").write_text(GOOD + "3.5,a,\n" * 4)
    assert main(["fit", "d.csv", "--target", "y", "--out", "run", "--epochs", "2", "--no-references"]) == 0
    assert "4 of 64 rows have no target ('y') and are left out." in capsys.readouterr().out


def test_numpy_is_not_asked_to_unpickle(tmp_path, capsys):
    np.savez(tmp_path / "d.npz", X=np.array([{"a": 1}] * 20, dtype=object), y=np.arange(20))
    refused(capsys, ["fit", "d.npz"], "d.npz")


def test_a_run_that_was_fitted_on_another_device_opens(capsys, run):
    change("run.json", lambda v: v["experiment"]["settings"].update(device="cuda"))(run)
    assert main(["predict", "run", "d.csv"]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lr", "0.1", "--learning-rate", "0.2"], ("--learning-rate: expected one of --lr and its alias, got both",)),
        (["--l2=0.1", "--lambd=0.2"], ("--lambd: expected one of --l2 and its alias, got both",)),
        (["--keep-prob", "0.8", "--dropout", "0.2"], ("keep_prob", "dropout", "both")),
        (["--human", "1%", "--floor", "1%"], ("--floor", "--human", "both")),
        (["--l2", "0.1", "--weight-decay", "0.1"], ("one of the two", "--l2 0.1", "--weight-decay 0.1")),
    ],
)
def test_a_setting_under_two_names_is_refused(tmp_path, capsys, options, words):
    (tmp_path / "d.csv").write_text(GOOD)
    assert main(["fit", "d.csv", "--target", "y", *options]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert all(word in line for word in words), line
    assert not (tmp_path / "runs").exists()


def test_an_option_typed_twice_under_one_name_is_the_last(tmp_path, capsys):
    (tmp_path / "d.csv").write_text(GOOD)
    again = ["--epochs", "1", "--lr", "0.1", "--lr", "0.25"]
    assert main(["fit", "d.csv", "--target", "y", "--no-references", *again]) == 0
    assert "learning_rate 0.25" in " ".join(capsys.readouterr().out.split())

"""`fathom fit` as a person types it."""

import json

import numpy as np
import polars as pl
import pytest

from fathom.cli.main import main

QUICK = ["--epochs", "12"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def people(rows=400, seed=0, target=True):
    """A table as people have them: text, dates, missing values, categories, an identifier, money."""
    source = np.random.default_rng(seed)
    age = source.integers(18, 80, rows).astype(float)
    city = source.choice(["Berlin", "Paris", "Rome", "Oslo"], rows)
    spent = source.gamma(2.0, 400.0, rows)
    since = np.array(["2019-01-01"], dtype="datetime64[D]") + source.integers(0, 1500, rows)
    churned = (age < 40) ^ (city == "Rome") ^ (source.random(rows) < 0.05)
    notes = [f"called about the bill number {i} and asked for a refund of the whole amount" for i in source.integers(0, 9000, rows)]
    table = {
        "customer_id": [f"C{n:05d}" for n in source.permutation(rows)],
        "age": [None if source.random() < 0.1 else a for a in age],
        "city": [None if source.random() < 0.05 else str(c) for c in city],
        "spent": [f"${s:,.2f}" for s in spent],
        "member_since": [str(d) for d in since],
        "newsletter": source.choice(["yes", "no"], rows).tolist(),
        "notes": notes,
        "country": ["EU"] * rows,
    }
    return pl.DataFrame({**table, **({"churned": np.where(churned, "yes", "no").tolist()} if target else {})})


def test_a_table_as_people_have_them_is_fitted_without_an_option(tmp_path, capsys):
    people(rows=1500).write_csv(tmp_path / "churn.csv")
    assert main(["fit", "churn.csv", "--target", "churned"]) == 0
    out = capsys.readouterr().out
    assert "dev" in out
    assert "train" in out
    assert "test" in out
    assert "sealed" in out
    diagnosis = json.loads((tmp_path / "runs" / "churn-1" / "diagnosis.json").read_text())
    dev = next(r for r in diagnosis["ladder"]["rungs"] if r["name"] == "dev")
    assert dev["estimate"]["value"] < 0.25
    found = {f["id"] for f in json.loads((tmp_path / "runs" / "churn-1" / "run.json").read_text())["findings"]}
    assert {"data.text.beside", "data.column.identifier", "data.column.constant"} <= found


def test_fitting_again_with_the_same_seed_gives_the_same_bits(tmp_path):
    people().write_csv(tmp_path / "churn.csv")
    for name in ("a", "b"):
        assert main(["fit", "churn.csv", "--target", "churned", "--out", name, "--quiet", "--seed", "3", *QUICK]) == 0
    assert (tmp_path / "a" / "weights.safetensors").read_bytes() == (tmp_path / "b" / "weights.safetensors").read_bytes()


def test_predict_reads_new_rows_as_people_have_them(tmp_path, capsys):
    people().write_csv(tmp_path / "churn.csv")
    assert main(["fit", "churn.csv", "--target", "churned", "--out", "run", "--quiet", *QUICK]) == 0
    new = people(rows=7, seed=9, target=False).with_columns(city=pl.lit("Atlantis"), extra=pl.lit(1))
    new.select(sorted(new.columns, reverse=True)).write_csv(tmp_path / "new.csv")
    capsys.readouterr()
    assert main(["predict", "run", "new.csv", "--out", "answers.csv"]) == 0
    answers = pl.read_csv(tmp_path / "answers.csv")
    assert answers.columns == ["prediction", "p_no", "p_yes"]
    assert answers.height == 7
    assert set(answers["prediction"]) <= {"yes", "no"}
    assert main(["predict", "run", "new.csv"]) == 0
    assert capsys.readouterr().out == (tmp_path / "answers.csv").read_text()


def test_json_is_one_document_and_all_else_is_on_stderr(capsys):
    assert main(["fit", "sample:wine", "--json", *QUICK]) == 0
    captured = capsys.readouterr()
    assert "headline" in json.loads(captured.out)["diagnosis"]
    assert "split" in captured.err


def test_quiet_says_the_verdict_alone(capsys):
    assert main(["fit", "sample:wine", "--quiet", *QUICK]) == 0
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


def test_human_level_goal_and_test_are_read(capsys):
    assert main(["fit", "sample:wine", "--human", "1%", "--goal", "3%", "--open-test", *QUICK]) == 0
    out = capsys.readouterr().out
    assert "human" in out
    assert "sealed" not in out


def test_existing_splits_are_taken_as_they_are(tmp_path, capsys):
    for name, seed in (("train", 1), ("dev", 2), ("test", 3)):
        people(rows=200, seed=seed).write_csv(tmp_path / f"{name}.csv")
    assert main(["fit", "train.csv", "--target", "churned", "--val", "dev.csv", "--test", "test.csv", "--out", "r", *QUICK]) == 0
    rows = json.loads((tmp_path / "r" / "run.json").read_text())["experiment"]["rows"]
    assert rows == {"train": 200, "dev": 200, "test": 200}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["churn.csv"], "target"),
        (["churn.csv", "--target", "churnd"], "did you mean 'churned'"),
        (["chrn.csv", "--target", "churned"], "churn.csv"),
        (["churn.csv", "--target", "churned", "--hidden", "a"], "--hidden"),
        (["churn.csv", "--target", "churned", "--dropout", "1.5"], "`dropout`"),
        (["churn.csv", "--target", "churned", "--optimizer", "adma"], "did you mean 'adam'"),
        (["churn.csv", "--target", "churned", "--epochs", "many"], "epochs"),
        (["churn.csv", "--target", "churned", "--human", "7"], "7% or 0.07"),
        (["churn.csv", "--target", "churned", "--out", "churn.csv"], "expected a folder, got a file"),
        (["churn.csv", "--target", "churned", "--wat"], "no such option"),
        (["sample:iris"], "sample"),
        ([], "missing"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(tmp_path, capsys, arguments, words):
    people(60).write_csv(tmp_path / "churn.csv")
    assert main(["fit", *arguments]) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert words.lower() in lines[0].lower()
    assert "Traceback" not in captured.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["churn.csv"]


def test_divergence_is_exit_code_1_and_leaves_nothing(tmp_path, capsys):
    assert main(["fit", "sample:wine", "--optimizer", "sgd", "--lr", "1e9", *QUICK]) == 1
    assert "diverged in epoch" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_interrupt_keeps_what_is_finished(tmp_path, monkeypatch, capsys):
    from fathom.engine import training

    passes = training._Running._pass

    def stop(self, epoch):
        if epoch == 5:
            raise KeyboardInterrupt
        return passes(self, epoch)

    monkeypatch.setattr(training._Running, "_pass", stop)
    assert main(["fit", "sample:wine", "--out", "r", *QUICK]) == 130
    assert "Interrupted after 4 epochs" in capsys.readouterr().out
    assert (tmp_path / "r" / "weights.safetensors").exists()


def test_typed_values_are_read():
    from fathom.cli import typed

    assert typed.hidden("128,64") == typed.hidden("128-64") == (128, 64)
    assert typed.numbers("--dropout", "0.2,0.5") == (0.2, 0.5)
    assert typed.schedule("exponential:0.9") == {"name": "exponential", "rate": 0.9}
    assert typed.schedule('{"name": "cosine"}') == {"name": "cosine"}
    assert (typed.size("x", "10%"), typed.size("x", "100"), typed.size("x", "0.25")) == (0.1, 100, 0.25)
    assert typed.batch_size("full") == "full"

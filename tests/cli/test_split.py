from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from fathom.cli.main import main


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    path = tmp_path / "churn.csv"
    rows = [f"{i},{i * 0.37:.2f},{'yes' if i % 4 == 0 else 'no'},{i // 3}" for i in range(100)]
    path.write_text("\n".join(["months,spend,churned,house", *rows]) + "\n")
    return path


def test_a_plan_from_a_number_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "1,000,000", "--plan"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1,000,000 rows: 980,000 train, 10,000 dev, 10,000 test",
        "  where the error is                    1%      5%     10%     20%",
        "  dev knows it to (95%) +-             0.2    0.43    0.59    0.78",
        "  a better net shows from (1)         0.27    0.62    0.88     1.2",
        "  and on other examples from (2)      0.36    0.83     1.2     1.6",
        "in points; one example of dev is 0.01",
        "(1) shown four times in five, where both nets answer the same examples and as",
        "    many of them are in discord as are wrong; (2) as many examples of its own",
    ]


def test_a_plan_says_what_it_takes_to_tell_two_rates_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """C3W1-13: 97.0% against 97.1%."""
    assert main(["split", "100,000", "--plan", "--tell", "97.0%,97.1%"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "to tell 97.0% from 97.1%, four times in five, takes",
        "  234,000 dev examples that both nets answer: 10,000 are not enough",
        "  449,000 each where they answer others; of 1,000 it is a single one",
    ]
    assert main(["split", "100,000", "--plan", "--tell", "97%,97.1%", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["to_tell"]["paired"] == 233_536


def test_a_plan_says_where_test_is_of_another_size(capsys: pytest.CaptureFixture[str]) -> None:
    """C3W1-14: the interval that test will give."""
    assert main(["split", "1000", "--plan", "--test", "500", "--dev", "50"]) == 0
    out = capsys.readouterr().out
    assert "test knows it to (95%) +-           0.95     1.9     2.6     3.5" in out
    assert "a better net shows from (1)        never   never   never      19" in out


def test_a_plan_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "1000", "--plan", "--json", "--no-test", "--dev", "30%"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == {"train": 700, "dev": 300, "test": 0}


def test_a_split_is_shown(churn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", str(churn), "--target", "churned"]) == 0
    out = capsys.readouterr().out
    assert "train" in out
    assert "60.0%" in out
    assert "stratified by the target, seed 0" in out


def test_quiet_gives_the_sizes(churn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", str(churn), "--target", "churned", "--quiet"]) == 0
    assert capsys.readouterr().out == "60 train, 20 dev, 20 test\n"


def test_json_is_one_document(churn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", str(churn), "--target", "churned", "--json", "--group", "house"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert sum(values["rows"].values()) == 100
    assert values["how"]["group"] == "house"


def test_tables_are_written_and_like_keeps_the_roles(churn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, grown = tmp_path / "a", tmp_path / "grown.csv"
    assert main(["split", str(churn), "--target", "churned", "--out", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["dev.csv", "split.json", "test.csv", "train.csv"]
    grown.write_text(churn.read_text() + "\n".join(f"{i},{i * 0.37:.2f},no,{i // 3}" for i in range(100, 140)) + "\n")
    assert main(["split", str(grown), "--target", "churned", "--out", str(tmp_path / "b"), "--like", str(out)]) == 0
    for role in ("train", "dev", "test"):
        before, after = (pl.read_csv(tmp_path / folder / f"{role}.csv")["months"] for folder in "ab")
        assert set(before) <= set(after)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "churned", "--no-test", "--test", "5"], "expected --test or --no-test, got both"),
        (["--target", "churned", "--tell", "97%,98%"], "--tell: expected --plan beside it"),
        (["--target", "churned", "--plan", "--tell", "97%"], "--tell: expected two rates as in 97%,97.1%"),
        (["--target", "churned", "--dev", "many"], "--dev: expected a number of rows or a share"),
        (["--target", "churned", "--dev", "60", "--test", "40"], "at least one example left for train"),
        (["--target", "churned", "--group", "hose"], "house"),
        (["--target", "churned", "--like", "nowhere"], "expected a run folder, got nothing of that name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: list[str], message: str, churn: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", str(churn), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_folder_that_is_in_use_is_refused_and_left_alone(churn: Path, tmp_path: Path) -> None:
    assert main(["split", str(churn), "--target", "churned", "--out", str(tmp_path)]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["churn.csv"]

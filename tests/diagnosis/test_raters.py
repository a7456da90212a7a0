"""The human level from several people: typed, in a mapping, or from their answers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main
from fathom.cli.rates import read_human
from fathom.core.exceptions import UnusableInput
from fathom.core.intervals import wilson
from fathom.diagnosis.raters import raters_of, read_raters

COURSE = "typical 3%, doctor 1%, experienced 0.7%, team 0.5%"


def answers(n: int = 300, seed: int = 0) -> pl.DataFrame:
    """Three raters who are wrong in 10, 12 and 15%, each for reasons of their own; a role and a net beside."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    columns = {f"rater_{name}": np.where(rng.random(n) < e, 1 - truth, truth) for name, e in (("a", 0.1), ("b", 0.12), ("c", 0.15))}
    return pl.DataFrame({"role": ["train", "dev", "dev"] * (n // 3), "truth": truth, "prediction": truth, **columns})


def test_the_lowest_is_taken_and_said(capsys):
    """C3W1-20: typical 3%, doctor 1%, experienced 0.7%, team 0.5%: Bayes error is at most 0.5%."""
    assert main(["diagnose", "--train", "0.7%", "--dev", "0.8%", "--human", COURSE]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "human 0.5% team" in out
    assert "the floor is 0.50%, team, the lowest of 4 (typical 3.00%, doctor 1.00%, experienced 0.70%)" in out


@pytest.mark.parametrize(("human", "focus"), [("0.5%", "avoidable_bias"), ("0.7%", "variance")])
def test_near_human_level_the_definition_decides(human, focus):
    """C3W1-21: train 0.7%, dev 0.8%: with 0.5% work on bias (0.2 > 0.1), with 0.7% on variance."""
    d = fathom.diagnose({"train": 0.007, "dev": 0.008}, human=read_human([human])[0])
    assert d.focus == focus


def test_above_human_level_it_is_unclear():
    """C3W1-22: a team of 0.5%, train 0.3%, dev 0.4%."""
    d = fathom.diagnose({"train": 0.003, "dev": 0.004}, human={"team": 0.005, "doctor": 0.01})
    assert d.gaps["avoidable_bias"].verdict == "unclear"


def test_raters_are_counted_and_the_majority_is_better():
    table = answers()
    found = read_raters(table)
    truth = table["truth"].to_numpy()
    for name in "abc":
        wrong = int((table[f"rater_{name}"].to_numpy() != truth).sum())
        assert found.errors[name] == wilson(wrong, 300)
    votes = table.select("rater_a", "rater_b", "rater_c").to_numpy().sum(axis=1) >= 2
    assert found.errors["team"].value == pytest.approx((votes != truth).mean())
    assert found.best == "team"


def test_a_tie_is_wrong_by_half_and_missing_answers_are_left_out():
    truth = np.array(["x", "x", "x"])
    given = {"a": ["x", "y", "y"], "b": ["y", "y", "x"], "c": ["", "x", ""]}
    found = raters_of(truth, {name: np.array(v) for name, v in given.items()})
    assert found.errors["team"].value == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert found.errors["c"].value == 0.0
    assert found.errors["c"].n == 1


def test_two_make_no_majority():
    assert set(read_raters(answers().drop("rater_c")).errors) == {"a", "b"}


def test_a_truth_that_is_their_own_vote_is_noticed():
    table = answers()
    votes = table.select("rater_a", "rater_b", "rater_c").to_numpy().sum(axis=1) >= 2
    found = read_raters(table.with_columns(truth=pl.Series(votes.astype(int))))
    assert [f.id for f in found.findings] == ["diagnosis.raters.truth_is_their_vote"]
    assert found.best != "team"
    assert not read_raters(table).findings


def test_a_file_of_predictions_brings_its_raters(tmp_path, capsys):
    path = tmp_path / "p.csv"
    table = answers()
    table.write_csv(path)
    known = read_raters(table.filter(pl.col("role") == "dev"))
    assert main(["diagnose", str(path)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "the lowest of 4" in out
    assert f"human {100 * known.errors['team'].value:.1f}% team" in out
    d = fathom.diagnose({"train": 0.1, "dev": 0.2}, human=path)
    assert d.floor.value == read_raters(path).errors["team"].value
    assert main(["diagnose", "--train", "10%", "--dev", "20%", "--human", str(path)]) == 0


def test_a_run_remembers_whom_it_was_taken_from(tmp_path):
    run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=1)
    people = {"typical": 0.03, "team": 0.005}
    run.save(tmp_path / "r", diagnosis=run.diagnose(human=people, references=False))
    assert fathom.open_run(tmp_path / "r").asked["human"] == people


@pytest.mark.parametrize(
    ("texts", "human"),
    [
        (["1%"], 0.01),
        (["1%", "0.5%"], [0.01, 0.005]),
        (["typical=3%", "chief doctor 1/200"], {"typical": 0.03, "chief doctor": 0.005}),
        (["a: 3%, 1%"], {"a": 0.03, "2.": 0.01}),
    ],
)
def test_human_levels_are_read_as_typed(texts, human):
    assert read_human(texts)[0] == human


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pl.DataFrame({"truth": ["a"], "prediction": ["a"]}), "expected columns truth and rater_<name>"),
        (pl.DataFrame({"truth": ["a", "b"], "rater_x": ["c", "d"]}), "rater 'x': expected labels as in truth"),
        (pl.DataFrame({"truth": ["a", "b"], "rater_x": pl.Series([None, None], dtype=pl.String)}), "rater 'x': expected answers, got none"),
    ],
)
def test_what_are_no_raters_is_refused(table, message):
    with pytest.raises(UnusableInput, match=message):
        read_raters(table)


def test_a_name_twice_is_refused(capsys):
    assert main(["diagnose", "--train", "1%", "--dev", "2%", "--human", "a 1%, a 2%"]) == 2
    assert "expected each person once" in capsys.readouterr().err

"""`fathom diagnose` as people call it: rates, counts, files, and what is refused in one line with exit code 2."""

from __future__ import annotations

import json

import pytest
import typer
from typer.main import get_command

from fathom.cli.diagnose import command
from fathom.cli.main import main
from fathom.cli.rates import parse_rate, read_rate, with_size
from fathom.cli.text_parameters import take_texts_as_typed
from fathom.core.exceptions import UnusableInput


@pytest.fixture
def call(capsys):
    def run(*arguments):
        code = main(["diagnose", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def document(call, *arguments):
    code, out, _ = call(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_rates_of_the_course(call):
    code, out, err = call("--train", "1%", "--dev", "11%", "--human", "0%")
    assert (code, err) == (0, "")
    assert out.startswith("dev 11.0% = 0.0 human + 1.0 bias + 10.0 variance. Work on variance.\n")


SAME = [
    ("--train", "1%", "--val", "11%"),
    ("--train", "0.01", "--validation", "0.11"),
    ("train=1%", "dev=11%"),
    ("train=0.01", "--dev", "11%"),
    ("--train", "99%", "--dev", "89%", "--accuracy"),
    ("training=0.01", "holdout=.11"),
]


@pytest.mark.parametrize("arguments", SAME, ids=" ".join)
def test_ways_to_say_the_same(call, arguments):
    code, out, _ = call(*arguments, "--quiet")
    assert code == 0
    assert out == "dev 11.0% = 1.0 train + 10.0 variance. Work on variance.\n"


def test_accuracy_turns_all_round(call):
    read = document(
        call, "--train", "99%", "--dev", "89/100", "--human", "99.5%", "--goal", "97%", "--accuracy", "--reference", "linear=90%"
    )
    assert read["floor"]["value"] == pytest.approx(0.005)
    assert read["goal"] == pytest.approx(0.03)
    assert read["references"]["linear"]["estimate"]["value"] == pytest.approx(0.1)
    assert read["ladder"]["rungs"][2]["estimate"]["value"] == pytest.approx(0.11)


@pytest.mark.parametrize(
    "arguments", [("--dev", "11%", "--n-dev", 1000), ("--dev", "110/1000"), ("--dev", "11%", "--n-val", 1000)], ids=str
)
def test_sizes_give_intervals(call, arguments):
    gap = document(call, "--train", "1%", "--n-train", 7000, *arguments)["gaps"]["variance"]
    assert (gap["low"], gap["high"]) == (pytest.approx(0.0819, abs=1e-4), pytest.approx(0.1210, abs=1e-4))


def test_several_people_count_as_the_best(call):
    read = document(call, "--train", "1%", "--dev", "2%", *(x for rate in ("3%", "1%", "0.7%", "0.5%") for x in ("--human", rate)))
    assert read["floor"]["value"] == 0.005


def test_bare_half_and_above_is_echoed(call):
    code, _, err = call("--train", "0.1", "--dev", "0.6")
    assert code == 0
    assert err == "--dev 0.6 is read as 60%; for 0.6% write 0.6%.\n"


def test_a_rate_that_is_no_whole_number_of_errors_is_said(call):
    code, out, err = call("--train", "1%", "--dev", "4.6%", "--n-dev", 114, "--quiet")
    assert code == 0
    assert err == "--dev: 0.046 of 114 is 5.24 errors; taken as 5, which is 4.39%.\n"
    assert out.startswith("dev 4.4%")


REFUSED = [
    (("--train", "1", "--dev", "11"), "write 11% or 0.11"),
    (("--train", "1%", "--dev=-3%"), "at least 0"),
    (("--train", "1%", "--dev=-0.03"), "at least 0"),
    (("--train", "1%", "--dev", "abc"), "a rate as in 11%"),
    (("--train", "1%", "--dev", "1,5%"), "write a decimal point"),
    (("--train", "1%", "--dev", "nan"), "at least 0"),
    (("--train", "1%", "--dev", "120%"), "at most 100%"),
    (("--train", "1%", "--dev", "12/10"), "wrong from 0 to n"),
    (("--train", "1%", "--dev", "1%", "--val", "2%"), "dev"),
    (("--train", "1%", "--dev", "1%", "dev=1%"), "one rate and at most one size"),
    (("--train", "1%", "--dev", "1%", "--human", "0%", "--floor", "1%"), "one of human, floor and bayes"),
    (("--train", "1%", "--dev", "1%", "--n-test", "100"), "--n-test alone"),
    (("--train", "1%", "--dev", "1%", "--n-dev", "0"), "of at least 1"),
    (("--train", "1%", "--dev", "11/100", "--n-dev", "100"), "not both"),
    (("--dev", "1%"), "expected train and dev"),
    ((), "expected rates"),
    (("1%", "11%"), "--train 1% --dev 11%"),
    (("11%",), "--train 1% --dev 11%"),
    (("nothing.csv",), "no such file"),
    (("human=1%", "train=1%"), "write --human 1%"),
    (("trian=1%", "dev=1%"), "expected train"),
    (("--train", "1%", "--dev", "1%", "--reference", "4%"), "linear=4%"),
    (("--train", "1%", "--dev", "1%", "--devv", "1%"), "no such option"),
    (("--train", "1%", "--dev", "1%", "--n-dev", "many"), "a number of examples of at least 1"),
    (("--train", "1%", "--dev", "1%", "--n-dev", "10", "--n-val", "20"), "the sizes 10 and 20"),
    (("preds.csv", "--train", "1%"), "a file or rates, not both"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=[" ".join(a) or "nothing" for a, _ in REFUSED])
def test_refused_in_one_line(call, arguments, words):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert words.lower() in err.lower()


TRAIN_ROWS = "train,a,a\n" * 70 + "train,b,b\n" * 20 + "train,b,a\n" * 10
ROWS = "split,label,pred\n" + TRAIN_ROWS + "val,a,a\n" * 5 + "val,a,b\n" * 5 + "val,b,b\n" * 25 + "val,b,a\n" * 15


def test_rare_classes_in_a_predictions_file(call, tmp_path):
    """Recall 0: the file's own truth is read, so that 10% wrong is a balanced error of 50%."""
    (tmp_path / "p.csv").write_text("split,label,pred\n" + "train,a,a\n" * 90 + "train,b,a\n" * 10 + "val,a,a\n" * 45 + "val,b,a\n" * 5)
    code, out, _ = call(tmp_path / "p.csv", "--human", "50%")
    assert code == 0
    assert out.startswith("The net has learned nothing. dev 50.0% balanced error")
    assert "low" not in out.replace("below", "")


def test_a_predictions_file(call, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(ROWS)
    read = document(call, path, "--human", "1%")
    assert read["gaps"]["variance"]["value"] == pytest.approx(0.3)
    assert read["verdicts"] == ["high bias", "high variance"]
    code, out, _ = call(path, "--quiet")
    assert code == 0
    assert out == "dev 40.0% = 10.0 train + 30.0 variance. Work on bias first; variance is high too.\n"


def test_rows_without_truth_are_said_on_stderr(call, tmp_path):
    (tmp_path / "p.csv").write_text(ROWS + "val,,a\n")
    code, out, err = call(tmp_path / "p.csv", "--json")
    assert code == 0
    assert json.loads(out)["read"][0]["id"] == "diagnosis.predictions.no_truth"
    assert "1 of 151 rows have no truth" in err


def test_json_is_one_document_on_stdout(call):
    code, out, err = call("--train", "0.6", "--dev", "0.7", "--json")
    assert code == 0
    assert json.loads(out)["focus"] == "avoidable_bias"
    assert err.count("\n") == 2


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--train", "1%", "--dev", "2%", "--json", "--unit", "m"]], ids=str)
def test_texts_taken_as_typed_are_what_typer_would_give(arguments):
    app = typer.Typer(add_completion=False)
    app.command()(command)
    checked, plain = get_command(app), get_command(app)
    take_texts_as_typed(plain)
    wanted = checked.make_context("diagnose", list(arguments)).params
    got = plain.make_context("diagnose", list(arguments)).params
    assert got == {name: list(value) if isinstance(value, tuple) else value for name, value in wanted.items()}


RATES = [("11%", 0.11), ("0.11", 0.11), (" 4.6 % ", 0.046), ("1e-3", 0.001), ("0", 0.0), ("100%", 1.0), ("7/70", 0.1), (".5%", 0.005)]


@pytest.mark.parametrize(("text", "rate"), RATES)
def test_rates_as_typed(text, rate):
    assert parse_rate(text, "--dev") == pytest.approx(rate, abs=1e-15)


@pytest.mark.parametrize("text", ["11", "1.5", "-1%", "", "%", "inf", "1/0", "a/b", "-1/5", "1%%"])
def test_texts_that_are_no_rates(text):
    with pytest.raises(UnusableInput, match="--dev"):
        parse_rate(text, "--dev")


@pytest.mark.parametrize(("text", "n", "wrong", "quiet"), [("11%", 1000, 110, True), ("4.4%", 114, 5, True), ("4.6%", 114, 5, False)])
def test_rates_become_counts(text, n, wrong, quiet):
    sized = with_size(read_rate(text, "--dev"), n, "--dev")
    assert sized.counts == (wrong, n)
    assert (sized.note == "") == quiet

"""The words that counted most for a wrong answer: against the parts of a linear net, differences, and what a net was taught to believe."""

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.core.records.marked_text import MarkedTexts, MarkedWord
from fathom.experiment.marked_words import _places, _pulls, marked_words
from fathom.experiment.ready import make_ready
from fathom.report.page_marked import marked_text
from tests.experiment.mixed_table import reviews

QUICK = {"epochs": 25, "learning_rate": 0.02, "batch_size": 32, "dimensions": 8}


def mislabeled(rows=600):
    """Texts alone, of which every ninth bears the wrong label, so that the words that tell are to blame."""
    frame = reviews(rows).select("review", "stars").filter(~pl.col("review").str.contains(r"\bso\b"))
    wrong = pl.when(pl.col("stars") == "good").then(pl.lit("poor")).otherwise(pl.lit("good"))
    return frame.with_columns(stars=pl.when(pl.int_range(pl.len()) % 9 == 0).then(wrong).otherwise("stars"))


@pytest.fixture(scope="module")
def run():
    return fathom.fit(make_ready(fathom.split(fathom.load(mislabeled(), target="stars"), seed=0)), hidden=(), **QUICK)


def test_the_pulls_of_a_linear_net_are_its_parts(run):
    """s = w . mean(e) + b: the pulls are w . e / n, and add up to s - b."""
    rows = torch.from_numpy(run.prepare(run.splits.dev))
    pulls = np.stack(_pulls(run.net, run.net.embedding, rows, np.ones((len(rows), 1))))
    E, W, b = (p.detach().double().numpy() for p in (run.net.embedding.weight, run.net.linear.weight[0], run.net.linear.bias[0]))
    at = rows.numpy().astype(int)
    wanted = (E[at] @ W) / (at != 0).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(pulls, wanted[:, : pulls.shape[1]], atol=1e-5)
    np.testing.assert_allclose(pulls.sum(axis=1) + b, run.net(rows)[:, 0].detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("net", ["gru", "lstm"])
def test_the_pulls_of_a_recurrent_net_against_differences(run, net):
    """e . ds/de is what a small change of the word's length changes."""
    made = fathom.fit(run.ready, net=net, units=6, epochs=1, dimensions=5, precision="float64")
    rows = torch.from_numpy(run.prepare(run.splits.dev.take([0]))).double()
    (pulls,) = _pulls(made.net, made.net.embedding, rows, np.ones((1, 1)))
    for t in range(3):
        ends = []
        for change in (-1e-5, 1e-5):
            scale = torch.ones(rows.shape[1], 1, dtype=torch.float64)
            scale[t] += change
            hook = made.net.embedding.register_forward_hook(lambda module, inputs, out, scale=scale: out * scale[: out.shape[1]])
            ends.append(float(made.net(rows).detach()))
            hook.remove()
        assert pulls[t] == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-5, abs=1e-9)


def test_the_telling_word_is_marked(run):
    telling = {"good", "fine", "lovely", "warm", "bad", "cold", "slow", "rude"}
    marked, worst = run.look.marked, run.look.worst
    assert marked.column == "review"
    assert list(marked.words) == [str(i) for i in worst["id"].to_list()]
    strongest = [marked.toward(name, text)[0] for name, text in zip(marked.words, worst["review"].to_list(), strict=True)]
    assert np.mean([word in telling for word in strongest]) > 0.9


def test_several_classes_and_a_number_are_pulled_from_the_truth(run):
    """The sign follows the mistake."""
    frame = mislabeled().with_columns(stars=pl.when(pl.col("review").str.contains("waiter")).then(pl.lit("none")).otherwise("stars"))
    three = fathom.fit(fathom.split(fathom.load(frame, target="stars"), seed=0), hidden=(), **{**QUICK, "epochs": 4})
    rows, dev = torch.from_numpy(three.prepare(three.splits.dev)), three.tables["dev"]
    first = dev.with_row_index("row").filter(pl.col("error") > 0).head(1)
    row, names = int(first["row"][0]), list(three.target.classes)
    weights = np.zeros((1, 3))
    weights[0, names.index(first["prediction"][0])], weights[0, names.index(first["truth"][0])] = 1.0, -1.0
    (wanted,) = _pulls(three.net, three.net.embedding, rows[row : row + 1], weights)
    about = {"names": ["x"], "column": "review"}
    made = marked_words(three.net, three.prepare, three.target, dev[[row]], three.splits.dev.take([row]), **about)
    strongest = max(made.words["x"], key=lambda word: abs(word.pull))
    assert strongest.pull == np.sign(wanted[np.abs(wanted).argmax()])
    scores = mislabeled().with_columns(stars=pl.col("review").str.len_chars() * 1.0)
    number = fathom.fit(fathom.split(fathom.load(scores, target="stars"), seed=0), **{**QUICK, "epochs": 1})
    assert len(number.look.marked.words) == number.look.worst.height


def test_a_net_of_one_s_own(run):
    class Own(nn.Module):
        def __init__(self, words, outputs):
            super().__init__()
            self.words, self.out = nn.Embedding(words, 4), nn.Linear(4, outputs)

        def forward(self, rows):
            return self.out(self.words(rows.long()).mean(dim=1))

    assert fathom.fit(run.ready, net=Own, epochs=2).look.marked.words
    blind = fathom.fit(run.ready, net=lambda inputs, outputs: nn.Linear(run.prepare.vocabulary.length, outputs), epochs=1)
    assert blind.look.marked is None


def test_places_follow_the_text():
    texts = ["Not  GOOD, not!", "İstanbul is far", "cafe\u0301 au lait"]
    tokens = [["not", "good", ",", "not", "!"], ["i̇stanbul", "is", "far"], ["café", "au", "lait"]]
    first, longer, joined = _places(texts, tokens, lower=True)
    assert [texts[0][a:b] for a, b in first] == ["Not", "GOOD", ",", "not", "!"]
    assert longer == [None] * 3  # lower case made the text longer: nothing is marked rather than the wrong signs
    assert joined[0] is None
    assert [texts[2][a:b] for a, b in joined[1:]] == ["au", "lait"]


def test_marked_in_the_folder_the_terminal_and_on_the_page(run, tmp_path, capsys):
    run.save(tmp_path / "run")
    again = fathom.open_run(tmp_path / "run")
    assert again.look.marked == run.look.marked
    assert fathom.mistakes(again).worst[0].words == fathom.mistakes(run).worst[0].words
    assert main(["mistakes", str(tmp_path / "run")]) == 0
    out = capsys.readouterr().out
    assert "Words that pulled most toward these answers" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert '<mark class="strong">' in (tmp_path / "run/report.html").read_text()
    before = (tmp_path / "run/report.html").read_text().count("<mark")
    assert main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "again.html")]) == 0
    assert (tmp_path / "again.html").read_text().count("<mark") == before
    (tmp_path / "run/mistakes/words.json").write_text('{"column": "review", "words": {"1": [[0, 3, 7.0]]}}')
    with pytest.raises(UnusableInput, match="damaged"):
        fathom.open_run(tmp_path / "run")


def test_a_text_is_escaped_whatever_stands_in_it():
    text = "</td><script>alert(1)</script> & \u202e evil"
    made = marked_text(
        text, [MarkedWord(start=5, end=13, pull=1.0), MarkedWord(start=30, end=33, pull=-0.4), MarkedWord(start=90, end=99, pull=1.0)]
    )
    assert "<script" not in made
    assert "\u202e" not in made
    assert made.count("<mark") == 1
    assert made.count("<u>") == 1


def test_of_a_long_text_the_part_around_the_words_is_shown():
    text = "first " + "filler " * 400 + "awful " + "filler " * 400
    at = text.index("awful")
    made = marked_text(text, [MarkedWord(start=at, end=at + 5, pull=1.0)])
    assert "awful</mark>" in made
    assert made.startswith("<bdi>…")
    assert len(made) < 700


@pytest.mark.parametrize("words", [[[3, 2, 0.1]], [[0, 4, 0.1], [3, 5, 0.1]], [[0, 1, float("nan")]], "no", [[0, 1]], [[-1, 1, 0.0]]])
def test_what_a_file_says_is_checked(words):
    with pytest.raises((UnusableInput, ValueError, TypeError)):
        MarkedTexts.from_json({"column": "a", "words": {"1": words}})

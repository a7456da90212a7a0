"""From a file of texts to ladder, references, mistakes, predictions and back from disk."""

import json
import re

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.experiment.ready import make_ready

GOOD, POOR = ["good", "fine", "lovely", "warm"], ["bad", "cold", "slow", "rude"]
OTHER = ["the", "soup", "was", "a", "waiter", "and", "table", "we", "had", "it"]
QUICK = {"epochs": 8, "learning_rate": 0.02, "batch_size": 32}


def said(rows=300, seed=0):
    """Texts with a word that tells."""
    rng = np.random.default_rng(seed)
    stars = rng.integers(0, 2, rows)
    texts = []
    for star in stars:
        words = [*rng.choice(OTHER, rng.integers(4, 9)), str(rng.choice(GOOD if star else POOR))]
        texts.append(" ".join(rng.permutation(words)))
    return pl.DataFrame({"review": texts, "stars": np.where(stars, "good", "poor")})


@pytest.fixture(scope="module")
def ready():
    return make_ready(fathom.split(fathom.load(said(), target="stars"), seed=0))


@pytest.mark.parametrize(("net", "more"), [(None, {}), ("rnn", {}), ("gru", {"layers": 2}), ("lstm", {"bidirectional": True})])
def test_the_nets_learn_save_and_open(ready, net, more, tmp_path):
    small = {"dimensions": 8} if net is None else {"dimensions": 8, "units": 8}
    run = fathom.fit(ready, **({} if net is None else {"net": net}), **QUICK, **small, **more)
    assert run.experiment.net == (net or "embedding")
    assert run.errors["dev"].mean() < 0.15
    rows = {"review": ["the soup was lovely", "slow waiter and a cold soup", "", "unheard"]}
    before = run.predict(rows)
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    again = fathom.open_run(tmp_path / "run")
    assert again.predict(rows).equals(before)
    assert before["prediction"].to_list()[:2] == ["good", "poor"]


def test_references_are_fitted_on_train_s_words(ready):
    """Linear on tf-idf, against scikit-learn's own vectorizer with train's vocabulary."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    run = fathom.fit(ready, **QUICK)
    linear, bayes = run.references
    assert (linear.name, bayes.name) == ("linear", "naive Bayes")
    splits, words = ready.splits, ready.prepare.vocabulary.words
    vectors = TfidfVectorizer(vocabulary=["<pad>", "<unk>", *words], sublinear_tf=True, token_pattern=r"\w+")
    x, y = splits.train.table["review"].to_list(), splits.train.y
    model = LogisticRegression(C=1.0, max_iter=100).fit(vectors.fit_transform(x), y)
    theirs = model.predict(vectors.transform(splits.dev.table["review"].to_list())) != splits.dev.y
    np.testing.assert_array_equal(linear.errors.value, theirs.astype(float))


def test_folds():
    folded = fathom.fit(fathom.split(fathom.load(said(200), target="stars"), seed=0), folds=4, **{**QUICK, "epochs": 4})
    assert len(folded.errors["dev"]) == 160
    assert "linear" in str(folded.references[0])


def test_a_number_to_predict():
    frame = said().with_columns(pl.Series("stars", np.random.default_rng(1).normal(size=300)) + pl.col("review").str.contains("lovely") * 5)
    run = fathom.fit(fathom.split(fathom.load(frame, target="stars"), seed=0), **QUICK)
    assert [r.name for r in run.references] == ["linear"]
    assert run.predict({"review": ["lovely"]})["prediction"].dtype.is_numeric()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"net": "mlp"}, "a net for texts, got mlp, which is for tables. Use embedding"),
        ({"net": "gru", "units": 0}, "`units`"),
        ({"net": "gru", "bidirectional": "no"}, "`bidirectional`: expected True or False, got 'no'"),
        ({"net": "embedding", "frozen": "no"}, "`frozen`: expected True or False"),
        ({"net": "gru", "layers": 99}, "from 1 to 32"),
        ({"net": "embedding", "units": 3}, "units"),
        ({"net": "embedding", "dropout": (0.1, 0.2)}, "one number"),
    ],
)
def test_what_cannot_be_is_said(ready, arguments, words):
    with pytest.raises(UnusableInput, match=words):
        fathom.fit(ready, **arguments)


def test_a_net_of_texts_on_a_table():
    with pytest.raises(UnusableInput, match="a net for tables, got gru, which is for texts. Use mlp"):
        fathom.fit(fathom.split(fathom.sample("wine"), seed=0), net="gru")


def test_dropout_is_one_number(ready):
    run = fathom.fit(ready, net="gru", dropout=0.3, units=4, dimensions=4, epochs=1)
    assert "SeededDropout(p=0.3)" in str(run.net)


def test_the_command_from_file_to_predictions(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said().with_columns(table=pl.int_range(pl.len()) % 9).write_csv("reviews.csv")
    about = ["--text", "review", "--net", "embedding", "--dimensions", "8", "--epochs", "4", "--lr", "0.003"]
    assert main(["fit", "reviews.csv", "--target", "stars", *about, "--out", "r"]) == 0
    out = capsys.readouterr().out
    assert "The net reads the text of 'review' beside 1 other column (table)" in " ".join(out.split())
    assert "linear" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "vocabulary" in json.loads((tmp_path / "r/prepare.json").read_text())
    said(5, seed=3).select("review", table=pl.lit(3)).write_csv("new.csv")
    assert main(["predict", "r", "new.csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 6
    run = fathom.open_run("r")
    worst = run.mistakes["review"][0]
    page = (tmp_path / "r/report.html").read_text()
    assert worst in re.sub(r"</?(mark|u)[^>]*>", "", page)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("net", ["embedding", "gru"])
def test_vectors_trained_elsewhere_are_frozen_or_tuned(ready, tmp_path, frozen, net):
    """C5W2-04."""
    words = ready.prepare.vocabulary.words
    known = [w for w in words if w in (*GOOD, *POOR, "soup")]
    values = np.random.default_rng(0).normal(size=(len(known), 6)).round(4)
    lines = [f"{len(known)} 6", *(f"{w} {' '.join(map(str, row))}" for w, row in zip(known, values, strict=True))]
    (tmp_path / "v.txt").write_text("\n".join(lines))
    about = {"vectors": tmp_path / "v.txt", "frozen": frozen, **({"units": 5} if net == "gru" else {})}
    run = fathom.fit(ready, net=net, **QUICK, **about)
    found = next(f for f in run.findings if f.id == "data.text.vectors")
    assert found.evidence == {"with": len(known), "words": len(words)}
    places = [words.index(w) + 2 for w in known]
    after = run.net.embedding.weight[places].detach().numpy()
    assert bool(np.allclose(after, values, atol=1e-6)) is frozen
    assert not run.net.embedding.weight[0].any()
    assert run.experiment.arguments["dimensions"] == 6
    own = sum(p.numel() for n, p in run.net.named_parameters() if n != "embedding.weight")
    assert run.experiment.parameters == own + (0 if frozen else 6 * ready.prepare.width)
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    (tmp_path / "v.txt").unlink()
    rows = {"review": ["the soup was lovely"]}
    assert fathom.open_run(tmp_path / "run").predict(rows).equals(run.predict(rows))


def test_vectors_of_another_width(ready, tmp_path):
    (tmp_path / "v.txt").write_text("soup 1 2 3\n")
    with pytest.raises(UnusableInput, match="expected 3, those of"):
        fathom.fit(ready, vectors=tmp_path / "v.txt", dimensions=50)


@pytest.mark.parametrize(("name", "size"), [("units", 10**9), ("hidden", [10**7, 10**7])])
def test_a_folder_that_asks_for_a_monstrous_net_is_refused(ready, tmp_path, name, size):
    run = fathom.fit(ready, net="gru", dimensions=2, units=2, hidden=(3,), epochs=1)
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    assert fathom.open_run(tmp_path / "run").experiment.arguments["hidden"] == [3]
    head = json.loads((tmp_path / "run" / "run.json").read_text())
    head["experiment"]["arguments"][name] = size
    (tmp_path / "run" / "run.json").write_text(json.dumps(head))
    with pytest.raises(UnusableInput, match="weights beside"):
        fathom.open_run(tmp_path / "run")

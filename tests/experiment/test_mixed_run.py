"""A text beside numbers, categories and dates, from file to ladder, references, folds and back from disk."""

import json

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.data.prepare import Prepare, prepare_splits
from fathom.experiment.ready import make_ready
from fathom.nets.catalogue import CATALOGUE
from tests.experiment.mixed_table import reviews

QUICK = {"epochs": 12, "learning_rate": 0.01, "batch_size": 32, "dimensions": 8, "hidden": (16,)}


@pytest.fixture(scope="module")
def ready():
    return make_ready(fathom.split(fathom.load(reviews(), target="stars"), seed=0))


@pytest.fixture(scope="module")
def run(ready):
    return fathom.fit(ready, **QUICK)


def test_the_row_is_the_text_s_and_the_table_s(ready):
    """Each part against a prepare that knows it alone."""
    prepare, splits = ready.prepare, ready.splits
    text = Prepare.fit(fathom.split(fathom.load(reviews(), target="stars", ignore=("price", "city", "when")), seed=0).train)
    assert prepare.vocabulary.column == text.vocabulary.column
    columns = fathom.load(reviews(), target="stars", ignore=("review",)).take(splits.train.rows)
    table = Prepare.fit(columns)
    rows = prepare(splits.dev)
    t = prepare.vocabulary.length
    np.testing.assert_array_equal(rows[:, :t], prepare.vocabulary.read(splits.dev.table["review"]).indices)
    np.testing.assert_array_equal(rows[:, t:], table(splits.dev.table.drop("review")))
    assert prepare.names[t:] == table.names
    assert (prepare.beside, table.beside) == (len(table.names), 0)


def test_prepare_is_stored_bit_for_bit(ready):
    prepare = ready.prepare
    again = Prepare.from_json(json.loads(json.dumps(prepare.to_json())))
    np.testing.assert_array_equal(again(ready.splits.dev), ready.prepared.inputs["dev"])
    assert "beside the text" in str(again)
    assert "words" in str(again)


@pytest.mark.parametrize("name", ["embedding", "rnn", "gru", "lstm"])
def test_the_nets_against_numpy(name):
    """y = W relu(V [v, z] + c) + b, where v is the vector that the text alone gives."""
    import torch

    words, beside = torch.tensor([[2.0, 3.0, 0.0], [5.0, 0.0, 0.0]], dtype=torch.float64), np.random.default_rng(0).normal(size=(2, 4))
    torch.manual_seed(0)
    net = CATALOGUE[name].build(8, 2, beside=4, hidden=(5,))[0].double().eval()
    alone = net.vector(words).detach().numpy()
    V, c, W, b = (p.detach().numpy() for p in (net.hidden[0].weight, net.hidden[0].bias, net.linear.weight, net.linear.bias))
    wanted = np.maximum(np.concatenate([alone, beside], axis=1) @ V.T + c, 0) @ W.T + b
    np.testing.assert_allclose(net(torch.cat([words, torch.from_numpy(beside)], dim=1)).detach().numpy(), wanted, atol=1e-12)


def test_both_parts_are_needed_and_used(run, ready):
    """Alone, the text or the table is right on three quarters."""
    assert run.errors["dev"].mean() < 0.12
    for left_out in ("review", "price"):
        part = fathom.load(reviews(), target="stars", ignore=(left_out,))
        poorer = fathom.fit(fathom.split(part, seed=0), epochs=12, learning_rate=0.01, batch_size=32)
        assert poorer.errors["dev"].mean() > run.errors["dev"].mean() + 0.05, left_out
    assert run.experiment.arguments["hidden"] == (16,)
    assert fathom.fit(ready, epochs=1).experiment.arguments["hidden"] == (64, 32)


def test_references_read_both(run):
    """Against scikit-learn on the same tf-idf beside the same columns."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    linear, bayes, trees = run.references
    assert (linear.name, bayes.name, trees.name) == ("linear", "naive Bayes", "boosted trees")
    splits, words = run.splits, run.prepare.vocabulary
    vectors = TfidfVectorizer(vocabulary=["<pad>", "<unk>", *words.words], sublinear_tf=True, token_pattern=r"\w+")
    vectors.fit(splits.train.table["review"].to_list())

    def rows(data):
        return hstack([vectors.transform(data.table["review"].to_list()), csr_matrix(run.prepare(data)[:, words.length :])])

    model = LogisticRegression(C=1.0, max_iter=100).fit(rows(splits.train), splits.train.y)
    np.testing.assert_array_equal(linear.errors.value, (model.predict(rows(splits.dev)) != splits.dev.y).astype(float))
    assert trees.errors.rate < bayes.errors.rate


def test_saved_opened_and_tested(run, tmp_path):
    new = reviews(6, seed=5).drop("stars")
    before = run.predict(new)
    run.save(tmp_path / "run")
    again = fathom.open_run(tmp_path / "run")
    assert again.predict(new.select("when", "city", "review", "price")).equals(before)
    assert again.mistakes.columns[:5] == ["id", "review", "price", "city", "when"]
    assert fathom.mistakes(again).columns
    missing = again.predict({"review": ["the soup was lovely", None], "price": [None, 10.0], "city": ["Nowhere", None], "when": [None] * 2})
    assert missing.height == 2
    with pytest.raises(UnusableInput, match="price"):
        again.predict(new.drop("price"))
    assert 0 <= again.open_test(run.splits) < 0.3


def test_folds_and_a_number_to_predict():
    frame = reviews(240).with_columns(stars=pl.col("price") * 0.1 + pl.col("review").str.contains("lovely|warm").cast(pl.Float64))
    splits = fathom.split(fathom.load(frame, target="stars"), seed=0)
    folded = fathom.fit(splits, folds=3, **{**QUICK, "epochs": 4})
    assert len(folded.errors["dev"]) == 192
    run = fathom.fit(splits, **QUICK)
    assert [r.name for r in run.references] == ["linear", "boosted trees"]
    assert run.errors["dev"].mean() < 0.5


def test_the_audit_looks_at_the_columns_beside():
    frame = reviews().with_columns(gift=pl.when(pl.col("stars") == "good").then(1.0).otherwise(3.0) + pl.col("price") * 1e-3)
    splits = fathom.split(fathom.load(frame, target="stars"), seed=0)
    made = fathom.audit(splits)
    assert [f.where for f in made if f.id == "data.leak.target_copy"] == ["gift"]
    assert {n.id for n in made.not_done} == {"data.duplicates.near"}
    assert not [
        f for f in fathom.audit(make_ready(fathom.split(fathom.load(reviews(), target="stars"), seed=0)).splits) if f.severity == "error"
    ]


def test_the_command_from_file_to_predictions(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    reviews(200).write_csv("reviews.csv")
    assert main(["fit", "reviews.csv", "--target", "stars", "--epochs", "3", "--hidden", "8", "--dimensions", "4", "--out", "r"]) == 0
    out = capsys.readouterr().out
    assert "beside 3 other columns (price, city, when)" in " ".join(out.split())
    assert "--ignore review leaves it out" in " ".join(out.split())
    assert all(len(line) <= 80 for line in out.splitlines())
    reviews(5, seed=3).drop("stars").write_csv("new.csv")
    assert main(["predict", "r", "new.csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 6
    assert main(["audit", "reviews.csv", "--target", "stars"]) == 0


def test_the_data_choose_the_net_of_improve_and_of_a_curve():
    splits = fathom.split(fathom.load(reviews(160), target="stars"), seed=0)
    log = fathom.improve(splits, epochs=1, references=False, goal=0.99)
    assert log.best.experiment.net == "embedding"
    curve = fathom.learning_curve(splits, sizes=[48, 96], repeats=2, epochs=1, hidden=(4,))
    assert curve.net.startswith("embedding")
    wide = fathom.learning_curve(splits, against="width", sizes=[2, 4], repeats=2, epochs=1)
    assert [point.size for point in wide.points] == [2, 4]
    alone = fathom.split(fathom.load(reviews(160).select("review", "stars"), target="stars"), seed=0)
    with pytest.raises(UnusableInput, match=r"Give hidden=\(32,\)"):
        fathom.learning_curve(alone, against="width", repeats=2, epochs=1)


def test_the_commands_that_improve_and_draw_curves(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    reviews(160).write_csv("reviews.csv")
    assert main(["improve", "reviews.csv", "--target", "stars", "--epochs", "1", "--goal", "99%", "--no-references", "--out", "r"]) == 0
    assert "embedding" in capsys.readouterr().out
    about = ["--sizes", "48,96", "--repeats", "2", "--epochs", "1", "--net", "rnn", "--units", "3", "--dimensions", "3", "--text", "review"]
    assert main(["curve", "reviews.csv", "--target", "stars", *about]) == 0
    assert "Twice the data" in " ".join(capsys.readouterr().out.split())


def test_prepare_of_splits_has_one_width():
    prepare, prepared = prepare_splits(fathom.split(fathom.load(reviews(), target="stars"), seed=0))
    assert {x.shape[1] for x in prepared.inputs.values()} == {len(prepare.names)}

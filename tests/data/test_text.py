"""A text column as the input: tokens, vocabulary and index rows against plain Python and scikit-learn."""

import collections
import json
import math
import re

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.data.prepare import Prepare, prepare_splits
from fathom.data.preparing.tokens import Tokens
from fathom.data.preparing.vocabulary import UNKNOWN, Vocabulary

WORDS = ["good", "bad", "soup", "service", "the", "was", "very", "not", "don't", "café", "again", "!", "waiter,"]


def said(rows=200, seed=0, lengths=(3, 12)):
    """Texts of a few words, each with a rare one."""
    rng = np.random.default_rng(seed)
    texts = [" ".join([*rng.choice(WORDS, rng.integers(*lengths)), f"rare{i}"]) for i in range(rows)]
    return pl.DataFrame({"review": texts, "stars": ["good" if "good" in text else "poor" for text in texts]})


def naive(text):
    return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text.lower())


def train_of(**arguments):
    return fathom.split(fathom.load(said(), target="stars", **arguments), seed=0).train


def test_tokens_are_those_of_a_regular_expression():
    texts = [*said()["review"], "Don’t — panic!! (It’s 3.5%)", "", "日本 語", "a_b c-d"]
    assert Tokens().of(pl.Series(texts)).to_list() == [naive(t) for t in texts]
    assert Tokens.read("characters").of(pl.Series(texts)).to_list() == [list(t) for t in texts]


def test_the_vocabulary_is_counted_on_train():
    texts = said()["review"]
    counts = collections.Counter(token for text in texts for token in naive(text))
    kept = sorted((t for t, n in counts.items() if n >= 2), key=lambda t: (-counts[t], t))
    made = Vocabulary.fit(texts, Tokens())
    assert list(made.words) == kept
    assert made.size == len(kept) + 2
    assert made.unknown == pytest.approx(1 - sum(counts[t] for t in kept) / sum(counts.values()))
    assert Vocabulary.fit(texts, Tokens(most=5)).words == tuple(kept[:5])
    lengths = sorted(len(naive(t)) for t in texts)
    assert made.length == lengths[math.ceil(0.95 * (len(lengths) - 1))]


def test_scikit_learn_counts_the_same_words():
    from sklearn.feature_extraction.text import CountVectorizer

    from fathom.experiment.text_references import counts_of

    texts = said()["review"]
    made = Vocabulary.fit(texts, Tokens(length=100))
    theirs = CountVectorizer(tokenizer=naive, token_pattern=None, vocabulary=list(made.words)).fit_transform(texts.to_list())
    ours = counts_of(made.read(texts).indices, made.size)
    assert (ours[:, 2:] != theirs).nnz == 0
    assert ours[:, 0].sum() == 0


def test_indices_against_a_loop():
    texts = pl.Series("review", [*said()["review"], "", None, "unheard words", "good " * 50])
    made = Vocabulary.fit(said()["review"], Tokens())
    at = {word: i for i, word in enumerate(made.words, start=2)}
    rows = np.zeros((len(texts), made.length))
    for i, text in enumerate(texts):
        tokens = naive(text or "")[: made.length]
        rows[i, : len(tokens)] = [at.get(t, UNKNOWN) for t in tokens]
        if not tokens:
            rows[i, 0] = UNKNOWN
    read = made.read(texts)
    np.testing.assert_array_equal(read.indices, rows)
    assert (read.empty, read.unknown) == (2, int((rows == UNKNOWN).sum()) - 2)
    assert read.cut == sum(len(naive(t or "")) > made.length for t in texts)


def test_the_course_s_example():
    """C5W1-03, C5W2-19: indices of a vocabulary of 10,000 words; what is not in it is <UNK>."""
    made = Vocabulary("said", Tokens(), ("dessert", "excellent", "is", "the"), 5, 0.0)
    assert made.read(pl.Series(["The dessert is excellent", "The soup is excellent"])).indices.tolist() == [
        [5, 2, 4, 3, 0],
        [5, 1, 4, 3, 0],
    ]


def test_the_only_text_is_the_input():
    data = fathom.load(said(), target="stars")
    assert [str(c) for c in data.inputs] == ["review: text"]
    assert not [f for f in data.findings if f.id == "data.column.text"]


def test_a_text_stands_beside_the_other_columns():
    frame = said().with_columns(price=pl.int_range(pl.len()) % 7 * 1.5)
    for about in ({}, {"text": "review"}):
        data = fathom.load(frame, target="stars", **about)
        assert [c.name for c in data.inputs] == ["review", "price"]
        assert [f.what for f in data.findings if f.id == "data.text.beside"] == [
            "The net reads the text of 'review' beside 1 other column (price)."
        ]
    assert [c.name for c in fathom.load(frame, target="stars", ignore="review").inputs] == ["price"]
    assert [c.name for c in fathom.load(frame, target="stars", ignore="price").inputs] == ["review"]


def test_a_text_that_most_rows_lack_is_read_when_it_is_named():
    frame = said().with_columns(price=pl.int_range(pl.len()) % 7 * 1.5)
    frame = frame.with_columns(review=pl.when(pl.int_range(pl.len()) % 4 == 0).then("review"))
    data = fathom.load(frame, target="stars")
    assert [c.name for c in data.inputs] == ["price"]
    assert any(f.id == "data.column.text" for f in data.findings)
    assert [c.name for c in fathom.load(frame, target="stars", text="review").inputs] == ["review", "price"]


def test_of_two_texts_beside_columns_the_named_one_is_read():
    frame = said().with_columns(price=pl.int_range(pl.len()) % 7 * 1.5, answer=pl.col("review").str.reverse())
    data = fathom.load(frame, target="stars")
    assert [c.name for c in data.inputs] == ["price"]
    assert len([f for f in data.findings if f.id == "data.column.text"]) == 2
    assert [c.name for c in fathom.load(frame, target="stars", text="answer").inputs] == ["price", "answer"]


def test_two_texts_and_none_named():
    frame = said().with_columns(answer=pl.col("review").str.reverse())
    with pytest.raises(UnusableInput, match="text='review'"):
        fathom.load(frame, target="stars")
    assert [c.name for c in fathom.load(frame, target="stars", text="answer").inputs] == ["answer"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": "revue"}, "Did you mean 'review'"),
        ({"text": "stars"}, "'stars' twice"),
        ({"tokens": "sentences"}, "`tokens`"),
        ({"tokens": "words,x"}, "KIND,FEWEST,MOST,LENGTH"),
        ({"tokens": "words,0"}, "at least 1|from 1"),
    ],
)
def test_what_cannot_be_is_said(arguments, words):
    with pytest.raises(UnusableInput, match=words):
        fathom.load(said(), target="stars", **arguments)


def test_words_that_are_all_different():
    frame = pl.DataFrame({"review": [f"a{i} b{i} c{i} d{i} e{i}" for i in range(60)], "stars": ["x", "y"] * 30})
    with pytest.raises(UnusableInput, match="words that occur at least 2 times on train, got none"):
        Prepare.fit(fathom.load(frame, target="stars"))


def test_fitted_on_train_alone_and_applied_unchanged():
    frame = said()
    splits = fathom.split(fathom.load(frame, target="stars"), seed=0)
    prepare, prepared = prepare_splits(splits)
    known = set(prepare.vocabulary.words)
    train = {t for text in splits.train.table["review"] for t in naive(text)}
    assert known <= train
    assert all(x.shape[1] == prepare.vocabulary.length for x in prepared.inputs.values())
    again = Prepare.from_json(json.loads(json.dumps(prepare.to_json())))
    np.testing.assert_array_equal(again(splits.dev), prepared.inputs["dev"])
    np.testing.assert_array_equal(again({"review": splits.dev.table["review"].to_list()}), prepared.inputs["dev"])
    assert again.vocabulary == prepare.vocabulary
    assert (again.width, again.makes) == (len(known) + 2, "tokens")


def test_characters():
    prepare = Prepare.fit(train_of(tokens="characters,1,12,20"))
    assert len(prepare.vocabulary.words) == 12
    assert prepare.vocabulary.length == 20
    assert "characters" in str(prepare)


def test_empty_texts_and_unknown_words_are_said():
    prepare = Prepare.fit(train_of())
    assert [f.id for f in prepare.findings] == ["data.text.vocabulary"]
    x, found = prepare.apply({"review": ["", None, "n/a", "words unheard of in any train set"]})
    assert x[:3].tolist() == [[1.0] + [0.0] * (prepare.vocabulary.length - 1)] * 3
    assert [(f.id, f.evidence.get("empty", f.evidence.get("unknown"))) for f in found] == [("data.text.empty", 3), ("data.text.unknown", 7)]
    assert not prepare.apply(train_of())[1]


@pytest.mark.parametrize(
    "change",
    [
        {"words": ["a", "a"]},
        {"words": []},
        {"words": [1]},
        {"length": 0},
        {"length": 10**12},
        {"unknown": 7},
        {"column": "other"},
        {"tokens": "shell"},
    ],
)
def test_a_stored_vocabulary_is_checked(change):
    values = json.loads(json.dumps(Prepare.fit(train_of()).to_json()))
    values["vocabulary"] |= change
    with pytest.raises(UnusableInput):
        Prepare.from_json(values)


def test_json_lines(tmp_path):
    said().write_ndjson(tmp_path / "said.jsonl")
    assert [c.name for c in fathom.load(tmp_path / "said.jsonl", target="stars").inputs] == ["review"]


def test_the_audit_leaves_out_what_is_made_for_columns():
    made = fathom.audit(fathom.split(fathom.load(said(), target="stars"), seed=0))
    left = {n.id for n in made.not_done}
    assert {"data.shift.test", "data.duplicates.near"} <= left
    assert "data.split.shared_rows" not in left

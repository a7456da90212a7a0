"""Tags: what one may be, what is the same one, and files of others."""

from __future__ import annotations

import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.corrections import Corrections
from fathom.core.records.tags import MOST_IN_ALL, Tags, split_tags, tag_of


def test_several_an_example_and_the_first_spelling_is_kept():
    tags = Tags().tagged("1", ["Blurry", " great   cat ", "blurry"]).tagged("2", ["BLURRY"])
    assert tags.examples["1"].tags == ("Blurry", "great cat")
    assert tags.examples["2"].tags == ("Blurry",)
    assert tags.tagged("1", []).examples["1"].tags == ()
    assert list(tags.without("1").examples) == ["2"]


def test_a_comment_stays_until_another_comes():
    tags = Tags().tagged("1", ["a"], "rainy  day").tagged("1", ["b"])
    assert tags.examples["1"].comment == "rainy day"
    assert tags.tagged("1", ["b"], "").examples["1"].comment == ""


@pytest.mark.parametrize("tag", ["", "  ", "a,b", "a;b", "x" * 41, "a\x1b[31m", "a\u202eb", "\ud800", 7, None])
def test_what_no_tag_may_be(tag):
    with pytest.raises(UnusableInput, match="tag: expected 1 to 40 letters"):
        tag_of(tag)


def test_too_many():
    with pytest.raises(UnusableInput, match="tags of example '1'"):
        Tags().tagged("1", [f"t{i}" for i in range(21)])
    tags = Tags()
    for i in range(MOST_IN_ALL):
        tags = tags.tagged(str(i), [f"t{i}"])
    with pytest.raises(UnusableInput, match="use the same words again|Use the same words again"):
        tags.tagged("x", ["one more"])


def test_json_to_and_fro():
    tags = Tags(sample=100, seed=3).tagged("1", ["a", "b"], "c").tagged("2", [])
    assert Tags.from_json(tags.to_json()) == tags
    corrections = Corrections(labels={"dev": {"1": "yes"}, "test": {"2": "no"}})
    assert Corrections.from_json(corrections.to_json()) == corrections


HOSTILE = [
    None, [], {}, {"examples": []}, {"examples": {"1": []}}, {"examples": {"1": {"tags": "a"}}}, {"examples": {"1": {"tags": [1]}}},
    {"examples": {"1": {"tags": ["a"] * 30}}}, {"examples": {}, "sample": -1},
    {"examples": {}, "sample": "x"}, {"examples": {}, "seed": 1.5},
    {"examples": {"1": {"tags": ["\x00"]}}}, {"examples": {"1": {"tags": [], "comment": 5}}},
    {"examples": {"1": {"tags": [], "comment": "x" * 9999}}},
    {"examples": {str(i): {"tags": [f"t{i}"]} for i in range(400)}},
]  # fmt: skip


@pytest.mark.parametrize("values", HOSTILE, ids=[str(i) for i in range(len(HOSTILE))])
def test_a_hostile_file_is_refused(values):
    with pytest.raises(UnusableInput):
        Tags.from_json(values)


@pytest.mark.parametrize(
    "values", [None, {}, {"labels": []}, {"labels": {"moon": {}}}, {"labels": {"dev": {"1": 2}}}, {"labels": {"dev": []}}]
)
def test_hostile_corrections_are_refused(values):
    with pytest.raises(UnusableInput):
        Corrections.from_json(values)


def test_typed_tags():
    assert split_tags("blurry, dog;cat") == ["blurry", "dog", "cat"]
    assert split_tags("-") == split_tags("") == split_tags(" , ") == []

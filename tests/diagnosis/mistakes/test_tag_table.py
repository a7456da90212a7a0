"""The table of an error analysis: the course's percentages, what may be said of which sample, and what comes first."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.core.records.estimate import Estimate
from fathom.core.records.tags import Tagged, Tags
from fathom.diagnosis.mistakes.tag_table import shares_of, tag_table

ERROR = Estimate(value=0.10)
COURSE = {"dog": 8, "great cat": 43, "blurry": 61, "filter": 12}
"""C3W2-02: % of total over 100 mislabeled examples."""


def seen(counts, of=100, source=None):
    """Tags by id, each cause on its own random examples, so that they overlap."""
    source = source or np.random.default_rng(0)
    tags = {str(i): [] for i in range(of)}
    for tag, count in counts.items():
        for i in source.choice(of, count, replace=False):
            tags[str(i)].append(tag)
    return tags


def test_the_percentages_of_the_course():
    """C3W2-02: 8, 43, 61 and 12% are not exclusive; blurry and great cats come first."""
    made = shares_of(seen(COURSE), [str(i) for i in range(100)], ERROR)
    assert {t.tag: round(100 * t.share.value) for t in made.tags} == COURSE
    assert sum(t.share.value for t in made.tags) > 1
    assert [t.tag for t in made.tags][:2] == ["blurry", "great cat"]
    assert made["Blurry"].ceiling.value == pytest.approx(0.039)
    assert "'blurry'" in made.first


def test_dogs_are_not_worth_much():
    """C3W2-01: 5 dogs in 100."""
    made = shares_of(seen({"dog": 5, "blurry": 50}), [str(i) for i in range(100)], ERROR)
    assert made["dog"].ceiling.value == pytest.approx(0.095)
    assert made["blurry"].ceiling.value == pytest.approx(0.05)


def test_only_what_was_drawn_at_random_counts():
    tags = Tags(examples={name: Tagged(tags=("dog",)) for name in ("1", "2", "3")})
    wrong = [str(i) for i in range(50)]
    picked = tag_table(tags, error=ERROR, wrong=wrong, drawn=[])
    assert picked.tags == ()
    assert "biased" in picked.note
    made = tag_table(tags.tagged("9", []), error=ERROR, wrong=wrong, drawn=["1", "9", "20"])
    assert (made.looked, made.drawn, made["dog"].count, made.untagged) == (2, 3, 1, 1)
    assert "1 of the 3" in made.note


def test_all_looked_at_needs_no_draw_and_has_no_interval():
    tags = Tags(examples={"1": Tagged(tags=("dog",)), "2": Tagged()})
    made = tag_table(tags, error=ERROR, wrong=["1", "2"], drawn=[])
    assert made["dog"].share.low == made["dog"].share.high == 0.5
    assert (made.drawn, made.looked) == (2, 2)


def test_draws_with_repetition_count_as_often_as_they_came():
    tags = Tags(examples={"1": Tagged(tags=("far",)), "2": Tagged()})
    made = tag_table(tags, error=ERROR, wrong=["1", "2", "3"], drawn=["1", "1", "1", "2"], repeated=True)
    assert made["far"].share.value == 0.75
    assert made["far"].share.low < 0.75 < made["far"].share.high


def test_too_close_to_tell():
    close = shares_of(seen({"a": 21, "b": 19}), [str(i) for i in range(100)], ERROR)
    assert "cannot tell" in close.first
    clear = shares_of(seen({"a": 60, "b": 19}), [str(i) for i in range(100)], ERROR)
    assert clear.first.startswith("Work on 'a' first")


def test_a_wrong_label_is_no_cause_to_work_on_first():
    made = shares_of(seen({"label?": 60, "b": 19}), [str(i) for i in range(100)], ERROR)
    assert made.first.startswith("Work on 'b' first")


def test_nothing_yet():
    assert "look at 100 of the 120 mistakes" in tag_table(Tags(), error=ERROR, wrong=[str(i) for i in range(120)], drawn=[]).note
    assert tag_table(Tags(), error=ERROR, wrong=[], drawn=[]).note == "There is no mistake to look at."

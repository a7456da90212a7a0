"""The diagnosis in words on the page: the same figures as the terminal, measured and inferred apart."""

from __future__ import annotations

import html
import re

import pytest

from fathom.diagnosis.diagnose import diagnose
from fathom.report.page_diagnosis import grounds, headline, ladder, steps

FOUND = diagnose({"train": (3, 341), "dev": (6, 114)}, references={"linear": 0.02}, sealed={"test": 114})
RATES = diagnose({"train": 0.01, "dev": 0.11}, human=0.005)


def words(markup):
    bare = re.sub("<[^>]*>", " ", re.sub("</?span[^>]*>", "", markup))
    return " ".join(html.unescape(bare).split()).replace("\u2212", "-")


@pytest.mark.parametrize("found", [FOUND, RATES], ids=["counts", "rates"])
def test_the_headline_is_kept_whole(found):
    assert words(headline(found)) == found.headline
    assert headline(found).count("<h1>") == 1


def test_every_step_has_its_reason_and_source():
    text = words(steps(FOUND))
    for step in FOUND.steps:
        assert step.what in text
        assert step.why in text
        assert step.source in text
    assert steps(FOUND).count("<li>") == len(FOUND.steps)


def test_measured_and_inferred_stand_apart():
    measured, inferred = grounds(FOUND, tuple(FOUND.references.values())).split("<h3>Inferred</h3>")
    assert all(sentence[1:] in words(measured) for sentence in FOUND.measured)
    assert all(sentence[1:] in words(inferred) for sentence in FOUND.inferred)
    assert "linear: dev differs by" in words(measured)
    assert not any(sentence[1:] in words(inferred) for sentence in FOUND.measured)


def test_rates_alone_measure_nothing():
    assert "Measured Nothing. Inferred" in words(grounds(RATES, ()))


def test_the_table_has_the_figures_of_the_ladder():
    text = words(ladder(FOUND, ()).split("<details>")[1])
    for rung in FOUND.ladder:
        assert f"{100 * rung.estimate.value:.1f}%" in text
    assert "test sealed n = 114" in text


def test_an_unclear_gap_says_why():
    unclear = [gap for gap in FOUND.gaps.values() if gap.verdict == "unclear"]
    assert unclear
    for gap in unclear:
        assert gap.says[1:] in words(ladder(FOUND, ()))


def test_the_own_unit_has_a_column():
    found = diagnose({"train": [0.1, 0.2, 0.3], "dev": [0.2, 0.4, 0.3]}, unit="mmHg", scale=60.0)
    assert "dev (validation) 30.0% 18.00 mmHg" in words(ladder(found, ()).split("<details>")[1])

"""The drawn ladder: rows in order, figures as on the terminal, marks where the figures say."""

from __future__ import annotations

import re

import pytest

from fathom.diagnosis.diagnose import diagnose
from fathom.report.page_ladder import ROOM, ladder_figure, rows_of
from tests.report.page_records import rare_diagnosis

FULL = diagnose(
    {"train": (30, 1000), "train_dev": (60, 1000), "dev": (110, 1000), "test": (160, 1000)}, human=0.01, goal=0.05, references={"a": 0.2}
)
BOUNDED = diagnose({"train": (0, 341), "dev": (4, 114)}, references={"linear": 0.02}, sealed={"test": 114})
RARE = rare_diagnosis()
HARD = diagnose({"train": (300, 1000), "dev": (400, 1000)}, references={"linear": 0.2})


def rows(found):
    return list(rows_of(found, tuple(found.references.values())))


def drawn(found):
    return ladder_figure(found, tuple(found.references.values()))


def test_gaps_stand_between_their_rungs():
    assert [row.name for row in rows(FULL)] == [
        "human",
        "avoidable bias",
        "train",
        "variance",
        "train-dev",
        "data mismatch",
        "dev (validation)",
        "overfitting to dev",
        "test",
        "goal",
        "a",
    ]


@pytest.mark.parametrize("found", [FULL, BOUNDED, HARD], ids=["full", "bounded", "hard"])
def test_every_figure_is_one_of_the_terminal(found):
    terminal = str(found)
    for row in rows(found):
        value = row.figure.split(" ")[0].replace("\u2212", "-")
        assert value in terminal or row.style in ("reference", "goal")


def test_a_bracket_reaches_from_one_rung_to_the_next():
    by_name = {row.name: row for row in rows(FULL)}
    assert by_name["data mismatch"].ends == pytest.approx((0.06, 0.11))
    assert by_name["data mismatch"].style == "gap high"
    assert by_name["avoidable bias"].ends == pytest.approx((0.01, 0.03))


def test_a_bias_over_a_bounded_floor_is_unsure_below_the_bound():
    bias = {row.name: row for row in rows(HARD)}["avoidable bias"]
    assert bias.ends == pytest.approx((0.2, 0.3))
    assert bias.unsure == pytest.approx((0.0, 0.2))
    low = {row.name: row for row in rows(BOUNDED)}["avoidable bias"]
    assert low.ends is None
    assert low.unsure == (0.0, 0.0)


def test_points_stand_where_their_errors_are():
    """The axis reaches from 0 to the largest figure, the 20% of the reference."""
    places = re.findall(r'<circle cx="([\d.]+)%"', drawn(FULL))
    assert [float(x) for x in places] == pytest.approx([5.0, 15.0, 30.0, 55.0, 80.0, 25.0], abs=0.01)


def test_test_stays_sealed():
    sealed = [row for row in rows(BOUNDED) if row.style == "sealed"]
    assert [(row.name, row.figure, row.estimate) for row in sealed] == [("test", "sealed (n = 114)", None)]


def test_references_floor_and_goal_are_lines():
    markup = drawn(FULL)
    assert [markup.count(f'class="level {style}"') for style in ("reference", "floor", "goal")] == [1, 1, 1]


def test_the_spoken_name_has_every_row():
    title = drawn(BOUNDED).split("<title>")[1].split("</title>")[0]
    assert title.startswith("The ladder. floor 2.0% at most: linear; avoidable bias ")
    assert "test sealed (n = 114)" in title


def test_an_own_unit_without_room_is_left_to_the_table():
    for unit, there in (("mmHg", True), ("u" * 60, False)):
        found = diagnose({"train": [0.1, 0.2, 0.3], "dev": [0.2, 0.4, 0.3]}, unit=unit, scale=60.0)
        asides = [row.aside for row in rows(found)]
        assert any(unit in aside for aside in asides) is there
        assert max(map(len, asides)) <= ROOM


def test_perfect_rungs_have_an_axis():
    assert ">1%<" in drawn(diagnose({"train": 0.0, "dev": 0.0}))


def test_a_reference_far_off_does_not_flatten_the_ladder():
    found = diagnose({"train": (3, 341), "dev": (6, 114)}, references={"near": 0.05, "far": 0.9})
    by_name = {row.name: row for row in rows(found)}
    assert (by_name["far"].figure, by_name["far"].aside, by_name["far"].estimate) == ("90.0%", "to the right of the drawing", None)
    assert by_name["near"].estimate is not None
    assert "90%" not in drawn(found).split("</title>")[1].split("far")[0]
    assert drawn(found).count('class="level reference"') == 1


def test_balanced_rungs_have_their_plain_error_beside_them():
    row = {row.name: row for row in rows(RARE)}["dev (validation)"]
    assert row.estimate.value == pytest.approx(0.205)
    assert row.plain == pytest.approx(147 / 3000)
    assert "plain 4.9%" in row.aside
    assert drawn(RARE).count('class="plain"') == 2
    assert "Small hollow points are plain errors" in drawn(RARE)

"""A date column or a column of roles that a random split passes over is said, and only then."""

import datetime as dt

import polars as pl
import pytest

from fathom.data.load import load
from fathom.data.splits import split
from fathom.data.splitting.hints import FEW_DAYS

N = 60
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(N)]


def frame(**columns):
    return pl.DataFrame({"x": [i / 7 for i in range(N)], **columns, "y": ["a", "b", "b"] * (N // 3)})


def hints(data, **rules):
    splits = split(load(data, target="y", **rules), seed=0)
    return [f for f in splits.findings if f.id in ("data.split.at_random_in_time", "data.split.role_column")]


def test_a_line_of_time_is_said_unless_it_rules():
    data = frame(day=DAYS)
    (found,) = hints(data)
    assert (found.id, found.severity) == ("data.split.at_random_in_time", "info")
    assert found.evidence == {"first": "2026-01-01", "last": "2026-03-01"}
    assert "time='day'" in found.fix
    assert hints(data, time="day") == []
    assert hints(frame(day=[DAYS[i % (FEW_DAYS - 1)] for i in range(N)])) == []


def test_a_column_of_roles_is_said_unless_it_rules():
    data = frame(case=["Train", "Train", "Test"] * (N // 3))
    (found,) = hints(data)
    assert (found.id, found.severity) == ("data.split.role_column", "warning")
    assert "Train, Test" in found.what
    assert "role='case'" in found.fix
    assert hints(data, role="case") == []


@pytest.mark.parametrize("words", [["train", "bus", "car"], ["test", "dev", "test"], ["train", "train", "train"]])
def test_words_that_are_no_roles_are_not(words):
    assert hints(frame(word=words * (N // 3))) == []

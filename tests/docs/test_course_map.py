"""The map from course to code: every link leads somewhere, and the columns are what the sources say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "course.md"

_spec = importlib.util.spec_from_file_location("course_map", ROOT / "docs" / "site" / "course_map.py")
assert _spec is not None
assert _spec.loader is not None
course_map = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(course_map)


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((\.\./[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) > 100
    assert [link for link in links if not (PAGE.parent / link).is_file()] == []


def test_the_columns_are_what_the_sources_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == course_map.written(page), "docs/course.md is stale: run python docs/site/course_map.py"


def test_all_rows_are_there_once() -> None:
    rows = re.findall(r"^\| (C\dW\d-\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(set(rows)) == 366


def test_ranges_and_lists_are_written_out() -> None:
    assert list(course_map.rows_in("as in C2W1-17..19 and C2W1-13, 15, or C3W2-07")) == [
        "C2W1-17",
        "C2W1-18",
        "C2W1-19",
        "C2W1-13",
        "C2W1-15",
        "C3W2-07",
    ]

"""The page of a comparison: complete, self-contained, and not broken by names."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from fathom.core.records.comparison import Comparison
from fathom.diagnosis.comparison import compare_candidates
from fathom.report.comparison_page import comparison_page
from tests.diagnosis.test_comparison import candidate, errors
from tests.report.page_records import HOSTILE, history
from tests.report.test_figures import plane


def compared(names=("a", "b", "c")) -> Comparison:
    made = [candidate(name, errors(100, range(wrong))) for name, wrong in zip(names, (20, 4, 21), strict=True)]
    return compare_candidates(made, differing={"l2": ("0", "0.7", "3")})


class Tags(HTMLParser):
    """The elements of a page, and whether they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    return tags


def test_the_page_says_what_the_record_says():
    page = comparison_page(compared(), histories={name: history(30) for name in "abc"})
    parsed(page)
    for part in ("Better than a: b", "Settings that differ", "0.7", "−16.0 points", "p &#60; 0.001", "100 dev examples", "Norm of W"):
        assert part in page
    assert page.count('class="own run2"') == 1


def test_nothing_is_loaded_and_nothing_runs():
    tags = parsed(comparison_page(compared(), histories={name: history(30) for name in "abc"}, boundaries={"a": plane(), "b": plane()}))
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "iframe", "object", "embed"}
    for _, attributes in tags.seen:
        for key in ("src", "href", "xlink:href"):
            assert (attributes.get(key) or "data:").startswith(("data:", "#"))


def test_boundaries_are_drawn_where_there_are_some():
    assert "decision boundary" not in comparison_page(compared())
    assert "decision boundary" in comparison_page(compared(), boundaries={"a": plane(), "b": plane()})


def test_no_setting_that_differs():
    made = compare_candidates([candidate("a", errors(50, range(3))), candidate("b", errors(50, range(3)))])
    assert "None, and neither does the data." in comparison_page(made)


@pytest.mark.parametrize("name", HOSTILE, ids=["script", "quote", "tags", "long", "turned"])
def test_hostile_names_do_not_break_it(name):
    page = comparison_page(compared((name, "b", "c")), histories={name: history(9)}, boundaries={name: plane((name, "x"), (name, "y"))})
    tags = parsed(page)
    assert not {tag for tag, _ in tags.seen} & {"script", "img"}
    assert not any(key.startswith("on") for _, attributes in tags.seen for key in attributes)
    assert len(page) < 300_000


def test_the_same_records_make_the_same_page():
    assert comparison_page(compared()) == comparison_page(compared())

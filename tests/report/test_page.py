"""The page as a browser reads it: whole, closed to the network, safe with any name, the same for the same records."""

from __future__ import annotations

import itertools
import re
import time
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fathom.core.records.boundary import Boundary, Points
from fathom.core.records.finding import Finding
from fathom.core.records.history import History
from fathom.core.records.target import Target
from fathom.diagnosis.diagnose import diagnose
from fathom.report.page import page
from tests.report.page_records import HOSTILE, classes_run, classes_table, experiment, history, numbers_run, rare_diagnosis

VOID = {"meta", "link", "br", "img", "wbr"}
DOCUMENT = {"html", "head", "body", "main", "header", "footer", "section", "title", "style"}
TEXT = {"p", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "em", "code", "pre", "bdi"}
FIGURES = {"figure", "figcaption", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td"}
DRAWINGS = {"svg", "g", "image", "line", "path", "circle", "rect", "text", "tspan"}
TAGS = DOCUMENT | TEXT | FIGURES | DRAWINGS


class Reader(HTMLParser):
    """Reads a page and complains of all that a well-made one has not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {}
        self.complaints: list[str] = []
        self.feed(text)
        self.close()
        self.complaints += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if len({name for name, _ in attrs}) != len(attrs):
            self.complaints.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open:
            self.words.setdefault(self.open[-1], []).append(data)

    @property
    def text(self) -> str:
        return " ".join(part for tag, parts in self.words.items() if tag != "style" for part in parts)


def read(made: dict) -> Reader:
    return Reader(page(**made))


def hostile_run() -> dict:
    found = [Finding(id=f"a.b.{i}", severity="error", what=x, cause=x, fix=x, where=x) for i, x in enumerate((*HOSTILE, "\ud800"))]
    target = Target(name=HOSTILE[3], kind="multiclass", classes=HOSTILE)
    return classes_run(HOSTILE, 300) | {
        "experiment": experiment(target, name=HOSTILE[2]),
        "findings": found,
        "settings": HOSTILE[2],
        "versions": {HOSTILE[0]: HOSTILE[3], "fathom": HOSTILE[1]},
        "openings": HOSTILE,
        "command": HOSTILE[2] + HOSTILE[3] + "\ud800",
        "diagnosis": diagnose({"train": 0.01, "dev": 0.11}, references={HOSTILE[2]: 0.2, HOSTILE[3]: 0.3}),
        "mistakes": with_columns(HOSTILE),
        "boundary": plane(HOSTILE),
        "equivalents": HOSTILE,
    }


def with_columns(names, values=3):
    """The worst of the table of `classes_run` with columns of their own, some cells hostile."""
    dev = classes_table(("benign", "malignant"))[:20].drop("weight")
    cells = [HOSTILE[2], None, 1.5][:values] * 7 if values == 3 else [float(i % 7) for i in range(21)]
    inputs = pl.DataFrame({name: pl.Series([*cells[:20]], strict=False) for name in names})
    return pl.concat([dev.select("id"), inputs, dev.drop("id")], how="horizontal")


def plane(classes):
    """A boundary of any classes; a regression where there are none."""
    places = tuple(np.linspace(0.0, 1.0, 20).tolist())
    answer = tuple(
        tuple(float((i * j) % max(len(classes), 7)) if not classes else float((i + j) % len(classes)) for i in range(20)) for j in range(20)
    )
    points = Points((0.5, 0.25), (0.5, 0.75), (0.0, 1.0))
    sure = tuple((0.9,) * 20 for _ in range(20)) if classes else ()
    return Boundary(
        axes=(HOSTILE[0], HOSTILE[2]),
        x=places,
        y=places,
        answer=answer,
        sureness=sure,
        classes=tuple(classes),
        points={"train": points, "dev": points},
    )


def hostile_unit() -> dict:
    return numbers_run(HOSTILE[2])


MANY = tuple(f"class number {i}" for i in range(20))
LADDER = diagnose(
    {"train": (30, 1000), "train_dev": (60, 1000), "dev": (110, 1000), "test": (160, 1000)}, human=0.01, goal=0.05, references={"a": 0.2}
)
RUNS = {
    "binary": classes_run,
    "regression": numbers_run,
    "20 classes": lambda: classes_run(MANY, 3_000, history=history(1_000, best=400)),
    "100 classes": lambda: classes_run(tuple(f"c{i}" for i in range(100)), 3_000),
    "many rows": lambda: numbers_run(n=20_000),
    "every rung": lambda: classes_run(diagnosis=LADDER, openings=("2026-11-21T08:00:00+00:00",)),
    "rates alone": lambda: classes_run(diagnosis=diagnose({"train": 0.01, "dev": 0.11}), tables={}),
    "diverged": lambda: classes_run(history=History([], stopped="diverged"), tables={}, references=()),
    "one epoch": lambda: classes_run(history=history(1)),
    "two inputs": lambda: classes_run(boundary=plane(("a", "b")), equivalents=("l2 0.7: weight_decay 0.002",)),
    "two inputs, a number": lambda: numbers_run(boundary=plane(())),
    "mistakes with their columns": lambda: classes_run(mistakes=with_columns(("age", "city"))),
    "mistakes as pictures": lambda: classes_run(mistakes=with_columns([f"pixel_{i}_{j}" for i in range(8) for j in range(8)], 20)),
    "hostile names": hostile_run,
    "hostile unit": hostile_unit,
    "rare classes": lambda: classes_run(diagnosis=rare_diagnosis()),
    "nothing learned": lambda: classes_run(diagnosis=rare_diagnosis(0, 300)),
}


@pytest.fixture(params=RUNS.values(), ids=RUNS.keys())
def made(request) -> dict:
    return request.param()


def test_every_element_is_closed_and_known(made):
    found = read(made)
    assert not found.complaints
    assert {tag for tag, _ in found.found} <= TAGS | VOID


def test_nothing_is_loaded_and_nothing_runs(made):
    found = read(made)
    attributes = {(name, value) for _, given in found.found for name, value in given.items()}
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("srcset", "action", "xlink:href")]
    addresses = {value for name, value in attributes if name in ("href", "src")} - {"data:,"}
    assert all(re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", value) for value in addresses)
    assert not [value for _, value in attributes if re.search(r"url\(|javascript:|https?:", value or "")]
    style = "".join(found.words["style"])
    assert not re.search(r"url\(|@import|expression", style)
    policy = next(given["content"] for tag, given in found.found if given.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_headings_stand_in_order(made):
    levels = [int(tag[1]) for tag, _ in read(made).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_screen_reader_finds_names(made):
    found = read(made)
    assert found.found[0] == ("html", {"lang": "en"})
    assert all("scope" in given for tag, given in found.found if tag == "th")
    drawings = [given for tag, given in found.found if tag == "svg"]
    assert all(given.get("role") == "img" or given.get("aria-hidden") == "true" for given in drawings)
    named = [after for (tag, given), (after, _) in itertools.pairwise(found.found) if tag == "svg" and "role" in given]
    assert named
    assert set(named) == {"title"}


def test_it_is_small(made):
    assert len(page(**made).encode("utf-8")) < 200_000


def test_two_inputs_have_their_boundary_before_the_outcome():
    found = read(classes_run(boundary=plane(("a", "b")))).words["h2"]
    assert found.index("The decision boundary") == found.index("Training") + 1


def test_it_is_small_with_the_worst_of_names():
    found = [Finding(id="a.b.c", severity="info", what=f"{i}" + "<" * 10_000, cause="<" * 9_999, fix="<" * 9_999) for i in range(500)]
    labels = tuple("<" * 10_000 + str(i) for i in range(20))
    target = Target(name=labels[0], kind="multiclass", classes=labels)
    made = classes_run(labels, 400, findings=found, experiment=experiment(target, name=labels[0]), command=labels[0], settings=labels[0])
    assert len(page(**made).encode("utf-8")) < 400_000


def test_the_same_records_make_the_same_page(made):
    assert page(**made) == page(**made)


def test_hostile_names_are_shown_as_they_are():
    found = read(hostile_run())
    text = found.text
    assert "<script>alert(1)</script>" in text
    assert "</style></title></svg><img src=x onerror=alert(1)>" in text
    assert "& &lt; ]]>" in text
    assert "\u202e" not in page(**hostile_run())
    assert "\x00" not in page(**hostile_run())


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_name_makes_a_whole_page(name):
    target = Target(name=name, kind="binary", classes=("a", "b"))
    found = read(classes_run(experiment=experiment(target, name=name), command=name, settings=name, tables={}))
    assert not found.complaints
    assert {tag for tag, _ in found.found} <= TAGS | VOID


def test_the_headline_is_the_sum_and_the_rest_stands_below():
    found = read(classes_run())
    assert "".join(found.words["h1"]).startswith("dev 17.5% = 0.0 train + 17.5 variance.")
    assert "The best reference (boosted trees) reaches 3.0%." in found.text


def test_sections_stand_in_the_order_of_the_terminal():
    found = read(classes_run(findings=[Finding(id="a.b.c", severity="info", what="x.")])).words["h2"]
    assert [heading.split(",")[0].split(" on dev")[0] for heading in found] == [
        "The ladder",
        "What to do next",
        "What this rests on",
        "Training",
        "What was taken for what",
        "The worst mistakes",
        "Findings",
        "How it was made",
    ]


def test_a_net_that_learned_nothing_is_told_so_before_any_verdict():
    text = page(**classes_run(diagnosis=rare_diagnosis(0, 300)))
    assert "<h1>The net has learned nothing.</h1>" in text
    assert text.index('class="alert">The net has learned nothing') < text.index("avoidable bias")


def test_rare_classes_are_shown_by_both_errors():
    made = classes_run(diagnosis=rare_diagnosis())
    text = read(made).text
    assert "&#39;yes&#39; is 10.0% of train" in page(**made)
    assert "plain 4.9%" in text
    assert "always 'no'" in text
    assert "Its errors are plain ones" in text
    assert "Its errors are plain ones" not in page(**classes_run())


def test_a_table_without_its_columns_is_left_out():
    dev = classes_run()["tables"]["dev"].drop("prediction")
    assert "What was taken for what" not in page(**classes_run(tables={"dev": dev}))


def test_the_references_of_the_diagnosis_are_taken_where_none_are_given():
    assert "boosted trees" in page(**classes_run(references=()))


@pytest.mark.timing
def test_a_page_takes_less_than_half_a_second():
    made = classes_run(MANY, 10_000, history=history(1_000))
    page(**made)
    start = time.perf_counter()
    page(**made)
    assert time.perf_counter() - start < 0.5

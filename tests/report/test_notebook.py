"""Records in a notebook: whole, escaped, in a box whose style touches nothing else."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import fathom
from fathom.core.display import html_of
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.history import History
from fathom.diagnosis.diagnose import diagnose
from fathom.report.notebook import SCOPE, run_html, scoped, style
from tests.report.page_records import HOSTILE, classes_run, history, numbers_run
from tests.report.test_page import TAGS, VOID, Reader, hostile_run, plane

COUNTS = diagnose({"train": (70, 7000), "dev": (110, 1000)})
RUN = classes_run()
DRAWN = {
    "diagnosis": COUNTS,
    "rates": diagnose({"train": 0.01, "dev": 0.11}),
    "regression": numbers_run()["diagnosis"],
    "ladder": COUNTS.ladder,
    "ladder of a number": numbers_run()["diagnosis"].ladder,
    "gap": COUNTS.gaps["variance"],
    "finding": Finding(id="a.b.c", severity="error", what=HOSTILE[0], cause=HOSTILE[2], fix=HOSTILE[1]),
    "findings": Findings(Finding(id="a.b.c", severity=s, what=x) for s, x in zip(("info", "error"), HOSTILE, strict=False)),
    "no findings": Findings(),
    "history": history(40, best=20),
    "no history": History([]),
    "boundary": plane(HOSTILE),
    "experiment": hostile_run()["experiment"],
    "settings": RUN["experiment"].settings,
}


@pytest.mark.parametrize("name", DRAWN)
def test_records_draw_themselves_whole_and_escaped(name):
    text = DRAWN[name]._repr_html_()
    found = Reader(text)
    assert not found.complaints
    assert {tag for tag, _ in found.found} <= TAGS | VOID
    assert found.found[0] == ("div", {"class": SCOPE[1:]})
    assert not [n for _, given in found.found for n in given if n.startswith("on")]


def test_what_is_shown():
    assert "10.0 points" in COUNTS.gaps["variance"]._repr_html_()
    assert "dev 11.0%" in COUNTS._repr_html_()
    shown = DRAWN["findings"]._repr_html_()
    assert shown.index("onload") < shown.index("&#60;script")  # errors first
    assert "No findings." in Findings()._repr_html_()


def test_a_run_draws_itself():
    text = run_html(RUN["experiment"], RUN["history"], RUN["diagnosis"])
    assert not Reader(text).complaints
    assert "The ladder." in text
    assert "J, the objective" in text
    run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=3)
    assert not Reader(run._repr_html_()).complaints
    assert run.fitted is None  # showing a run fits no references
    assert run.findings._repr_html_().startswith("<div")


def test_a_run_that_diverged_says_so():
    splits = fathom.split(fathom.sample("wine"), seed=0)
    runs = fathom.fit_many(splits, settings=[{"learning_rate": 0.01}, {"learning_rate": 1e30}], optimizer="sgd", epochs=5)
    assert [run.history.stopped for run in runs] == ["", "diverged"]
    assert "diverged" in runs[1]._repr_html_()


def test_the_style_stays_in_its_box():
    rules = re.sub(r"@container[^{]*\{", "", str(style()))
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", rules) for part in rule.split(",")]
    assert len(selectors) > 60
    assert all(part.startswith(SCOPE) for part in selectors)
    assert scoped("& { a: b; }\n\n.x, p > .y { c: d; }") == ".fathom-drawn { a: b; }\n\n.fathom-drawn .x, .fathom-drawn p > .y { c: d; }"
    assert not re.search(r"url\(|@import", style())


def test_what_nobody_draws_has_no_html():
    assert html_of(object()) is None


def test_drawers_are_loaded_with_the_first_record_that_is_shown():
    code = """
import sys, fathom
d = fathom.diagnose({"train": 0.01, "dev": 0.11})
assert not [m for m in sys.modules if m.startswith("fathom.report")]
assert d._repr_html_().startswith("<div")
assert not [m for m in ("torch", "plotly", "polars", "scipy") if m in sys.modules]
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr

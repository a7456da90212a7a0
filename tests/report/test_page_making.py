"""How a run was made: every fact that makes it again, and that test was not looked at."""

from __future__ import annotations

import re

import pytest

from fathom.core.records.target import Target
from fathom.report.page_making import making, target_text
from tests.report.page_records import experiment

MADE = experiment(Target(name="diagnosis", kind="binary", classes=("benign", "malignant")), name="cells")


def entries(**changes):
    given = {
        "settings": "adam",
        "equivalents": (),
        "versions": {"torch": "2.13.0"},
        "openings": (),
        "command": "fathom fit a.csv --l2 0.7",
    } | changes
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", making(given.pop("made", MADE), **given)))


def test_the_facts():
    assert entries() == {
        "Data": "cells, digest c1a879ff0667",
        "Target": "diagnosis: binary (benign, malignant)",
        "Rows": "train 341, dev (validation) 114, test 114",
        "Split": "Made: ranked by a hash of each row, stratified by the target, seed 3.",
        "Test": "sealed; it was never looked at",
        "Net": "mlp 30-64-32-1, 4,097 parameters, 30 inputs",
        "Arguments": "hidden 64-32, activation relu",
        "Training": "batch 64, 6 updates an epoch, 334 epochs",
        "Settings": "adam",
        "Seeds": "5; batch order 5",
        "Versions": "torch 2.13.0",
    }


@pytest.mark.parametrize(
    ("openings", "text"),
    [(("2026-11-21",), "opened 1 time: 2026-11-21"), (("2026-11-21", "2026-11-22"), "opened 2 times: 2026-11-21, 2026-11-22")],
)
def test_every_opening_is_told(openings, text):
    assert entries(openings=openings)["Test"] == text


def test_without_a_test_set_there_is_nothing_sealed():
    assert "Test" not in entries(made=experiment(Target(name="y", kind="regression"), rows={"train": 341, "dev": 114}))


def test_the_command_can_be_copied():
    code = re.search(r"<pre><code>(.*)</code></pre>", making(MADE, "", (), {}, (), "fathom fit a.csv --l2 0.7"))[1]
    assert re.sub("<[^>]*>", "", code) == "fathom fit a.csv --l2 0.7"


def test_a_run_that_was_made_in_python_has_its_call():
    code = re.search(r"<pre><code>(.*)</code></pre>", making(MADE, "", (), {}, (), ""), re.DOTALL)[1]
    assert "run = fathom.fit(splits, net=&#39;mlp&#39;, hidden=(64, 32)" in code


def test_equivalents_stand_below_the_settings():
    made = making(MADE, "adam, l2 0.7", ("l2 0.7: weight_decay 0.0021 at m = 341", "<b>"), {}, (), "")
    assert "<dt>Settings</dt><dd>adam, l2 0.7<ul" in made
    assert "<li>l2 0.7: weight_decay 0.0021 at m = 341</li><li>&#60;b&#62;</li>" in made


def test_many_classes_are_cut():
    assert target_text({"target": {"name": "y", "kind": "multiclass", "classes": [str(i) for i in range(30)]}}).endswith("7 and 22 more)")
    assert target_text({}) == ""

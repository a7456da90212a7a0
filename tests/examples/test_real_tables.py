"""Every real table that was fetched ends with a sane ladder, with no option but the target."""

import importlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

FOLDER = Path(__file__).parents[2] / "examples/real_tables"
CACHE = Path(__file__).parents[2] / "cache/tables"

REFUSED = {"birdstrikes": "at least two examples of every class"}
"""Tables that cannot be fitted as they are, and the words that say why."""


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    return {name: importlib.import_module(name) for name in ("real_tables", "fetch", "run")}


def test_the_list_is_long_and_of_many_sources(scripts):
    tables = scripts["real_tables"].TABLES
    assert len(tables) >= 20
    assert len({table.name for table in tables}) == len(tables)
    assert {table.source for table in tables} == set(scripts["fetch"].SOURCES)


def test_arff_is_read_with_its_quotes_and_gaps(scripts, tmp_path):
    place = tmp_path / "debian/usr/share/doc/weka/examples"
    place.mkdir(parents=True)
    text = "% note\n@relation r\n@attribute 'bread and cake' {t}\n@attribute total real\n@data\nt,3\n'a b', ?\n"
    (place / "x.arff").write_text(text)
    frame, missing = scripts["fetch"]._weka(tmp_path, "x")
    assert frame.columns.tolist() == ["bread and cake", "total"]
    assert frame.to_numpy().tolist() == [["t", "3"], ["a b", "?"]]
    assert missing == "?"


def test_one_table_is_run_and_read(scripts, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    frame = {"a": x[:, 0], "b": x[:, 1], "row id": np.arange(200), "y": np.where(x.sum(1) > 0, "up", "down")}
    pl.DataFrame(frame).write_csv(tmp_path / "made.csv")
    outcome = scripts["run"].run_table(scripts["real_tables"].Table("made", "", "", "y", ""), tmp_path)
    assert outcome.code == 0, outcome.screen
    assert (outcome.rows, outcome.columns) == (200, "2 n, 1 i")
    assert set(outcome.errors) >= {"train", "dev"}
    assert outcome.reference is not None
    assert "| made | y | 200 | 2 n, 1 i |" in scripts["run"].line(outcome)


def test_the_page_keeps_its_words(scripts, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: start -->\nold\n<!-- table: end -->\nafter\n")
    scripts["run"].write_page(page, "new")
    assert page.read_text() == "before\n<!-- table: start -->\nnew\n<!-- table: end -->\nafter\n"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_table_that_was_fetched(scripts):
    """4 to 15 s each; the numbers of docs/real_tables.md come from the same calls."""
    there = [table for table in scripts["real_tables"].TABLES if (CACHE / f"{table.name}.csv").exists()]
    if not there:
        pytest.skip("no tables in cache/tables: python examples/real_tables/fetch.py")
    odd = [problem for table in there if (problem := _odd(scripts["run"].run_table(table, CACHE)))]
    assert not odd, "\n".join(odd)


def _odd(outcome):
    """What is not as it must be, in one line, or ''."""
    name = outcome.table.name
    if name in REFUSED:
        right = outcome.code == 2 and REFUSED[name] in outcome.screen and len(outcome.screen.splitlines()) == 1
        return "" if right else f"{name}: expected one line with '{REFUSED[name]}', got exit {outcome.code}: {outcome.screen}"
    if outcome.code != 0:
        return f"{name}: exit {outcome.code}: {outcome.screen}"
    wrong = {
        "over 30 s": outcome.seconds > 30,
        "no reference": outcome.reference is None,
        "an error that is none": not all(np.isfinite(value) for value in outcome.errors.values()),
        "'low bias' where nothing was learned": "learned nothing" in outcome.screen and "bias: low" in outcome.screen,
        "a traceback": "Traceback" in outcome.screen,
        "a line over 80 columns": any(len(line) > 80 for line in outcome.screen.splitlines()),
    }
    return ", ".join(f"{name}: {what}" for what, is_so in wrong.items() if is_so)

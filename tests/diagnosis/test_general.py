"""The general table (C3W2-11), and sources without a train_dev (C2W1-11)."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.intervals import wilson
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.predictions import of_table

RATES = {"train": 0.07, "train_dev": 0.10, "dev": 0.06, "test": 0.06}


def sources(counts: dict[str, int]) -> list[str]:
    return [name for name, n in counts.items() for _ in range(n)]


def wrong(*pairs: tuple[int, int]) -> np.ndarray:
    """Errors of sources one after another: so many wrong of so many."""
    return np.concatenate([np.r_[np.ones(k), np.zeros(n - k)] for k, n in pairs])


def planted(train_dev: bool = True):
    errors = {"train": wrong((70, 1_000), (30, 200)), "train_dev": wrong((40, 400), (8, 50)), "dev": wrong((60, 300))}
    named = {"train": {"web": 1_000, "app": 200}, "train_dev": {"web": 400, "app": 50}, "dev": {"app": 300}}
    kept = [role for role in errors if train_dev or role != "train_dev"]
    return {r: errors[r] for r in kept}, {r: sources(named[r]) for r in kept}


def test_the_courses_table():
    """C3W2-11, the second column of C3W2-10: people 4 and 6, trained on 7 and 6, not trained on 10 and 6."""
    d = diagnose(RATES, human=0.04, dev_human=0.06, dev_trained=0.06)
    got = {row: [d.general.cell(row, column).value for column in ("general", "goal")] for row in ("human", "trained", "untrained")}
    assert got == {"human": [0.04, 0.06], "trained": [0.07, 0.06], "untrained": [0.10, 0.06]}
    lines = str(d).splitlines()
    at = next(i for i, line in enumerate(lines) if "error on" in line)
    assert [line.split() for line in lines[at : at + 4]] == [
        ["error", "on", "general", "data", "data", "like", "dev"],
        ["human", "level", "4.0%", "6.0%"],
        ["trained", "on", "7.0%", "6.0%"],
        ["not", "trained", "on", "10.0%", "6.0%"],
    ]
    assert "2.0 points" in d.general.says[0]
    assert round(d.gaps["data_mismatch"].value, 9) == -0.04


def test_rates_alone_have_no_table():
    assert diagnose(RATES, human=0.04).general is None


def test_cells_are_counted_by_source():
    errors, named = planted()
    d = diagnose(errors, sources=named)
    assert (d.general.general, d.general.goal) == (("web",), ("app",))
    for row, column, counts in (
        ("trained", "general", (70, 1_000)),
        ("trained", "goal", (30, 200)),
        ("untrained", "general", (40, 400)),
        ("untrained", "goal", (60, 300)),
    ):
        assert d.general.cell(row, column) == wilson(*counts)
    assert d.general.sources["app"]["train_dev"] == wilson(8, 50)
    assert d.general.cell("human", "general") is None
    assert any("does not even fit them" in text for text in d.general.says)  # 15% of 200 against 7% of 1,000
    assert not any(f.id == "diagnosis.mismatch.no_train_dev" for f in d.findings)


def test_one_source_makes_no_table():
    errors, named = planted()
    assert diagnose(errors, sources={role: ["app"] * len(of) for role, of in named.items()}).general is None


def test_sources_that_differ_without_a_train_dev_are_said():
    """C2W1-11: what is called variance may be mismatch."""
    errors, named = planted(train_dev=False)
    assert [f.id for f in diagnose(errors, sources=named).findings if f.severity == "warning"] == ["diagnosis.mismatch.no_train_dev"]


def test_what_was_learned_by_heart_is_said():
    errors = {"train": wrong((70, 1_000), (2, 200)), "train_dev": wrong((40, 400)), "dev": wrong((90, 300))}
    named = {"train": sources({"web": 1_000, "app": 200}), "train_dev": sources({"web": 400}), "dev": sources({"app": 300})}
    d = diagnose(errors, sources=named)
    assert any("too few of them" in text for text in d.general.says)


def test_several_sources_have_lines_of_their_own():
    errors, named = planted()
    named["train"] = sources({"web": 600, "radio": 400, "app": 200})
    d = diagnose(errors, sources=named)
    assert d.general.general == ("web", "radio")
    lines = str(d).splitlines()
    assert any(line.split()[:4] == ["source", "train", "train-dev", "dev"] for line in lines)
    assert max(map(len, lines)) <= 80


def test_sources_that_do_not_fit_are_refused():
    errors, named = planted()
    with pytest.raises(UnusableInput, match="one for each"):
        diagnose(errors, sources={**named, "dev": ["app"]})


def test_a_predictions_file_brings_its_sources():
    errors, named = planted()
    rows = [(role, source, int(e)) for role in errors for source, e in zip(named[role], errors[role], strict=True)]
    table = pl.DataFrame(rows, schema=["role", "origin", "prediction"], orient="row").with_columns(truth=pl.lit(0))
    read = of_table(table)
    d = diagnose(read.errors, truth=read.truth, sources=read.sources)
    assert d.general.cell("untrained", "goal") == wilson(60, 300)
    assert of_table(table.drop("origin")).sources == {}


@pytest.mark.timing
def test_a_million_examples():
    rng = np.random.default_rng(0)
    errors = {role: (rng.random(n) < 0.1).astype(float) for role, n in (("train", 1_000_000), ("train_dev", 10_000), ("dev", 10_000))}
    named = {"train": rng.choice(["web", "radio", "app"], 1_000_000), "train_dev": ["web"] * 10_000, "dev": ["app"] * 10_000}
    start = time.perf_counter()
    assert diagnose(errors, sources=named).general is not None
    assert time.perf_counter() - start < 5

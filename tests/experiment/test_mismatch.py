"""A run that was split by source says what its mismatch is made of (C3W2-11..13)."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.mismatch import Mismatch
from fathom.data.load import load
from fathom.data.splits import split
from fathom.data.splitting.made import ruled_by
from fathom.experiment.fit import fit
from fathom.experiment.opening import open_run
from fathom.experiment.picture_measures import picture_measures
from fathom.experiment.sourced import sourced


def cats(dark: float, rule: float = 0.0, n: int = 4_000, seed: int = 0) -> pl.DataFrame:
    """Pictures of the web, and of an app where light is lower by `dark` and the rule for a cat by `rule`; it is hard where it is dark."""
    rng = np.random.default_rng(seed)
    app = np.arange(n) % 2 == 0
    light = rng.normal(0.6, 0.15, n) - dark * app
    size = rng.normal(size=n)
    noise = rng.random(n) < np.clip(0.45 - 0.7 * light, 0.01, 0.45)
    cat = (size > -rule * app) ^ noise
    columns = {"light": light, "size": size, "other": rng.normal(size=n), "hour": rng.choice(["day", "night"], n)}
    return pl.DataFrame({**columns, "where": np.where(app, "app", "web"), "cat": np.where(cat, "yes", "no")})


def run_of(table: pl.DataFrame, **arguments):
    goal_only = {"dev_size": 500, "test_size": 500, "train_dev_size": 500}
    web = table.filter((pl.col("where") == "web") | (pl.int_range(pl.len()) < 2_000))
    splits = split(load(web, target="cat"), source="where", goal_source="app", **goal_only)
    return fit(splits, epochs=15, seed=0, **arguments)


@pytest.fixture(scope="module")
def dark_run():
    return run_of(cats(dark=0.2))


def test_the_column_that_differs_is_named(dark_run):
    d = dark_run.diagnose(references=False)
    assert d.mismatch.shifts[0].column == "light"
    assert d.mismatch.shifts[0].end < d.mismatch.shifts[0].start
    assert {s.column for s in d.mismatch.shifts} <= {"light", "cat (target)"}
    assert "light is lower in dev" in d.gaps["data_mismatch"].says
    assert d.general.goal == ("app",)
    steps = [step.how for step in d.steps if step.gap == "data_mismatch"]
    assert not steps or "light" in steps[0]


def test_the_mix_of_columns_explains_the_gap(dark_run):
    """The rule is the same, only dark pictures are harder: with dev's mix train_dev has about dev's error."""
    d = dark_run.diagnose(references=False, tolerance=0.01)
    assert d.gaps["data_mismatch"].verdict == "high"
    assert d.mismatch.reweighted.low <= d.ladder["dev"].estimate.value
    start, end = d.ladder["train_dev"].estimate.value, d.ladder["dev"].estimate.value
    assert (d.mismatch.reweighted.value - start) / (end - start) > 0.5
    assert "of the gap" in d.gaps["data_mismatch"].says


def test_another_rule_is_not_explained_by_the_mix():
    run = run_of(cats(dark=0.0, rule=1.5))
    d = run.diagnose(references=False)
    assert d.gaps["data_mismatch"].verdict == "high"
    assert [s.column for s in d.mismatch.shifts] == ["cat (target)"]
    assert "next to nothing" in d.gaps["data_mismatch"].says


def test_a_run_that_was_saved_keeps_what_it_saw(dark_run, tmp_path):
    dark_run.save(tmp_path / "run", diagnosis=dark_run.diagnose(references=False, tolerance=0.01))
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Kinds of data" in page
    assert "light is lower in dev" in page
    opened = open_run(tmp_path / "run")
    assert opened.tables["train"].columns[:2] == ["id", "source"]
    again, before = opened.diagnose(references=False, tolerance=0.01), dark_run.diagnose(references=False, tolerance=0.01)
    assert again.general == before.general
    assert again.gaps["data_mismatch"].says == before.gaps["data_mismatch"].says
    kept = tmp_path / "run" / "diagnosis.json"
    values = json.loads(kept.read_text())
    assert Mismatch.from_json(values["mismatch"]).to_json() == values["mismatch"]
    for broken in ({"shifts": 3}, {**values["mismatch"], "rows": []}, {**values["mismatch"], "shifts": [{"color": "red"}]}):
        kept.write_text(json.dumps({**values, "mismatch": broken}))
        with pytest.raises(UnusableInput):
            open_run(tmp_path / "run")


def test_opening_test_keeps_the_source(dark_run):
    dark_run.open_test()
    assert set(dark_run.tables["test"]["source"]) == {"app"}
    assert len(dark_run.tables["test"]) == 500


def test_a_table_of_a_part_of_a_set_gets_its_own_sources():
    table = cats(dark=0.2, n=400)
    data = ruled_by(load(table, target="cat"), source="where")
    rows = np.random.default_rng(0).permutation(400)[:150]
    part = pl.DataFrame({"id": data.rows[rows], "error": np.zeros(150)})
    assert sourced({"dev": part}, {"dev": data})["dev"]["source"].to_list() == [table["where"][int(row)] for row in rows]
    named = ruled_by(load(table.with_columns(name=pl.lit("same")), target="cat"), source="where", id="name")
    whole = pl.DataFrame({"id": ["same"] * 400, "error": np.zeros(400)})
    assert sourced({"dev": whole}, {"dev": named})["dev"]["source"].to_list() == table["where"].to_list()
    assert "source" not in sourced({"dev": whole.head(150)}, {"dev": named})["dev"].columns


def test_one_row_of_each_group_is_compared():
    """600 rows of 3 groups are no 600 independent rows: nothing is said of them."""
    rng = np.random.default_rng(0)
    n, group = 1_200, np.repeat(np.arange(40), 30)
    where = np.where(group % 2 == 0, "app", "web")
    columns = {
        "x": rng.normal(size=40)[group] + rng.normal(0, 0.01, n),
        "z": rng.normal(size=n),
        "where": where,
        "person": [f"p{g}" for g in group],
    }
    table = pl.DataFrame({**columns, "y": rng.choice(["a", "b"], n)})
    splits = split(load(table, target="y"), source="where", goal_source="app", group="person")
    found = fit(splits, epochs=1).mismatch
    assert found.shifts == ()
    assert max(found.rows.values()) < 10


def test_measures_of_a_picture():
    pictures = np.zeros((2, 4, 8), dtype=np.float32)
    pictures[0, :, 4:] = 255  # the right half is bright
    pictures[1] = 51  # evenly gray
    found = dict(picture_measures(pictures))
    assert found["brightness"].tolist() == [0.5, 0.2]
    assert found["contrast"].tolist() == pytest.approx([0.5, 0.0])
    assert found["center left to right"][0] == pytest.approx(0.25)
    assert found["center top to bottom"][0] == pytest.approx(0.0)
    assert found["bright share"][0] == 0.5
    assert found["sharpness"][0] == pytest.approx((1 / 7) / 2 / 0.5)
    assert all(np.isfinite(v).all() for v in found.values())

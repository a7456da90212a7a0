"""`fathom.disagree` on runs, folders and the command line."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import fathom
from fathom.cli.main import main


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Two kinds of rows with opposite rules; nine in ten are of the first kind."""
    rng = np.random.default_rng(0)
    x, rare = rng.normal(size=600), rng.random(600) < 0.1
    y = np.where(rare, x < 0, x > 0)
    return pl.DataFrame({"x": x, "kind": np.where(rare, "user", "web"), "z": x * rare, "y": np.where(y, "yes", "no")})


def test_the_kind_that_is_cared_for_is_found(table, tmp_path, monkeypatch, capsys):
    """The metric says the net that reads x alone; on rows of users the net that reads z is better (C3W1-15, C3W1-17)."""
    monkeypatch.chdir(tmp_path)
    table.write_csv("d.csv")
    base = ["fit", "d.csv", "--target", "y", "--epochs", "15", "--hidden", "4", "--no-references", "--quiet", "--lr", "0.01"]
    assert main([*base, "--out", "long"]) == 0
    assert main([*base[:4], "--epochs", "1", "--net", "logistic", "--quiet", "--no-references", "--out", "short"]) == 0
    capsys.readouterr()
    assert main(["compare", "long", "short", "--prefer", "long"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The metric says long too" in out or "you say long" in out or "hardly says" in out
    assert main(["compare", "long", "short", "--prefer", "short", "--elsewhere", "d.csv", "--json"]) == 0
    assert '"prefer": "short"' in capsys.readouterr().out
    assert main(["compare", "long", "short", "--prefer", "d.csv"]) == 2
    assert "--prefer: expected one of two runs" in capsys.readouterr().err


def test_columns_of_the_data_make_slices(table):
    """The preferred run is made by hand: the other one's answers, right on users and wrong a little more elsewhere."""
    splits = fathom.split(fathom.load(table, target="y"), seed=0)
    over = fathom.fit(splits, net="logistic", epochs=20, learning_rate=0.05)
    prefer = fathom.fit(splits, net="logistic", epochs=21, learning_rate=0.05)
    dev = over.tables["dev"]
    user = splits.dev.table["kind"].to_numpy() == "user"
    a = np.where(user, 1.0, 0.0)
    b = np.where(user, 0.0, (np.arange(len(user)) % 4 == 0).astype(float))
    over.tables["dev"], prefer.tables["dev"] = (dev.with_columns(error=pl.Series(e)) for e in (a, b))
    made = fathom.disagree(prefer, over)
    if made.agrees:
        pytest.fail("the planted disagreement is none")
    assert any(c.evidence.get("column") == "kind" and c.evidence.get("value") == "user" for c in made.changes)
    elsewhere = fathom.disagree(prefer, over, elsewhere=table.head(50))
    assert not elsewhere.agrees

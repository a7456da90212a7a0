"""Every net on every kind of data and target keeps the contract of runs, from training to the page."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

import fathom
from fathom.nets.catalogue import ANY, CATALOGUE
from fathom.testing.run_contract import RUN_CONTRACT, RunCase
from tests.data.picture_set import digits
from tests.experiment.mixed_table import reviews

ONE = {"epochs": 1, "learning_rate": 0.01}
SMALL = {**ONE, "dimensions": 4, "units": 4}


@functools.cache
def table(name, rows=160):
    data = fathom.sample(name)
    return fathom.split(data.take(list(np.random.default_rng(0).permutation(len(data))[:rows])), seed=0)


@functools.cache
def docstrings():
    """The first lines of docstrings of the standard library, of NumPy and of polars, and where each is from."""
    rows = []
    for label, folder in (
        ("ast", Path(ast.__file__).parent),
        ("numpy", Path(np.__file__).parent / "lib"),
        ("polars", Path(pl.__file__).parent),
    ):
        found = [
            ast.get_docstring(node)
            for f in sorted(folder.glob("*.py"))[:60]
            for node in ast.walk(ast.parse(f.read_text(errors="ignore")))
            if isinstance(node, ast.FunctionDef)
        ]
        rows += [(text.split("\n\n")[0], label) for text in found if text and len(text.split()) > 3][:60]
    return pl.DataFrame(rows, schema=["text", "from"], orient="row")


@functools.cache
def texts(kind="binary"):
    """Where a docstring is from, one of two or of three, or how long it is."""
    rows = docstrings()
    if kind == "regression":
        rows = rows.with_columns(pl.col("text").str.len_chars().cast(pl.Float64).alias("from"))
    elif kind == "binary":
        rows = rows.filter(pl.col("from") != "polars")
    return fathom.split(fathom.load(rows, target="from"), seed=0)


@functools.cache
def pictures(kind="multiclass", rows=160):
    """Digits: which one, a zero or a one, or how much ink."""
    if kind == "multiclass":
        return table("digits", rows)
    x, y = digits(rows)
    return fathom.split(fathom.load((x, y if kind == "binary" else x.mean((1, 2)))), seed=0)


TABLES = {"binary": "breast-cancer", "multiclass": "wine", "regression": "diabetes"}


def splits_for(net, kind):
    entry = CATALOGUE[net]
    return pictures(kind, 60) if entry.pictures else texts(kind) if entry.takes == "tokens" else table(TABLES[kind], 80)


def own(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 6), nn.Tanh(), nn.Linear(6, outputs))


CASES = {
    "mlp": (lambda: table("breast-cancer"), {"net": "mlp", "hidden": (6,), **ONE}),
    "mlp on several classes, batch norm and dropout": (
        lambda: table("wine"),
        {"net": "mlp", "hidden": (6,), "batch_norm": True, "dropout": 0.2, **ONE},
    ),
    "mlp on a number": (lambda: table("diabetes"), {"net": "mlp", "hidden": (6,), "l2": 0.5, **ONE}),
    "logistic": (lambda: table("breast-cancer"), {"net": "logistic", **ONE}),
    "softmax": (lambda: table("wine"), {"net": "softmax", **ONE}),
    "linear": (lambda: table("diabetes"), {"net": "linear", **ONE}),
    "embedding": (texts, {"net": "embedding", **ONE, "dimensions": 4}),
    "rnn in both directions": (texts, {"net": "rnn", **SMALL, "bidirectional": True}),
    "gru, two layers and dropout": (texts, {"net": "gru", **SMALL, "layers": 2, "dropout": 0.3}),
    "lstm": (texts, {"net": "lstm", **SMALL}),
    "embedding beside columns": (
        lambda: fathom.split(fathom.load(reviews(120), target="stars"), seed=0),
        {"net": "embedding", **ONE, "dimensions": 4, "hidden": (5,)},
    ),
    "lenet5 with dropout": (pictures, {"net": "lenet5", "dropout": 0.2, **ONE}),
    "lenet5, pictures altered": (lambda: pictures("multiclass", 60), {"net": "lenet5", "augment": True, **ONE}),
    "plain": (lambda: pictures("multiclass", 60), {"net": "plain", "depth": 8, **ONE}),
    "resnet": (lambda: pictures("multiclass", 60), {"net": "resnet", "depth": 8, **ONE}),
    "resnet20": (lambda: pictures("multiclass", 60), {"net": "resnet20", **ONE}),
}
KINDS = {
    f"{net} for {kind}": (net, kind)
    for net, entry in CATALOGUE.items()
    for kind in entry.kinds
    if net != "resnet20" and (kind, net) not in {("binary", "logistic"), ("multiclass", "softmax"), ("regression", "linear")}
}
"""The other pairs of a net and a kind of target; resnet20 is resnet of its default depth."""

OF_THE_KIND = ("errors follow from truth and prediction", "predictions are those that were measured", "a run that is opened is the run")
"""What hangs on net and kind together; the rest is held with one kind a net."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Cases by name, each trained once."""

    @functools.cache
    def of(name):
        splits, arguments = CASES[name]
        return RunCase(splits(), arguments, tmp_path_factory.mktemp("run"))

    return of


def test_every_net_and_every_kind_of_target_has_a_case():
    assert {arguments["net"] for _, arguments in CASES.values()} == set(CATALOGUE)
    assert set(OF_THE_KIND) < set(RUN_CONTRACT.laws)
    for net, kind in KINDS.values():
        assert splits_for(net, kind).target.kind == kind
    assert {kind for _, kind in KINDS.values()} == set(ANY)


@pytest.mark.parametrize("name", CASES)
def test_nets_side_by_side_are_one_program(made, name):
    """Else the law of populations would compare single nets with single nets; resnet20 is large, its nets train one after another."""
    assert (made(name).many[0].plan["members"] == 2) is (name != "resnet20")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_target_is_answered(name, tmp_path):
    net, kind = KINDS[name]
    small = {"mlp": {"hidden": (4,)}, "plain": {"depth": 8}, "resnet": {"depth": 8}}.get(net, {})
    small |= {"dimensions": 4, "units": 4} if "units" in CATALOGUE[net].arguments else {}
    case = RunCase(splits_for(net, kind), {"net": net, **ONE, **small}, tmp_path)
    for law in OF_THE_KIND:
        RUN_CONTRACT.laws[law](case)


@pytest.mark.parametrize("law", RUN_CONTRACT.laws)
@pytest.mark.parametrize("name", CASES)
def test_the_contract_holds(made, name, law):
    RUN_CONTRACT.laws[law](made(name))


def test_a_net_of_ones_own_keeps_it(tmp_path):
    RUN_CONTRACT.check(RunCase(table("wine"), {"net": own, **ONE}, tmp_path))


class Forgetful(nn.Module):
    """Draws its weights from the clock."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.line = nn.Linear(inputs, outputs)

    def forward(self, x):
        if self.training:
            x = x + 1e-3 * torch.from_numpy(np.random.default_rng().normal(size=x.shape)).to(x)
        return self.line(x)


def test_a_net_that_no_seed_holds_is_caught(tmp_path):
    broken = RUN_CONTRACT.broken(RunCase(table("wine"), {"net": Forgetful, **ONE}, tmp_path))
    assert "the same seed gives the same bits" in broken


class Remembering(nn.Module):
    """Keeps what no file holds: the mean of the last batch, as a plain attribute."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.line, self.mean = nn.Linear(inputs, outputs), 0.0

    def forward(self, x):
        if self.training:
            self.mean = x.detach().mean(0)
        return self.line(x - self.mean)


def test_a_net_that_no_file_holds_is_caught(tmp_path):
    broken = RUN_CONTRACT.broken(RunCase(table("wine"), {"net": Remembering, **ONE}, tmp_path))
    assert "a run that is opened is the run" in broken
    assert "the same seed gives the same bits" not in broken


def test_errors_that_are_not_those_of_the_predictions_are_caught(tmp_path):
    case = RunCase(table("wine"), {"net": own, **ONE}, tmp_path)
    case.run.tables["dev"] = case.run.tables["dev"].with_columns(pl.col("error").reverse(), pl.col("prediction").shuffle(seed=1))
    broken = RUN_CONTRACT.broken(case)
    assert {"errors follow from truth and prediction", "predictions are those that were measured"} <= set(broken)

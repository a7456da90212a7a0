"""Every net on every kind of data and target keeps the contract of runs, from training to the page."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

import fathom
from fathom.nets.catalogue import ANY, CATALOGUE
from fathom.testing.run_contract import RUN_CONTRACT, RunCase

ONE = {"epochs": 1, "learning_rate": 0.01}
SMALL = {**ONE, "dimensions": 4, "units": 4}


@functools.cache
def table(name, rows=160):
    data = fathom.sample(name)
    return fathom.split(data.take(list(np.random.default_rng(0).permutation(len(data))[:rows])), seed=0)


@functools.cache
def texts():
    """The first lines of docstrings of the standard library and of NumPy, and which it is."""
    import ast
    import pathlib

    rows = []
    for label, folder in (("ast", pathlib.Path(ast.__file__).parent), ("numpy", pathlib.Path(np.__file__).parent / "lib")):
        files = sorted(folder.glob("*.py"))[:60]
        found = [
            ast.get_docstring(node)
            for f in files
            for node in ast.walk(ast.parse(f.read_text(errors="ignore")))
            if isinstance(node, ast.FunctionDef)
        ]
        rows += [(text.split("\n\n")[0], label) for text in found if text and len(text.split()) > 3][:90]
    return fathom.split(fathom.load(pl.DataFrame(rows, schema=["text", "from"], orient="row"), target="from"), seed=0)


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
    "rnn": (texts, {"net": "rnn", **SMALL}),
    "gru": (texts, {"net": "gru", **SMALL}),
    "lstm": (texts, {"net": "lstm", **SMALL}),
    "lenet5": (lambda: table("digits"), {"net": "lenet5", **ONE}),
    "plain": (lambda: table("digits"), {"net": "plain", "depth": 8, **ONE}),
    "resnet": (lambda: table("digits"), {"net": "resnet", "depth": 8, **ONE}),
    "resnet20": (lambda: table("digits", 60), {"net": "resnet20", **ONE}),
}


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
    tables = ("breast-cancer", "wine", "diabetes")
    assert {table(name).target.kind for name in tables} == set(ANY)


@pytest.mark.parametrize("law", RUN_CONTRACT.laws)
@pytest.mark.parametrize("name", CASES)
def test_the_contract_holds(made, name, law):
    RUN_CONTRACT.laws[law](made(name))


def test_a_net_of_ones_own_keeps_it(tmp_path):
    splits = table("wine")
    width = fathom.fit(splits, epochs=1).experiment.features
    case = RunCase(splits, {"net": own, **ONE}, tmp_path)
    case.__dict__["opened"] = fathom.open_run(case.saved, net=lambda: own(width, 3))
    RUN_CONTRACT.check(case)


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

"""The call that makes a run again makes the same run."""

from __future__ import annotations

import ast

import pytest

import fathom
from fathom.report.python_call import python_call

ARGUMENTS = (
    {"epochs": 3},
    {"epochs": 3, "hidden": (5, 4), "l2": 0.7, "dropout": (0.1, 0.2), "seed": 3, "data_seed": 4, "activation": "tanh"},
    {"epochs": 4, "optimizer": "momentum", "schedule": {"name": "staircase", "rate": 0.5, "every": 2}, "batch_size": "full"},
    {"epochs": 9, "early_stopping": 2, "schedule": "cosine", "learning_rate": 0.05, "betas": (0.8, 0.99)},
)


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_it_makes_the_run_again(arguments):
    splits = fathom.split(fathom.sample("wine"), seed=0)
    run = fathom.fit(splits, **arguments)
    call = ast.parse(python_call(run.experiment)).body[0].value
    again = fathom.fit(splits, **{word.arg: ast.literal_eval(word.value) for word in call.keywords})
    assert again.history["J"] == run.history["J"]
    assert again.experiment.settings == run.experiment.settings


def test_a_net_of_the_users_own_is_named():
    from torch import nn

    splits = fathom.split(fathom.sample("wine"), seed=0)
    text = python_call(fathom.fit(splits, net=lambda i, o: nn.Linear(i, o), epochs=1).experiment)
    assert text.startswith("run = fathom.fit(splits, net=Linear")
    assert max(map(len, text.splitlines())) < 150

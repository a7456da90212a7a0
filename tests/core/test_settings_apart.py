"""What sets experiments apart, and the names that say so."""

from __future__ import annotations

import pytest

from fathom.core.records.experiment import Experiment
from fathom.core.records.settings import Settings
from fathom.core.settings_apart import names_apart, settings_apart

MADE = {"shape": "2-8-1", "parameters": 33, "rows": {"train": 100, "dev": 20}, "features": 2}


def experiment(*, net="mlp", hidden=(8,), batch_norm=False, name="moons", digests=None, split_seed=0, **settings) -> Experiment:
    data = {"name": name, "digests": digests or {"train": "abc"}, "split": {"seed": split_seed}}
    arguments = {"hidden": list(hidden), "activation": "relu", "batch_norm": batch_norm}
    made = {**MADE, "shape": "-".join(map(str, (2, *hidden, 1)))}
    return Experiment(data=data, net=net, arguments=arguments, settings=Settings(**settings).at(rows=100), **made)


def test_nothing_differs():
    assert settings_apart([experiment(), experiment()]) == {}


def test_only_what_differs_is_listed():
    found = settings_apart([experiment(l2=0.1), experiment(l2=0.1, dropout=0.2, hidden=(4, 2))])
    assert found == {"shape": ("2-8-1", "2-4-2-1"), "hidden": ("8", "4-2"), "dropout": ("0", "0.2")}


def test_a_seed_is_said_once():
    assert settings_apart([experiment(seed=0), experiment(seed=1)]) == {"seed": ("0", "1")}
    assert settings_apart([experiment(seed=0), experiment(seed=1, data_seed=0)]) == {"seed": ("0", "1")}
    assert settings_apart([experiment(data_seed=4), experiment(data_seed=5)]) == {"data_seed": ("4", "5")}


def test_what_comes_with_an_optimizer_is_left_out():
    found = settings_apart([experiment(optimizer="adam"), experiment(optimizer="momentum")])
    assert found == {"optimizer": ("adam", "momentum"), "learning_rate": ("0.001", "0.01")}
    assert settings_apart([experiment(), experiment(optimizer="sgd", momentum=0.5)])["momentum"] == ("-", "0.5")


def test_other_data_are_named_by_their_digests():
    found = settings_apart(
        [experiment(digests={"train": "abc", "dev": "d"}), experiment(digests={"train": "xyz", "dev": "d"}, split_seed=1)]
    )
    assert found == {"split seed": ("0", "1"), "train digest": ("abc", "xyz")}


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ([{}, {"l2": 0.7}, {"dropout": 0.2}], ("no l2, no dropout", "l2 0.7", "dropout 0.2")),
        ([{"batch_size": 64}, {"batch_size": 16}], ("batch_size 64", "batch_size 16")),
        ([{}, {"batch_norm": True}], ("no batch_norm", "batch_norm")),
        ([{}, {"hidden": (64, 32)}], ("hidden 8", "hidden 64-32")),
        ([{}, {"optimizer": "sgd"}], ("adam", "sgd")),
        ([{"initialization": "zeros"}, {"initialization": "he"}], ("initialization zeros", "initialization he")),
        ([{"l2": 0.1}, {"l2": 0.1, "dropout": 0.5}], ("no dropout", "dropout 0.5")),
        ([{"seed": 0}, {"seed": 1}], ("seed 0", "seed 1")),
        ([{}, {}], ("moons (a)", "moons (b)")),
        ([{}, {"epochs": 5, "l2": 1.0}], ("no l2", "epochs 5, l2 1")),
    ],
    ids=str,
)
def test_names(settings, names):
    assert names_apart([experiment(**s) for s in settings]) == names


def test_folders_name_runs_that_are_alike():
    assert names_apart([experiment(), experiment()], ["x", "y"]) == ("x", "y")


def test_names_are_never_the_same():
    runs = [experiment(), experiment(), experiment(l2=1.0), experiment(l2=1.0)]
    assert len(set(names_apart(runs))) == 4
    assert len(set(names_apart(runs, ["a", "b", "c", "d"]))) == 4

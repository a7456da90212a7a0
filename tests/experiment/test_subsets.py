"""Nets on subsets, trained as one program: the numbers of a loop that fits each subset alone."""

import numpy as np
import pytest
from torch import nn

import fathom
from fathom.core.records.split_plan import SplitPlan
from fathom.data.splits import Splits
from fathom.data.together import choosable, together
from fathom.experiment.subsets import Subset, fit_subsets, trimmed


def halves(rows, seeds=(0, 1)):
    """Each half is trained on once, the other held out; twice over with another seed of the net."""
    odd, even = np.arange(1, rows, 2), np.arange(0, rows, 2)
    return [Subset(a, b, {"seed": s}) for s in seeds for a, b in ((odd, even), (even, odd))]


def alone(data, subset, **arguments):
    """The oracle: an ordinary fit on splits that hold the subset and what was held out."""
    parts = {"train": data.take(subset.train), "dev": data.take(subset.held_out)}
    return fathom.fit(Splits(parts, SplitPlan(method="taken")), **{**arguments, **subset.arguments})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("wine", {}),
        ("diabetes", {"l2": 1.0, "schedule": {"name": "cosine"}}),
        ("wine", {"dropout": 0.3, "batch_norm": True, "learning_rate": 0.01}),
        ("wine", {"early_stopping": 1, "learning_rate": 0.05}),
    ],
)
def test_as_one_program_the_numbers_are_those_of_each_alone(name, arguments):
    data = fathom.sample(name)
    arguments = {"hidden": (8,), "epochs": 8, "precision": "float64", **arguments}
    subsets = halves(len(data))
    runs = fit_subsets(data, subsets, **arguments)
    assert [run.plan["members"] for run in runs] == [4] * 4
    for run, subset in zip(runs, subsets, strict=True):
        single = alone(data, subset, **arguments)
        for role in ("train", "dev"):
            np.testing.assert_allclose(run.errors[role], single.errors[role], rtol=0, atol=1e-6)
        assert run.history["J"] == pytest.approx(single.history["J"], abs=1e-6)
        assert run.history["dev"] == pytest.approx(single.history["dev"], abs=1e-6, nan_ok=True)
        assert run.experiment.settings == single.experiment.settings
        assert run.prepare.to_json() == single.prepare.to_json()


def test_prepare_is_fitted_inside_each_subset():
    data = fathom.load((np.r_[np.zeros((20, 2)), np.ones((20, 2))] + np.arange(40)[:, None] / 100, np.arange(40) % 2))
    low, high = np.arange(20), np.arange(20, 40)
    runs = fit_subsets(data, [Subset(low, high), Subset(high, low)], hidden=(3,), epochs=1)
    for run, rows in zip(runs, (low, high), strict=True):
        mean = data.table.to_numpy()[rows, :2].astype(float).mean(axis=0)
        np.testing.assert_allclose(run.prepare.scaling.mean, mean)


def test_features_that_differ_form_programs_of_their_own():
    words = ["a", "b"] * 15 + ["c"] * 10 + ["a", "b"] * 10
    data = fathom.load({"word": words, "x": np.sqrt(np.arange(60.0)), "y": np.arange(60) % 2}, target="y")
    with_c, without_c = np.arange(0, 30), np.r_[0:15, 45:60]
    rare = np.arange(15, 45)
    runs = fit_subsets(data, [Subset(s, np.array([59 if s is rare else 31])) for s in (with_c, without_c, rare)], hidden=(4,), epochs=2)
    assert [run.experiment.features for run in runs] == [3, 3, 4]
    assert [run.plan["members"] for run in runs] == [2, 2, 1]


def test_rows_that_differ_by_one_are_made_equal_and_it_is_said():
    data = fathom.sample("wine")
    everything = np.arange(178)
    subsets = [Subset(np.setdiff1d(everything, held), held) for held in (everything[:60], everything[60:119], everything[119:])]
    kept, lost = trimmed(subsets)
    assert lost == [0, 1, 1]
    assert [len(s.train) for s in kept] == [118] * 3
    assert all(np.isin(s.train, was.train).all() for s, was in zip(kept, subsets, strict=True))
    runs = fit_subsets(data, subsets, hidden=(4,), epochs=1)
    assert [run.plan["members"] for run in runs] == [3] * 3
    assert ["data.subset.trimmed" in [f.id for f in run.findings] for run in runs] == [False, True, True]


def test_sizes_far_apart_are_left_as_they_are():
    kept, lost = trimmed([Subset(np.arange(n), np.array([50])) for n in (20, 21, 22, 23, 30)])
    assert lost == [0, 1, 2, 0, 0]
    assert [len(s.train) for s in kept] == [20, 20, 20, 23, 30]


def test_nets_of_ones_own_train_on_subsets_too():
    data = fathom.sample("wine")
    subsets, arguments = halves(178, seeds=(0,)), {"epochs": 3, "precision": "float64"}

    def net(inputs, outputs):
        return nn.Sequential(nn.Linear(inputs, 6), nn.Tanh(), nn.Linear(6, outputs))

    runs = fit_subsets(data, subsets, net=net, deterministic=True, **arguments)
    assert [run.plan["plan"] for run in runs] == ["stacked"] * 2
    for run, subset in zip(runs, subsets, strict=True):
        np.testing.assert_allclose(run.errors["dev"], alone(data, subset, net=net, **arguments).errors["dev"], atol=1e-6)


def test_a_member_that_diverges_does_not_end_the_others():
    data = fathom.sample("diabetes")
    first, second = halves(len(data), seeds=(0,))
    wild = Subset(first.train, first.held_out, {"learning_rate": 1e9, "optimizer": "sgd"})
    tame = Subset(second.train, second.held_out, {"learning_rate": 0.01, "optimizer": "sgd"})
    runs = fit_subsets(data, [wild, tame], hidden=(8,), epochs=5)
    assert [run.history.stopped for run in runs] == ["diverged", ""]
    np.testing.assert_allclose(runs[1].errors["dev"], alone(data, tame, hidden=(8,), epochs=5).errors["dev"], atol=1e-4)


@pytest.mark.parametrize(
    ("subsets", "what"),
    [
        ([], "at least one"),
        ([Subset(np.arange(9), np.arange(8, 20))], "either trained on or held out, got 1"),
        ([Subset(np.arange(9), np.array([], dtype=np.int64))], "rows to measure on"),
        ([Subset(np.arange(9), np.array([178]))], "positions from 0 to 177, got 178"),
    ],
)
def test_what_cannot_be_trained_is_refused(subsets, what):
    with pytest.raises(fathom.UnusableInput, match=what):
        fit_subsets(fathom.sample("wine"), subsets, epochs=1)


def test_together_keeps_the_rows_and_test_closed():
    splits = fathom.split(fathom.sample("wine"), seed=0)
    both = choosable(splits)
    assert both.rows.tolist() == [*splits.train.rows, *splits.dev.rows]
    assert not set(both.rows) & set(splits.test.rows)
    np.testing.assert_array_equal(together([splits.train, splits.dev]).y, np.r_[splits.train.y, splits.dev.y])

"""Remedies, budget and clock, early stopping measured where it was not stopped by."""

from __future__ import annotations

import numpy as np
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.core.records.gap import GAPS
from fathom.experiment.candidate import Candidate
from fathom.experiment.ready import make_ready
from fathom.recipe.asked import seconds_of
from fathom.recipe.clock import Clock, OutOfTime
from fathom.recipe.remedies import l2_values, remedies
from fathom.recipe.starts import correlation_of, dev_errors, stopped_errors


@pytest.fixture(scope="module")
def ready():
    return make_ready(fathom.split(fathom.sample("wine"), seed=0))


def experiment(ready, net="mlp", **arguments):
    return Candidate.of(ready, net, {"epochs": 10, **arguments}).experiment


def test_the_course_s_order(ready):
    """C2W1-13, C2W1-14; each remedy is for exactly one gap (C3W1-02), and none of them is 'more data' for the bias (C2W1-15)."""
    found = {gap: remedies(gap, experiment(ready)) for gap in GAPS}
    assert [r.name for r in found["avoidable_bias"]] == ["wider", "deeper", "longer"]
    assert [r.name for r in found["variance"]] == ["l2", "dropout", "early stopping"] or len(ready.splits.dev) < 40
    assert all(r.gap == gap for gap, listed in found.items() for r in listed)
    assert found["data_mismatch"] == found["dev_overfit"] == ()


def test_a_remedy_changes_one_knob(ready):
    wider, deeper, longer = remedies("avoidable_bias", experiment(ready, hidden=(8, 4)))
    assert (wider.choices, deeper.choices, longer.choices) == (({"hidden": (16, 8)},), ({"hidden": (8, 8, 4)},), ({"epochs": 20},))
    assert len(remedies("variance", experiment(ready))[0].choices) == 12


def test_a_net_without_layers_gets_some_and_no_dropout(ready):
    linear = experiment(ready, net="softmax")
    assert remedies("avoidable_bias", linear)[0].choices == ({"net": "mlp", "hidden": (64, 32)},)
    assert "dropout" not in [r.name for r in remedies("variance", linear)]


def test_what_is_on_already_is_not_tried(ready):
    names = [r.name for r in remedies("variance", experiment(ready, early_stopping=3, weight_decay=0.01))]
    assert names == ["dropout"]


def test_pictures_are_altered_first_and_once():
    """C2W1-36: nearly free."""
    digits = make_ready(fathom.split(fathom.sample("digits", n=300), seed=0), "lenet5")
    (altered, *_), (other, *_) = (remedies("variance", experiment(digits, net="lenet5", augment=a)) for a in (None, "crop"))
    assert (altered.name, altered.choices, altered.source) == ("augmentation", ({"augment": "auto"},), "C2W1-36")
    assert other.name == "l2"
    (choice,) = altered.choices
    assert experiment(digits, net="lenet5", **choice).settings.augment is not None


def test_l2_values_are_twelve_and_evenly_spaced():
    values = l2_values(3000)
    ratios = np.diff(np.log(values))
    assert len(values) == 12
    assert ratios.std() < 0.05
    assert (values[0], values[-1]) == (0.3, 150.0)


@pytest.mark.parametrize("text", ["2x", "", "-3s", "m", "1m 2", 0, -1])
def test_a_budget_that_is_none(text):
    with pytest.raises(UnusableInput, match="budget") if text != "1m 2" else pytest.MonkeyPatch.context():
        assert seconds_of(text) == 62.0


def test_the_clock_rings_once_time_is_up():
    clock = Clock(budget=1e-9)
    with pytest.raises(OutOfTime):
        clock.watched(None, "l2")(1, 2, "")
    assert clock.rang
    told = []
    Clock(budget=100.0).watched(lambda *a: told.append(a), "l2")(1, 2, "epoch 1")
    assert told == [(1, 2, "l2: epoch 1")]


def test_the_clock_learns_what_work_takes():
    clock = Clock(budget=10.0, reserve=2.0)
    assert clock.estimate(1e6) == 0.0
    clock.learn(2e6, 1.0)
    assert clock.estimate(4e6) == pytest.approx(1.2 * 2.0)
    assert clock.left == pytest.approx(8.0, abs=0.1)


def test_starts_are_those_of_fits_alone(ready):
    errors = dev_errors(ready, "mlp", [{"epochs": 2, "seed": 3}], starts=2, progress=None)[0]
    alone = [fathom.fit(ready, epochs=2, seed=seed).errors["dev"] for seed in (3, 4)]
    assert np.array_equal(errors, alone)


def test_one_that_diverges_is_left_out():
    ready = make_ready(fathom.split(fathom.sample("diabetes"), seed=0))
    sound = {"epochs": 2, "seed": 0, "optimizer": "sgd"}
    found = dev_errors(ready, "mlp", [sound, {**sound, "learning_rate": 1e3}], starts=2, progress=None)
    assert found[0] is not None
    assert found[1] is None


def test_early_stopping_is_measured_where_it_did_not_stop():
    """A target of pure noise: the epoch with the lowest dev error is below 50% on the dev that chose it, and at 50% on the other half."""
    rng = np.random.default_rng(0)
    data = fathom.load((rng.normal(size=(500, 5)), rng.integers(0, 2, 500)))
    ready = make_ready(fathom.split(data, seed=0))
    choice = {"hidden": (8,), "epochs": 12, "early_stopping": 12, "seed": 0}
    honest = stopped_errors(ready, "mlp", choice, starts=4, progress=None)
    shown = [min(error for _, error in fathom.fit(ready, **{**choice, "seed": s}).history.measured("dev")) for s in range(4)]
    assert honest.shape == (4, len(ready.splits.dev))
    assert honest.mean() > np.mean(shown) + 0.01


def test_correlation_of_rows():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=(5, 200)) + rng.normal(size=200)
    pairs = np.corrcoef(errors)[np.triu_indices(5, 1)]
    assert correlation_of(errors) == pytest.approx(pairs.mean())
    assert correlation_of(np.ones((3, 4))) is None


@pytest.mark.parametrize(
    ("net", "arguments", "wider", "deeper"),
    [
        ("embedding", {}, {"dimensions": 100}, {"hidden": (32,)}),
        ("embedding", {"hidden": (8,)}, {"dimensions": 100, "hidden": (16,)}, {"hidden": (8, 8)}),
        ("gru", {"units": 4, "dimensions": 4}, {"units": 8}, {"layers": 2}),
    ],
)
def test_the_remedies_of_texts(net, arguments, wider, deeper):
    frame = {"text": [f"one word number {i % 7} of {i}" for i in range(60)], "y": ["a", "b"] * 30}
    made = experiment(make_ready(fathom.split(fathom.load(frame, target="y"), seed=0)), net, **arguments)
    found = remedies("avoidable_bias", made)
    assert [r.name for r in found] == ["wider", "deeper", "longer"]
    assert [r.choices[0] for r in found[:2]] == [wider, deeper]
    assert "dropout" in [r.name for r in remedies("variance", made)]

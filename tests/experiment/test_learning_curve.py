"""`fathom.learning_curve` from data to sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.data.together import choosable
from fathom.experiment.curve_nets import alike, on_parts


@pytest.fixture(scope="module")
def digits():
    return fathom.split(fathom.sample("digits"), seed=0)


@pytest.fixture(scope="module")
def curve(digits):
    return fathom.learning_curve(digits, hidden=(16,), epochs=8, repeats=4, learning_rate=0.01)


def test_sizes_are_an_eighth_to_all_of_train(curve):
    assert [p.size for p in curve.points] == [134, 269, 539, 1079]
    assert curve.n == 1079
    assert curve.epochs == 8
    assert all(p.nets == 4 for p in curve.points)


def test_more_rows_are_better_and_the_forecast_goes_on(curve):
    errors = [p.error.value for p in curve.points]
    assert errors == sorted(errors, reverse=True)
    e = curve.at(2 * curve.n)
    assert e.low < e.value < e.high
    assert e.value < curve.at(curve.n).value
    assert e == curve.twice
    assert curve.verdict == "helps"
    assert curve.headline.startswith("Twice the data: ")


def test_it_is_written_and_drawn(curve):
    values = json.loads(json.dumps(curve.to_json(), allow_nan=False))
    assert values["points"][0]["size"] == 134
    text = str(curve)
    assert text.startswith(curve.headline.split(".")[0])
    assert "1,079" in text
    assert max(map(len, text.splitlines())) <= 80
    assert {t.name for t in curve.figure().data} >= {"measured", "expected", "law", "train", "90%"}
    assert "<pre" in curve._repr_html_()


def test_the_same_seed_gives_the_same_curve(digits):
    made = [fathom.learning_curve(digits, hidden=(4,), epochs=1, repeats=2, sizes=[60, 120], seed=s) for s in (0, 0, 1)]
    assert str(made[0]) == str(made[1])
    assert str(made[0]) != str(made[2])


def test_errors_of_a_subset_are_those_of_rows_it_never_saw(digits):
    """No row of test anywhere, none both trained on and measured."""
    data, m = choosable(digits), len(digits.train)
    tests = {row.tobytes() for row in digits.test.table.drop("target", strict=False).to_numpy()}
    for p in on_parts(digits, [134, 1079], 2, 0):
        assert not set(p.subset.train) & set(p.subset.held_out)
        assert (p.subset.train < m).all()
        assert len(p.subset.held_out) == len(data) - len(p.subset.train)
    assert not {row.tobytes() for row in data.table.drop("target", strict=False).to_numpy()} & tests


def test_dev_alone_is_measured_where_it_is_another_kind_of_data():
    rng = np.random.default_rng(0)
    a, b = ((rng.normal(size=(n, 2)), np.arange(n) % 2) for n in (80, 40))
    splits = fathom.split(train=a, dev=b)
    assert not alike(splits)
    assert all((p.subset.held_out >= 80).all() for p in on_parts(splits, [20, 40], 2, 0))
    curve = fathom.learning_curve(splits, net="logistic", epochs=2, repeats=2)
    assert "40 of dev" in curve.measured_on
    assert "rest of train" not in curve.measured_on


def test_more_data_does_not_cure_bias():
    """C2W1-15: a linear net on circles stays at a coin's error however many rows it gets."""
    data = fathom.sample("circles", n=1500, seed=0)
    curve = fathom.learning_curve(fathom.split(data, seed=0), net="logistic", epochs=20, learning_rate=0.05)
    assert curve.verdict in ("will not help", "unclear")
    assert curve.gain.value < 0.05
    assert curve.at(2 * curve.n).value > 0.35


def test_width_makes_nets_wider_and_keeps_their_proportions(digits):
    curve = fathom.learning_curve(digits, against="width", hidden=(16, 8), epochs=3, repeats=2)
    assert [p.size for p in curve.points] == [2, 4, 8, 16]
    assert curve.points[-1].train < curve.points[0].train
    assert "16-8" in curve.net
    assert "wide" in curve.headline


def test_a_number_has_the_same_unit_at_every_size():
    """The error of a part is a share of the baseline of all of train, not of its own."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2))
    y = 5 + 3 * x[:, 0] + rng.normal(size=400)
    splits = fathom.split((x, y), seed=0)
    curve = fathom.learning_curve(splits, net="linear", epochs=60, repeats=2, learning_rate=0.05)
    truth = np.abs(rng.normal(size=100_000)).mean()  # nobody gets below the noise
    spread = np.abs(splits.train.y - np.median(splits.train.y)).mean()
    assert curve.scale == pytest.approx(spread)
    assert curve.points[-1].error.value * curve.scale == pytest.approx(truth, rel=0.25)
    assert curve.unit in str(curve)


def test_rare_classes_count_alike():
    rng = np.random.default_rng(2)
    y = (np.arange(1000) % 10 == 0).astype(int)
    x = rng.normal(size=(1000, 2)) + 0.5 * y[:, None]
    curve = fathom.learning_curve(fathom.split((x, y), seed=0), net="logistic", epochs=10, repeats=2)
    assert curve.balanced
    assert curve.points[-1].error.value > 0.3  # the plain error would be near 0.1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"sizes": [50]}, "at least two sizes"),
        ({"sizes": [50, 5000]}, "sizes"),
        ({"against": "depth"}, "against"),
        ({"repeats": 1}, "repeats"),
        ({"net": "softmax", "against": "width"}, "hidden layers"),
        ({"goal": -1}, "goal"),
        ({"hiden": (3,)}, "hidden"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(digits, arguments, complaint):
    with pytest.raises(UnusableInput, match=complaint):
        fathom.learning_curve(digits, **arguments)


def test_a_split_without_dev_is_refused():
    with pytest.raises(UnusableInput, match="dev set"):
        fathom.learning_curve(fathom.split(fathom.sample("wine"), dev_size=0, test_size=0))

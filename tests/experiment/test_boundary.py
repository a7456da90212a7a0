"""The boundary of a net with two inputs: its answers are the net's, its points the examples."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from torch import nn

import fathom
from fathom.experiment.boundary import MOST, PLACES, boundary_of


@pytest.fixture(scope="module")
def moons():
    return fathom.fit(fathom.split(fathom.sample("moons"), seed=0), epochs=20)


def frame(n=300, *, rows=None):
    x = np.random.default_rng(0).normal(size=(n, 2)) * [1.0, 100.0] + [5.0, -300.0]
    table = {"width": x[:, 0].tolist(), "depth": x[:, 1].tolist()}
    return pl.DataFrame(table | (rows(x) if rows else {"y": np.where(x[:, 0] > 5, "in", "out").tolist()}))


def fitted(table, **arguments):
    return fathom.fit(fathom.split(fathom.load(table, target="y"), seed=0), epochs=5, **arguments)


def test_the_answers_are_those_of_predict(moons):
    made = moons.boundary
    across, up = np.meshgrid(made.x, made.y)
    said = moons.predict(np.stack([across.ravel(), up.ravel()], axis=1))
    labels = [made.classes[int(k)] for row in made.answer for k in row]
    assert labels == [str(v) for v in said["prediction"]]
    largest = said.select(pl.max_horizontal("p_0", "p_1")).to_series().to_numpy()
    np.testing.assert_allclose(np.ravel(made.sureness), largest, atol=1e-4)


def test_the_points_are_the_examples(moons):
    for role in ("train", "dev"):
        data, points = moons.splits.roles[role], moons.boundary.points[role]
        np.testing.assert_allclose(points.x, data.table["x0"], rtol=1e-5)
        np.testing.assert_allclose(points.y, data.table["x1"], rtol=1e-5)
        assert list(points.truth) == data.y.tolist()
    assert "test" not in moons.boundary.points


def test_the_grid_reaches_beyond_all_points(moons):
    made = moons.boundary
    for places, values in (
        (made.x, [v for p in made.points.values() for v in p.x]),
        (made.y, [v for p in made.points.values() for v in p.y]),
    ):
        assert len(places) == PLACES
        assert places[0] < min(values)
        assert places[-1] > max(values)
        np.testing.assert_allclose(np.diff(places), np.diff(places)[0], rtol=1e-3)


def test_a_number_has_its_predictions_in_its_own_unit():
    run = fitted(frame(rows=lambda x: {"y": (1000 + 50 * x[:, 0] + x[:, 1]).tolist()}))
    made = run.boundary
    assert made.classes == ()
    assert made.sureness == ()
    said = run.predict(pl.DataFrame({"width": [made.x[7]], "depth": [made.y[3]]}))["prediction"][0]
    assert made.answer[3][7] == pytest.approx(said, rel=1e-5)
    assert made.axes == ("width", "depth")


def test_three_classes_and_a_net_of_the_users_own():
    table = frame(rows=lambda x: {"y": np.digitize(x[:, 1], [-350, -250]).tolist()})
    run = fitted(table, net=lambda i, o: nn.Linear(i, o))
    assert set(np.ravel(run.boundary.answer)) <= {0.0, 1.0, 2.0}
    assert len(run.boundary.classes) == 3


def test_examples_with_a_missing_input_have_no_place():
    table = frame().with_columns(width=pl.when(pl.int_range(300) % 3 == 0).then(None).otherwise(pl.col("width")))
    run = fitted(table)
    assert len(run.boundary.points["train"].x) == run.splits.train.table["width"].len() - run.splits.train.table["width"].null_count()


def test_many_examples_are_drawn_at_random_and_the_same_again():
    run = fitted(frame(8000))
    first, again = run.boundary, boundary_of(run)
    assert len(first.points["train"].x) == MOST
    assert first == again


@pytest.mark.parametrize(
    "changes",
    [
        {"third": [float(i % 7) for i in range(300)]},
        {"width": ["a", "b", "c"] * 100},
        {"width": [True, False] * 150},
        {"width": [1.0] * 300},
    ],
    ids=["three", "category", "boolean", "constant"],
)
def test_without_two_numbers_there_is_none(changes):
    table = frame().with_columns(**{name: pl.Series(values) for name, values in changes.items()})
    assert fitted(table).boundary is None


def test_values_that_float_cannot_tell_apart_have_no_plane():
    table = frame().with_columns(width=pl.lit(1e9) + pl.int_range(300).cast(pl.Float64) * 1e-3)
    run = fitted(table)
    assert run.boundary is None

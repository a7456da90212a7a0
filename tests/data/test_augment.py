"""`fathom.augment`: train grows by altered copies, dev and test do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

import fathom
from fathom.data.augmenting.warp import mirror, warp
from tests.data.made_sets import dataset

STILL = {"rotate": 0, "shift": 0, "zoom": 0}


def pictures(n: int = 5, h: int = 6, w: int = 9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, h, w))


def warped(images, angle=0.0, down=0.0, right=0.0, scale=1.0):
    ones = np.ones(len(images))
    return warp(images, angle=angle * ones, down=down * ones, right=right * ones, scale=scale * ones)


@pytest.fixture(scope="module")
def digits():
    return fathom.split(fathom.sample("digits", n=300), seed=0)


def pixels(data, size=(8, 8)):
    return data.table.select([c.name for c in data.inputs]).to_numpy().reshape(-1, *size)


# the kernel


@pytest.mark.parametrize(
    ("angle", "down", "right", "scale"), [(30, 0, 0, 1), (0, 1.5, -0.25, 1), (0, 0, 0, 1.3), (-77, 0.3, 2.1, 0.7), (180, 0, 0, 1)]
)
@pytest.mark.parametrize("size", [(6, 9), (8, 8), (1, 5), (4, 1)])
def test_warp_is_scipys_affine_transform(angle, down, right, scale, size):
    images = pictures(3, *size)
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / scale
    center = (np.array(size) - 1) / 2
    offset = center - matrix @ (center + np.array([down, right]))
    expected = [affine_transform(image, matrix, offset=offset, order=1, mode="nearest") for image in images]
    np.testing.assert_allclose(warped(images, angle, down, right, scale), expected, atol=1e-9)


def test_warp_by_nothing_is_the_picture_itself():
    images = pictures()
    np.testing.assert_array_equal(warped(images), images)


def test_whole_steps_move_pixels():
    images = pictures()
    np.testing.assert_array_equal(warped(images, down=1)[:, 1:], images[:, :-1])
    np.testing.assert_array_equal(warped(images, right=-2)[:, :, :-2], images[:, :, 2:])


def test_a_quarter_turn_counterclockwise_is_rot90():
    images = pictures(3, 7, 7)
    np.testing.assert_allclose(warped(images, angle=90), np.rot90(images, axes=(1, 2)), atol=1e-12)


@given(st.floats(-180, 180), st.floats(-20, 20), st.floats(-20, 20), st.floats(0.1, 5), st.integers(0, 1000))
def test_values_stay_in_the_range_of_their_picture(angle, down, right, scale, seed):
    images = pictures(2, seed=seed)
    out = warped(images, angle, down, right, scale)
    assert (out.min(axis=(1, 2)) >= images.min(axis=(1, 2))).all()
    assert (out.max(axis=(1, 2)) <= images.max(axis=(1, 2))).all()


def test_each_picture_has_its_own_numbers_whatever_the_chunk(monkeypatch):
    images, rng = pictures(7), np.random.default_rng(1)
    numbers = {
        "angle": rng.normal(size=7) * 30,
        "down": rng.normal(size=7),
        "right": rng.normal(size=7),
        "scale": rng.uniform(0.5, 2, size=7),
    }
    whole = warp(images, **numbers)
    monkeypatch.setattr("fathom.data.augmenting.warp.CELLS", 2 * 54)
    np.testing.assert_array_equal(warp(images, **numbers), whole)
    alone = [warp(images[i : i + 1], **{k: v[i : i + 1] for k, v in numbers.items()})[0] for i in range(7)]
    np.testing.assert_array_equal(whole, alone)


def test_mirror_twice_is_the_identity_and_once_is_not():
    images = pictures()
    np.testing.assert_array_equal(mirror(mirror(images)), images)
    np.testing.assert_array_equal(mirror(images), np.flip(images, axis=2))


# the table


def test_train_grows_and_dev_and_test_stay(digits):
    more = fathom.augment(digits, times=3)
    m = len(digits.train)
    assert (len(more.train), more.how.rows["train"]) == (4 * m, 4 * m)
    for role in ("dev", "test"):
        np.testing.assert_array_equal(pixels(more.roles[role]), pixels(digits.roles[role]))
    np.testing.assert_array_equal(pixels(more.train)[:m], pixels(digits.train))
    assert (pixels(more.train)[m : 2 * m] != pixels(digits.train)).any(axis=(1, 2)).all()
    assert "data.augment.train" in [f.id for f in more.findings]
    assert f"train {4 * m:,}" in str(more) or f"{4 * m:,}" in str(more)


def test_copies_keep_label_row_and_group(digits):
    train = fathom.augment(digits, times=2).train
    m = len(digits.train)
    np.testing.assert_array_equal(train.y, np.tile(digits.train.y, 3))
    np.testing.assert_array_equal(train.rows, np.tile(digits.train.rows, 3))
    groups = train.table.get_column(train.column_for("group")).to_list()
    assert groups == groups[:m] * 3
    assert len(set(groups)) == m


def test_groups_of_the_set_are_kept():
    rng = np.random.default_rng(0)
    who = [f"p{i // 3}" for i in range(30)]
    made = dataset({**{f"x{i}": rng.normal(size=30) for i in range(4)}, "who": who}, ["a", "b"] * 15, {"who": "group"})
    more = fathom.augment(made, size=(2, 2), times=1)
    assert more.column_for("group") == "who"
    assert more.table.get_column("who").to_list() == who * 2


def test_nothing_changed_gives_exact_copies(digits):
    train = fathom.augment(digits, times=2, **STILL).train
    np.testing.assert_array_equal(pixels(train), np.tile(pixels(digits.train), (3, 1, 1)))


def test_flip_alone_doubles_the_set_with_mirrored_pictures(digits):
    m = len(digits.train)
    train = fathom.augment(digits, times=1, flip=True, **STILL).train
    np.testing.assert_array_equal(pixels(train)[m:], pixels(digits.train)[:, :, ::-1])
    twice = fathom.augment(fathom.augment(digits.train, times=1, flip=True, **STILL), times=1, flip=True, **STILL)
    np.testing.assert_array_equal(pixels(twice)[3 * m :], pixels(digits.train))


def test_the_same_seed_gives_the_same_copies_and_another_seed_others(digits):
    a, b, c = (pixels(fathom.augment(digits, times=2, seed=seed).train) for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()
    m = len(digits.train)
    assert (a[m : 2 * m] != a[2 * m :]).any()


def test_draws_reach_their_bounds_and_not_beyond():
    """A lone bright pixel in the middle of a wide picture: its center of mass tells the shift."""
    image = np.zeros((21, 21))
    image[10, 10] = 1.0
    made = dataset({f"x{i}": [v] * 500 for i, v in enumerate(image.ravel())}, ["a", "b"] * 250)
    copies = pixels(fathom.augment(made, size=(21, 21), times=1, rotate=0, zoom=0, shift=3), (21, 21))[500:]
    down = (copies.sum(axis=2) * np.arange(21)).sum(axis=1) / copies.sum(axis=(1, 2)) - 10
    right = (copies.sum(axis=1) * np.arange(21)).sum(axis=1) / copies.sum(axis=(1, 2)) - 10
    for moved in (down, right):
        assert 2.9 < moved.max() <= 3.0 + 1e-9
        assert -3.0 - 1e-9 <= moved.min() < -2.9
        assert abs(moved.mean()) < 4 * 3 / np.sqrt(3 * 500)
    assert abs(np.corrcoef(down, right)[0, 1]) < 4 / np.sqrt(500)


def test_an_augmented_set_warns_and_a_later_split_parts_no_copy_from_its_original():
    more = fathom.augment(fathom.sample("digits", n=200), times=2)
    assert [f.id for f in more.findings if f.severity == "warning"] == ["data.augment.before_split"]
    parts = fathom.split(more, seed=0).roles
    rows = [set(part.rows.tolist()) for part in parts.values()]
    assert len(set.union(*rows)) == sum(map(len, rows)) == 200


# what lives with it


def test_fit_counts_the_copies_in_m_and_originals_in_the_interval(digits):
    more = fathom.augment(digits, times=2)
    run = fathom.fit(more, hidden=(16,), epochs=3, l2=0.5)
    m = len(digits.train)
    assert len(run.errors["train"]) == 3 * m
    assert run.tables["train"].get_column("group").n_unique() == m
    assert len(run.errors["dev"]) == len(digits.dev)
    norm = run.history["weight_norm"][-1]
    assert run.history["penalty"][-1] == pytest.approx(0.5 / (2 * 3 * m) * norm**2, rel=1e-5)
    d = run.diagnose(references=False)
    plain = fathom.diagnose({"train": run.errors["train"], "dev": run.errors["dev"]})
    width, naive = (next(r for r in x.ladder.rungs if r.name == "train").estimate for x in (d, plain))
    assert width.value == naive.value
    assert width.high - width.low > naive.high - naive.low  # copies are no new evidence


def test_a_run_on_copies_predicts_saves_opens_and_unseals(digits, tmp_path):
    more = fathom.augment(digits, times=1)
    run = fathom.fit(more, hidden=(16,), epochs=3)
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    opened = fathom.open_run(tmp_path / "run")
    rows = digits.dev
    assert opened.predict(rows).equals(run.predict(pl.DataFrame(rows.table).drop("digit")))
    assert opened.open_test(more) == run.open_test()
    assert "turned by up to 10 degrees" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


# refusals


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"size": (7, 9)}, "expected 63 input columns for pictures of 7 x 9, got 64"),
        ({"size": (8,)}, "expected a height and a width"),
        ({"size": 8}, "expected a height and a width"),
        ({"size": (0, 8)}, "whole number of at least 1"),
        ({"times": 0}, "`times`"),
        ({"rotate": -1}, "`rotate`"),
        ({"zoom": 1}, "`zoom`"),
        ({"shift": float("nan")}, "`shift`"),
        ({"seed": 0.5}, "`seed`"),
    ],
)
def test_refusals(digits, arguments, says):
    with pytest.raises(fathom.UnusableInput, match=says):
        fathom.augment(digits, **arguments)


def test_a_set_that_does_not_know_its_shape_asks_for_it():
    made = dataset({f"x{i}": np.arange(10.0) for i in range(9)}, ["a", "b"] * 5)
    with pytest.raises(fathom.UnusableInput, match=r"Pass size=\(3, 3\)"):
        fathom.augment(made)
    assert len(fathom.augment(made, size=(3, 3), times=1)) == 20


def test_other_values_and_missing_ones_are_refused():
    with pytest.raises(fathom.UnusableInput, match="other values in city"):
        fathom.augment(dataset({"a": [1.0, 2.0], "city": ["x", "y"]}, ["p", "q"]), size=(1, 2))
    with pytest.raises(fathom.UnusableInput, match="missing ones in b"):
        fathom.augment(dataset({"a": [1.0, 2.0], "b": [None, 1.0]}, ["p", "q"]), size=(1, 2))
    with pytest.raises(fathom.UnusableInput, match="Splits or a Dataset"):
        fathom.augment(np.zeros((3, 8, 8)))  # type: ignore[call-overload]

"""Prepare on pictures: every pixel kept, one mean and one standard deviation a channel, with NumPy as oracle."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.picture import Picture
from fathom.data.load import load
from fathom.data.prepare import Prepare
from fathom.data.samples import sample
from tests.data.picture_set import patches


def test_gray_pictures_keep_all_pixels_and_share_mean_and_deviation():
    data = sample("digits")
    prepare, x = Prepare.fit(data, pictures=True), data.table.select(c.name for c in data.inputs).to_numpy()
    assert (x.std(0) == 0).any()  # corners that are never lit
    assert prepare.names == tuple(c.name for c in data.inputs)
    np.testing.assert_allclose(prepare(data), (x - x.mean()) / x.std(), atol=1e-5)
    np.testing.assert_allclose(prepare.scaling.std, x.std(), rtol=1e-12)
    assert prepare.findings == ()
    assert prepare.picture == Picture(channels=1, height=8, width=8)
    assert "gray" in str(prepare)
    assert "pictures of 8 x 8, 64 numbers, fitted on train (1,797)" in str(prepare)


@pytest.mark.parametrize("last", [True, False])
def test_colors_have_a_mean_and_a_deviation_each(last):
    x, y = patches()
    given = x if last else np.moveaxis(x, -1, 1)
    data = load((given, y))
    prepare = Prepare.fit(data, pictures=True)
    expected = (x - x.mean((0, 1, 2))) / x.std((0, 1, 2))
    assert prepare.picture is not None
    assert prepare.picture.last is last
    np.testing.assert_allclose(prepare.picture.pixels(prepare(data)), expected, atol=1e-5)
    np.testing.assert_allclose(prepare(data) * prepare.scaling.std + prepare.scaling.mean, given.reshape(len(x), -1), atol=1e-3)


def test_it_is_stored_bit_for_bit_and_checked():
    data = load(patches())
    prepare = Prepare.fit(data, pictures=True)
    values = json.loads(json.dumps(prepare.to_json()))
    again = Prepare.from_json(copy.deepcopy(values))
    assert again.picture == prepare.picture
    np.testing.assert_array_equal(again(data), prepare(data))
    for name, wrong in (("channels", 2), ("height", 17), ("width", -1), ("last", "yes")):
        with pytest.raises(UnusableInput, match=r"prepare\.json"):
            Prepare.from_json({**values, "picture": {**values["picture"], name: wrong}})
    old = {name: value for name, value in values.items() if name != "picture"}
    assert Prepare.from_json(old).picture is None


def test_a_channel_that_is_constant_stays_finite():
    x, y = patches()
    x[..., 2] = 7
    prepare = Prepare.fit(load((x, y)), pictures=True)
    assert prepare.picture is not None
    assert (prepare.picture.pixels(prepare(load((x, y))))[..., 2] == 0).all()


def test_pictures_with_missing_pixels_or_further_columns_are_tables():
    x, y = patches()
    holes = x.astype(float)
    holes[0, 0, 0, 0] = np.nan
    assert Prepare.fit(load((holes, y)), pictures=True).picture is None
    assert Prepare.fit(load((x[..., :2], y)), pictures=True).picture is None
    assert Prepare.fit(load((x, y), ignore=["x5"]), pictures=True).picture is None


def test_pixels_on_another_scale_are_said():
    x, y = patches()
    prepare = Prepare.fit(load((x, y)), pictures=True)
    assert prepare.apply(load((x, y)))[1] == ()
    assert [f.id for f in prepare.apply(load((x / 255, y)))[1]] == ["data.prepare.pixel_scale"]
    small = Prepare.fit(load((x / 255, y)), pictures=True)
    assert [f.id for f in small.apply(load((x, y)))[1]] == ["data.prepare.pixel_scale"]


def test_for_other_nets_pictures_are_columns_as_any():
    data = sample("digits")
    table = Prepare.fit(data)
    assert table.picture is None
    assert len(table.names) == 61

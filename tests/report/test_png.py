"""PNG files: what another reader finds in them is what was written."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fathom.core.exceptions import UnusableInput
from fathom.report.pixel_columns import picture_shape, pictures
from fathom.report.png import address, png
from tests.report.picture_reader import pixels_of

SIZES = st.integers(1, 9)
PIXELS = st.one_of(
    st.tuples(SIZES, SIZES).flatmap(lambda shape: arrays.arrays(np.uint8, shape)),
    st.tuples(SIZES, SIZES).flatmap(lambda shape: arrays.arrays(np.uint8, (*shape, 3))),
    st.tuples(SIZES, SIZES).flatmap(lambda shape: arrays.arrays(np.uint8, (*shape, 4))),
)


@settings(max_examples=30, deadline=None)
@given(PIXELS)
def test_what_is_written_is_read(pixels):
    np.testing.assert_array_equal(pixels_of(png(pixels)), pixels)
    head, _, body = address(pixels).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == png(pixels)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 2, 2), (2, 2, 4, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(UnusableInput, match="pixels: expected an array"):
        png(np.zeros(shape))


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        ([f"pixel_{i}_{j}" for i in range(28) for j in range(28)], (28, 28)),
        ([f"p{i}x{j}" for i in range(4) for j in range(5)], (4, 5)),
        ([f"pixel_{j}_{i}" for i in range(8) for j in range(8)], None),  # column by column: not the order of a picture
        ([f"pixel_{i}_{j}" for i in range(8) for j in range(8)][:-1], None),
        ([f"{'ab'[i % 2]}_{i}_{j}" for i in range(8) for j in range(8)], None),
        ([f"pixel_{i}_{j}" for i in range(2) for j in range(30)], None),
        ([f"pixel_{i}_{j}" for i in range(70) for j in range(70)], None),
        (["age", "height"], None),
        ([], None),
    ],
)
def test_which_columns_are_pixels(names, shape):
    assert picture_shape(names) == shape


def test_pictures_reach_from_black_to_white():
    made = pictures([[0.0, 5.0, 10.0, np.nan]], (2, 2))
    assert made.tolist() == [[[0, 128], [255, 0]]]
    assert pictures([[3.0, 3.0, 3.0, 3.0]], (2, 2)).max() == 0

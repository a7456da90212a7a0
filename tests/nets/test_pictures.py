"""The catalogue's nets for pictures: counts by the course, what is computed, how signals come through."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from fathom.core.exceptions import UnusableInput
from fathom.core.picture_nets import PICTURE_NETS, RESIDUAL
from fathom.core.records.picture import Picture
from fathom.nets.catalogue import CATALOGUE
from fathom.nets.dropout import SeededDropout
from fathom.nets.lenet import lenet5
from fathom.nets.pictures import FromColumns, build_lenet5, build_residual
from fathom.nets.work import multiplications

COLOR, GRAY = Picture(channels=3, height=32, width=32), Picture(channels=1, height=28, width=28)


def counts(net):
    return [sum(p.numel() for p in layer.parameters()) for layer in net if list(layer.parameters())]


def test_the_names_are_those_of_the_catalogue():
    assert {name for name, entry in CATALOGUE.items() if entry.pictures} == set(PICTURE_NETS)
    assert set(RESIDUAL) < set(PICTURE_NETS)


def test_lenet_from_columns_has_the_counts_of_the_course():
    """C4W1-23."""
    assert counts(build_lenet5(COLOR, 10)[0]) == [608, 3216, 48120, 10164, 850]
    assert counts(build_lenet5(GRAY, 10)[0]) == [208, 3216, 48120, 10164, 850]


def test_the_columns_become_the_picture_in_either_order():
    x = np.random.default_rng(0).random((4, 5, 6, 3)).astype(np.float32)
    last = FromColumns(Picture(channels=3, height=5, width=6, last=True))(torch.tensor(x.reshape(4, -1)))
    first = FromColumns(Picture(channels=3, height=5, width=6))(torch.tensor(np.moveaxis(x, -1, 1).reshape(4, -1)))
    np.testing.assert_array_equal(last.numpy(), np.moveaxis(x, -1, 1))
    np.testing.assert_array_equal(first.numpy(), last.numpy())


@pytest.mark.parametrize("size", [(4, 4), (8, 8), (11, 30), (12, 12), (28, 28), (32, 48), (64, 64)])
def test_lenet_takes_pictures_of_many_sizes(size):
    assert lenet5(3, channels=1, side=size)(torch.zeros(2, 1, *size)).shape == (2, 3)


def test_multiplications_by_hand():
    """C4W2-19: a 5x5 same convolution of 28x28x192 to 32 channels takes 120 million; with 16 channels between, 12.4 million."""
    whole = nn.Sequential(FromColumns(Picture(channels=192, height=28, width=28)), nn.Conv2d(192, 32, 5, padding=2))
    between = nn.Sequential(FromColumns(Picture(channels=192, height=28, width=28)), nn.Conv2d(192, 16, 1), nn.Conv2d(16, 32, 5, padding=2))
    assert multiplications(whole, 192 * 784) == 28 * 28 * 32 * 5 * 5 * 192 == 120_422_400
    assert multiplications(between, 192 * 784) == 28 * 28 * 16 * 192 + 28 * 28 * 32 * 5 * 5 * 16 == 12_443_648


def test_dropout_is_in_lenet_alone():
    net = build_lenet5(GRAY, 10, dropout=(0.2, 0.5))[0]
    assert [layer.p for layer in net if isinstance(layer, SeededDropout)] == [0.2, 0.5]
    with pytest.raises(UnusableInput, match="`dropout`: expected one number or 2"):
        build_lenet5(GRAY, 10, dropout=(0.2,))
    with pytest.raises(UnusableInput, match="`dropout`: expected 0 for a net with batch norm"):
        build_residual(GRAY, 10, dropout=0.2)

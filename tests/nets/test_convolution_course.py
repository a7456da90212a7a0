"""The figures of C4W1, to the digit: torch's convolution, the naive one, and what the course prints."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from fathom.core.exceptions import UnusableInput
from fathom.nets.convolution import output_size, parameters, same_padding
from fathom.nets.initialization import initialize
from fathom.nets.lenet import lenet5
from tests.oracles.convolution import convolve, pool

VERTICAL = [[1, 0, -1]] * 3
HORIZONTAL = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
IMAGE = [[int(c) for c in row] for row in ["301274", "158931", "272513", "013178", "421628", "245239"]]
LIGHT_TO_DARK, DARK_TO_LIGHT = [[10] * 3 + [0] * 3] * 6, [[0] * 3 + [10] * 3] * 6
QUARTERS = LIGHT_TO_DARK[:3] + DARK_TO_LIGHT[:3]


def by_torch(image, filters, **how):
    x, w = (torch.tensor(a, dtype=torch.float64)[None, None] for a in (image, filters))
    return functional.conv2d(x, w, padding=how.get("p", 0), stride=how.get("s", 1))[0, 0].numpy()


@pytest.mark.parametrize(
    ("image", "filters", "expected"),
    [
        (IMAGE, VERTICAL, [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]),  # C4W1-03
        (LIGHT_TO_DARK, VERTICAL, [[0, 30, 30, 0]] * 4),  # C4W1-04
        (DARK_TO_LIGHT, VERTICAL, [[0, -30, -30, 0]] * 4),  # C4W1-05
        (QUARTERS, HORIZONTAL, [[0] * 4, [30, 10, -10, -30], [30, 10, -10, -30], [0] * 4]),  # C4W1-06
    ],
)
def test_edges(image, filters, expected):
    np.testing.assert_array_equal(convolve(image, filters), expected)
    np.testing.assert_array_equal(by_torch(image, filters), expected)


@pytest.mark.parametrize("filters", [[[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[3, 0, -3], [10, 0, -10], [3, 0, -3]]])
def test_a_convolution_recovers_sobel_and_scharr(filters):
    """C4W1-07..09: the nine numbers are learned from pictures and their edges."""
    X = torch.randn(40, 1, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    wanted = torch.tensor(filters, dtype=torch.float64)[None, None]
    rows = functional.unfold(X, 3).transpose(1, 2).reshape(-1, 9)
    learned = torch.linalg.lstsq(rows, functional.conv2d(X, wanted).reshape(-1, 1)).solution.view(3, 3)
    torch.testing.assert_close(learned, wanted[0, 0], rtol=0, atol=1e-9)


def test_sizes():
    """C4W1-10..13, 18."""
    assert output_size(6, f=3, p=1) == 6
    assert output_size(6, f=3) == 4
    assert [same_padding(f) for f in (3, 5)] == [1, 2]
    assert all(output_size(n, f=f, p=same_padding(f)) == n for f in (1, 3, 5, 7) for n in (9, 28))
    assert output_size(7, f=3, s=2) == 3
    assert output_size(6, f=3, s=2) == 2
    assert [output_size(39, f=3), output_size(37, f=5, s=2), output_size(17, f=5, s=2)] == [37, 17, 7]
    assert 7 * 7 * 40 == 1960
    with pytest.raises(UnusableInput, match="at most 4"):
        output_size(4, f=5)
    with pytest.raises(UnusableInput, match="odd"):
        same_padding(4)


@pytest.mark.parametrize("p", [0, 1, 2])
@pytest.mark.parametrize("s", [1, 2, 3])
@pytest.mark.parametrize("f", [1, 2, 3, 5])
def test_the_formula_is_what_torch_and_the_loops_give(f, s, p):
    image = np.random.default_rng(0).integers(0, 9, (9, 9))
    filters = np.random.default_rng(1).integers(-3, 4, (f, f))
    np.testing.assert_array_equal(by_torch(image, filters, p=p, s=s), convolve(image, filters, p=p, s=s))
    assert len(convolve(image, filters, p=p, s=s)) == output_size(9, f=f, p=p, s=s)


def test_strides():
    """C4W1-12; of the nine figures that the course prints two are slips, 83 for 88 and 127 for 117."""
    rows = ["2374629", "6698743", "3483897", "7836634", "4218346", "3241983", "0139214"]
    image = [[int(c) for c in row] for row in rows]
    filters = [[3, 4, 4], [1, 0, 2], [-1, 0, 3]]
    assert by_torch(image, filters, s=2).tolist() == convolve(image, filters, s=2).tolist() == [[91, 100, 88], [69, 91, 117], [44, 72, 74]]


def test_correlation_and_convolution():
    """C4W1-14: mathematics flips the filter on both axes, and is associative."""
    flipped = np.flip(np.array([[3, 4, 5], [1, 0, 2], [-1, 9, 7]]))
    assert flipped.tolist() == [[7, 9, -1], [2, 0, 1], [5, 4, 3]]
    source = np.random.default_rng(0)
    A, B, C = (source.integers(-4, 5, size) for size in ((9, 9), (3, 3), (2, 2)))

    def true(image, filters):
        return convolve(image, np.flip(filters))

    whole = np.pad(B, 1)  # B * C in full, so that both orders see the same
    np.testing.assert_array_equal(true(true(A, B), C), true(A, true(whole, C)))


def test_volumes_and_counts():
    """C4W1-15..17, 25."""
    layer = nn.Conv2d(3, 2, 3)
    assert layer(torch.zeros(1, 3, 6, 6)).shape == (1, 2, 4, 4)
    assert layer.weight.shape == (2, 3, 3, 3)
    image, filters = np.random.default_rng(0).normal(size=(6, 6, 3)), np.random.default_rng(1).normal(size=(3, 3, 3))
    ours = functional.conv2d(torch.tensor(image).permute(2, 0, 1)[None], torch.tensor(filters).permute(2, 0, 1)[None])[0, 0]
    np.testing.assert_allclose(ours, convolve(image, filters), atol=1e-12)
    assert parameters(3, 3, 10) == sum(p.numel() for p in nn.Conv2d(3, 10, 3).parameters()) == 280
    assert (parameters(5, 3, 6), 28 * 28 * 6, 3_072 * 4_704) == (456, 4_704, 14_450_688)


def test_pooling():
    """C4W1-20..22."""
    image = [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]
    x = torch.tensor(image, dtype=torch.float64)[None, None]
    assert pool(image, f=2, s=2).tolist() == nn.MaxPool2d(2)(x)[0, 0].tolist() == [[9, 2], [6, 3]]
    other = [*image[:2], [1, 4, 2, 3], image[3]]
    y = torch.tensor(other, dtype=torch.float64)[None, None]
    assert pool(other, f=2, s=2, of=np.mean).tolist() == nn.AvgPool2d(2)(y)[0, 0].tolist() == [[3.75, 1.25], [4, 2]]
    assert nn.AdaptiveAvgPool2d(1)(torch.zeros(1, 1000, 7, 7)).shape == (1, 1000, 1, 1)
    assert not list(nn.MaxPool2d(3, 2).parameters())
    assert nn.MaxPool2d(3, 2)(torch.zeros(1, 1, 7, 7)).shape[-1] == output_size(7, f=3, s=2) == 3


def test_lenet_has_the_shapes_and_counts_of_the_table():
    """C4W1-23, 24, 28."""
    net, x = lenet5(10), torch.zeros(1, 3, 32, 32)
    shapes, counts = [], []
    for layer in net:
        x = layer(x)
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.Linear):
            shapes.append(tuple(x.shape[1:]))
            counts.append(sum(p.numel() for p in layer.parameters()))
    assert shapes == [(8, 28, 28), (8, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
    assert [int(np.prod(s)) for s in shapes[:4]] == [6272, 1568, 1600, 400]
    assert counts == [608, 0, 3216, 0, 48120, 10164, 850]
    assert sum(counts) == 62_958
    assert lenet5(10, channels=1, side=28)(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    with pytest.raises(UnusableInput, match="at least 4, got 3"):
        lenet5(10, side=3)


def test_a_detector_moves_with_the_picture_and_sees_little_of_it():
    """C4W1-26, 27."""
    layer = nn.Conv2d(1, 2, 3).double()
    initialize(layer, scheme="he")
    x = torch.randn(1, 1, 12, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    moved = torch.roll(x, (2, 1), (2, 3))
    torch.testing.assert_close(layer(moved)[..., 2:, 1:], layer(x)[..., :-2, :-1])
    x.requires_grad_()
    layer(x)[0, 0, 4, 5].backward()
    rows, columns = torch.nonzero(x.grad[0, 0], as_tuple=True)
    assert (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())) == (4, 6, 5, 7)

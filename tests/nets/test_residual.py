"""Residual nets: the identity that a block falls back to, shapes, counts, and training beside the plain net (C4W2-07..09)."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from fathom.core.exceptions import UnusableInput
from fathom.nets.initialization import initialize
from fathom.nets.residual import Block, residual_net


def test_a_block_with_zero_weights_is_the_identity():
    """C4W2-07: W = 0, b = 0 -> a^[l+2] = ReLU(a^[l]) = a^[l]."""
    block = Block(4, 4)
    for p in block.parameters():
        nn.init.zeros_(p)
    a = torch.rand(2, 4, 6, 6)
    torch.testing.assert_close(block(a), a)
    plain = Block(4, 4, residual=False)
    for p in plain.parameters():
        nn.init.zeros_(p)
    assert not plain(a).any()


def test_the_shortcut_is_a_matrix_where_the_size_changes():
    """C4W2-09."""
    block = Block(128, 256, 2)
    assert block.shortcut[0].weight.shape[:2] == (256, 128)
    assert block(torch.zeros(2, 128, 8, 8)).shape == (2, 256, 4, 4)
    assert not list(Block(8, 8).shortcut.parameters())


@pytest.mark.parametrize(("depth", "count"), [(20, 272_474), (32, 466_906), (56, 855_770)])
def test_counts(depth, count):
    """By hand: 3x3 convolutions and two numbers of batch norm a filter, projections at both changes of size, the last layer."""
    k = (depth - 2) // 6
    expected, before = 27 * 16 + 32, 16
    for width in (16, 32, 64):
        for number in range(k):
            expected += 9 * (before if number == 0 else width) * width + 9 * width * width + 4 * width
            if before != width and number == 0:
                expected += before * width + 2 * width
        before = width
    expected += 64 * 10 + 10
    net = residual_net(depth, 10)
    assert sum(p.numel() for p in net.parameters()) == expected == count
    weights = [m for name, m in net.named_modules() if isinstance(m, nn.Conv2d | nn.Linear) and "shortcut" not in name]
    assert len(weights) == depth
    assert net(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_other_depths_are_refused():
    with pytest.raises(UnusableInput, match="20 or 26"):
        residual_net(21, 10)


def test_a_deep_residual_net_learns_what_the_plain_one_does_not():
    """C4W2-08, on a toy: 44 layers, a few steps of the same training."""

    def loss_after(residual):
        net = residual_net(44, 2, channels=1, filters=(4,), residual=residual)
        initialize(net, scheme="he", seed=0)
        source = torch.Generator().manual_seed(0)
        X = torch.randn(64, 1, 6, 6, generator=source)
        y = (X[:, :, :3].mean((1, 2, 3)) > X[:, :, 3:].mean((1, 2, 3))).long()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        for _ in range(25):
            optimizer.zero_grad()
            loss = functional.cross_entropy(net(X), y)
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    assert loss_after(True) < 0.7 * loss_after(False)

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from fathom.core.exceptions import UnusableInput
from fathom.nets.catalogue import CATALOGUE, arguments_for, entry
from fathom.nets.dropout import SeededDropout
from fathom.nets.initialization import initialize
from fathom.nets.mlp import build_mlp, dense_net

SHAPES = {
    (3, (4,), 1): 21,  # C1W3-01
    (3, (5, 5, 3), 1): 72,  # C1W4-01
    (2, (3, 5, 4, 2), 1): 9 + 20 + 24 + 10 + 3,  # C1W4-03
    (12288, (), 1): 12289,  # C1W2-01, 04
}


@pytest.mark.parametrize(("inputs", "hidden", "outputs"), SHAPES)
def test_parameters_are_the_counts_of_the_course(inputs, hidden, outputs):
    net, record = build_mlp(inputs, outputs, hidden=hidden)
    assert sum(p.numel() for p in net.parameters()) == record.parameters == SHAPES[inputs, hidden, outputs]
    widths = [inputs, *hidden, outputs]
    assert [tuple(m.weight.shape) for m in net if isinstance(m, nn.Linear)] == [(b, a) for a, b in itertools.pairwise(widths)]


def test_forward_equals_numpy():
    """C1W4-02: Z = W A + b, A = g(Z), in rows."""
    net, _ = build_mlp(3, 2, hidden=(4, 5), activation="tanh")
    inputs = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    a = inputs.numpy()
    layers = [m for m in net if isinstance(m, nn.Linear)]
    for number, layer in enumerate(layers):
        a = a @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        a = np.tanh(a) if number < len(layers) - 1 else a
    np.testing.assert_allclose(net(inputs).detach().numpy(), a, rtol=1e-5, atol=1e-6)


def test_batch_norm_takes_the_place_of_the_bias():
    """C2W3-11."""
    net, record = build_mlp(3, 1, hidden=(4,), batch_norm=True)
    assert [type(m).__name__ for m in net] == ["Linear", "BatchNorm1d", "ReLU", "Linear"]
    assert net[0].bias is None
    assert sum(p.numel() for p in net.parameters()) == record.parameters


@pytest.mark.parametrize(
    ("scheme", "expected"), [("he", math.sqrt(2 / 400)), ("xavier", 0.05), ("glorot", math.sqrt(2 / 700)), ("random", 0.01)]
)
def test_initialization_has_the_deviation_of_the_course(scheme, expected):
    """C2W1-46..48, C1W3-12; biases are zero."""
    net = nn.Linear(400, 300)
    initialize(net, scheme=scheme, seed=3)
    assert float(net.weight.detach().std()) == pytest.approx(expected, rel=0.02)
    assert float(net.weight.detach().mean()) == pytest.approx(0.0, abs=expected * 0.02)
    assert not net.bias.detach().any()


def test_gain_scales_and_seed_decides():
    nets = [nn.Linear(5, 4) for _ in range(4)]
    for net, (gain, seed) in zip(nets, [(1.0, 0), (1.0, 0), (3.0, 0), (1.0, 1)], strict=True):
        initialize(net, scheme="he", gain=gain, seed=seed)
    weights = [net.weight.detach() for net in nets]
    assert torch.equal(weights[0], weights[1])
    torch.testing.assert_close(weights[2], 3 * weights[0])
    assert not torch.equal(weights[0], weights[3])


def test_zeros_never_break_the_symmetry():
    """C1W3-11: after any number of steps all hidden units are still the same."""
    from fathom.core.records.settings import Settings
    from tests.engine.one_net import history_of, job

    net, _ = build_mlp(2, 1, hidden=(4,), activation="tanh")
    initialize(net, scheme="zeros")
    inputs = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    settings = Settings(epochs=20, batch_size="full")
    history_of(job(net, inputs, inputs[:, 0] + 1, lambda o, y: (o[:, 0] - y) ** 2, settings))
    hidden = net[0].weight.detach()
    assert torch.equal(hidden, hidden[:1].expand_as(hidden))


def test_he_keeps_the_scale_over_fifty_relu_layers_and_small_weights_do_not():
    """C2W1-50."""
    x = torch.randn(256, 100, generator=torch.Generator().manual_seed(0))
    for scheme, low, high in (("he", 0.1, 10.0), ("random", 0.0, 1e-20)):
        net, _ = build_mlp(100, 100, hidden=(100,) * 50)
        initialize(net, scheme=scheme)
        assert low <= float(net(x).detach().std()) <= high


def test_inverted_dropout_keeps_the_mean_and_drops_the_share():
    """C2W1-27: 50 units at keep_prob 0.8, 10 off on average."""
    drop = SeededDropout(0.2, layer=1)
    drop.at(seed=0, step=0)
    out = drop(torch.ones(4000, 50))
    assert float((out == 0).sum(1).float().mean()) == pytest.approx(10, abs=0.2)
    assert float(out.mean()) == pytest.approx(1.0, abs=0.005)
    assert set(out.unique().tolist()) == {0.0, 1.25}


def test_masks_follow_from_seed_layer_and_step():
    """C2W1-28: a new mask every pass."""
    x = torch.ones(8, 64)

    def mask(seed=0, layer=1, step=0):
        drop = SeededDropout(0.5, layer=layer)
        drop.at(seed=seed, step=step)
        return drop(x)

    assert torch.equal(mask(), mask())
    for other in (mask(seed=1), mask(layer=2), mask(step=1)):
        assert not torch.equal(mask(), other)


def test_no_dropout_at_test_time():
    """C2W1-29."""
    drop = SeededDropout(0.5, layer=1).eval()
    x = torch.randn(3, 4)
    assert torch.equal(drop(x), x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden": (3, 0)}, r"`hidden`: expected a whole number of at least 1, got 0"),
        ({"hidden": (3, 2.5)}, r"`hidden`: expected a whole number"),
        ({"batch_norm": "no"}, r"`batch_norm`: expected True or False, got 'no'"),
        ({"activation": "relo"}, r"`activation`: expected one of .*got 'relo'. Did you mean 'relu'"),
        ({"hidden": (3, 3), "dropout": (0.1,)}, r"`dropout`: expected one number or 2, one per hidden layer, got 1"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(UnusableInput, match=message):
        dense_net(2, 1, **arguments)


def test_catalogue_names_and_arguments():
    pictures = ["lenet5", "plain", "resnet", "resnet20"]
    assert sorted(CATALOGUE) == sorted(["embedding", "gru", "linear", "logistic", "lstm", "mlp", "rnn", "softmax", *pictures])
    with pytest.raises(UnusableInput, match="Did you mean 'mlp'"):
        entry("mpl")
    with pytest.raises(UnusableInput, match=r"`hiden`: expected an argument of mlp .*Did you mean 'hidden'"):
        arguments_for("mlp", {"hiden": (3,)})

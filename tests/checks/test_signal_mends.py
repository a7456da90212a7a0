"""What check_signal advises really mends: the advice, carried out on a net by hand, gives the effect that was said."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

import fathom


def stack(std: float, activation: type[nn.Module], layers: int = 30, width: int = 64) -> nn.Sequential:
    torch.manual_seed(0)
    parts: list[nn.Module] = []
    for _ in range(layers):
        linear = nn.Linear(width, width)
        nn.init.normal_(linear.weight, std=std)
        nn.init.zeros_(linear.bias)
        parts += [linear, activation()]
    return nn.Sequential(*parts)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("std", [0.01, 1.0])
def test_he_is_advised_for_relu_and_mends(std, x):
    signal = fathom.check_signal(stack(std, nn.ReLU), x)
    best = signal.mends[0]
    assert (best.name, best.what, best.verdict) == ("initialization", "He initialization", "healthy")
    mended = fathom.check_signal(stack(math.sqrt(2 / 64), nn.ReLU), x)
    assert abs(math.log(mended.forward / best.forward)) < math.log(10)
    assert "kaiming_normal_" in signal.findings[0].fix


def test_xavier_is_advised_for_tanh(x):
    best = fathom.check_signal(stack(0.01, nn.Tanh), x).mends[0]
    assert (best.what, best.verdict) == ("Xavier initialization", "healthy")


def test_sigmoid_is_not_mended_by_weights_alone(x):
    """Its slope is at most 1/4 (C2W1-44): Xavier leaves the gradient vanishing, residual sums or ReLU do not."""
    signal = fathom.check_signal(stack(1 / 8, nn.Sigmoid, layers=20), x)
    verdicts = {mend.name: mend.verdict for mend in signal.mends}
    assert verdicts["initialization"] == "vanishing"
    assert verdicts["residual"] == verdicts["activation"] == "healthy"
    assert signal.mends[0].verdict == "healthy"
    assert "slopes below 1" in signal.findings[0].cause


def test_normalization_has_the_effect_of_layer_norms_put_in(x):
    net = stack(0.01, nn.ReLU, layers=12)
    said = next(mend for mend in fathom.check_signal(net, x).mends if mend.name == "normalization")
    parts: list[nn.Module] = []
    for layer in net:
        parts.append(layer)
        if isinstance(layer, nn.Linear) and layer is not net[-2]:
            parts.append(nn.LayerNorm(64))
    done = fathom.check_signal(nn.Sequential(*parts), x)
    assert done.forward == pytest.approx(said.forward, rel=1e-4)
    assert done.backward == pytest.approx(said.backward, rel=1e-4)


def test_residual_has_the_effect_of_sums_put_in(x):
    class Sum(nn.Module):
        def __init__(self, layer: nn.Module, activation: nn.Module) -> None:
            super().__init__()
            self.layer, self.activation = layer, activation

        def forward(self, x):
            return x + self.activation(self.layer(x))

    net = stack(0.001, nn.Tanh, layers=10)
    said = next(mend for mend in fathom.check_signal(net, x).mends if mend.name == "residual")
    from fathom.checks.signal.passes import Question, measured
    from fathom.checks.signal.redraw import redraw

    redraw(measured(Question(net, x)).layers, 0)
    last = net[-2], net[-1]
    sums = nn.Sequential(*(Sum(net[i], net[i + 1]) for i in range(0, len(net) - 2, 2)), *last)
    done = fathom.check_signal(sums, x)
    assert done.forward == pytest.approx(said.forward, rel=1e-4)
    assert done.backward == pytest.approx(said.backward, rel=1e-4)


def test_healthy_net_is_offered_nothing_and_knows_its_sound_std(x):
    signal = fathom.check_signal(stack(math.sqrt(2 / 64), nn.ReLU, layers=8), x)
    assert signal.mends == ()
    assert all(0.3 < layer.std / layer.sound < 3.0 for layer in signal.layers)


def test_without_mend_nothing_is_tried(x):
    signal = fathom.check_signal(stack(0.01, nn.ReLU), x, mend=False)
    assert signal.mends == ()
    assert all(layer.sound is None for layer in signal.layers)
    assert signal.verdict == "vanishing"

"""Weights that training cannot start from, and signals that die or explode."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fathom.testing.faults.parts import Attention, Block, Custom, Language, Last, convolutional, dense, each_token, redraw
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, next_characters, text_sources, wine
from fathom.testing.faults.set_up import Built

STUCK = "parameter.not_moving memorize.failed"


@planted("dense", "initialization", "weights.zero weights.symmetric")
def _all_zero() -> Built:
    return Built(redraw(dense(64, 32, 10), nn.init.zeros_, biases=True), nn.CrossEntropyLoss(), *digits())


@planted("convolution", "initialization", "weights.zero weights.symmetric")
def _kernels_zero() -> Built:
    return Built(redraw(convolutional(8, 16), nn.init.zeros_), nn.CrossEntropyLoss(), *digit_images())


@planted("recurrent", "initialization", "weights.zero weights.symmetric")
def _all_zero_() -> Built:
    net = redraw(Last(nn.LSTM(8, 16, batch_first=True), 10), nn.init.zeros_, biases=True)
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("dense", "initialization", "weights.symmetric")
def _all_a_tenth() -> Built:
    return Built(redraw(dense(13, 16, 3), lambda p: nn.init.constant_(p, 0.1), biases=True), nn.CrossEntropyLoss(), *wine())


@planted("recurrent", "initialization", "weights.symmetric")
def _all_a_twentieth() -> Built:
    net = Last(nn.GRU(8, 16, batch_first=True), 10)
    redraw(net, lambda p: nn.init.constant_(p, 0.05), biases=True)
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("convolution", "initialization", "weights.symmetric")
def _filters_all_ones() -> Built:
    net = convolutional(8, 16)
    redraw(net, lambda p: p.fill_(1 / p[0].numel()))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("attention", "initialization", "weights.symmetric weights.zero")
def _projections_constant() -> Built:
    attention = Attention(16)
    redraw(attention, lambda p: nn.init.constant_(p, 0.02))
    return Built(Language(Block(16, attention), classes=4), nn.CrossEntropyLoss(), *text_sources())


TOO_LARGE = "weights.scale loss.initial signal.exploding signal.saturated"


@planted("dense", "initialization", TOO_LARGE)
def _a_hundred_times_too_large() -> Built:
    return Built(redraw(dense(64, 32, 32, 10), lambda p: p.mul_(100)), nn.CrossEntropyLoss(), *digits())


@planted("dense", "initialization", TOO_LARGE)
def _drawn_with_deviation_one() -> Built:
    return Built(redraw(dense(64, 256, 256, 10), nn.init.normal_), nn.CrossEntropyLoss(), *digits())


@planted("convolution", "initialization", TOO_LARGE)
def _kernels_drawn_with_deviation_one() -> Built:
    return Built(redraw(convolutional(16, 32, 32), nn.init.normal_), nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "initialization", "weights.scale signal.vanishing")
def _a_thousand_times_too_small() -> Built:
    net = redraw(dense(64, 32, 32, 32, 32, 10, activation=nn.Tanh), lambda p: p.mul_(1e-3))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("convolution", "initialization", "weights.scale signal.vanishing")
def _kernels_drawn_with_deviation_a_thousandth() -> Built:
    net = redraw(convolutional(8, 8, 8, 8), lambda p: nn.init.normal_(p, std=1e-3))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "initialization", "signal.saturated weights.scale")
def _tanh_saturated() -> Built:
    net = redraw(dense(64, 64, 64, 10, activation=nn.Tanh), lambda p: nn.init.normal_(p, std=3))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("recurrent", "initialization", "signal.saturated weights.scale")
def _gates_saturated() -> Built:
    net = Last(nn.LSTM(8, 16, batch_first=True), 10)
    redraw(net.layer, lambda p: nn.init.normal_(p, std=20))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("dense", "signal", "signal.dead")
def _layer_dead() -> Built:
    net = dense(30, 32, 16, 2)
    nn.init.constant_(net[2].bias, -100)  # type: ignore[arg-type]
    return Built(net, nn.CrossEntropyLoss(), *cancer())


@planted("convolution", "signal", "signal.dead")
def _filters_dead() -> Built:
    net = convolutional(8, 16)
    nn.init.constant_(net[2].bias, -50)  # type: ignore[arg-type]
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "signal", "signal.vanishing")
def _twenty_sigmoids() -> Built:
    return Built(dense(64, *[32] * 20, 10, activation=nn.Sigmoid), nn.CrossEntropyLoss(), *digits())


@planted("dense", "signal", "signal.vanishing")
def _residuals_forgotten_in_sixty_layers() -> Built:
    return Built(dense(64, *[32] * 60, 10), nn.CrossEntropyLoss(), *digits())


@planted("convolution", "signal", "signal.vanishing")
def _thirty_convolutions_without_norm() -> Built:
    return Built(convolutional(*[8] * 30), nn.CrossEntropyLoss(), *digit_images(32))


@planted("attention", "signal", "signal.exploding loss.initial weights.scale")
def _residuals_that_double() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        for layer in net.layers:
            x = x + 2 * layer(x)
        return x

    layers = nn.ModuleList(redraw(dense(16, 16), lambda p: nn.init.normal_(p, std=0.5)) for _ in range(16))
    return Built(Language(Custom(run, layers=layers), classes=4), nn.CrossEntropyLoss(), *text_sources(32, 12))


@planted("recurrent", "signal", "signal.exploding loss.initial loss.not_finite weights.scale nan.born")
def _recurrence_that_grows() -> Built:
    class Growing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.into, self.again, self.head = nn.Linear(1, 16), nn.Linear(16, 16), nn.Linear(16, 10)
            with torch.no_grad():
                self.again.weight.copy_(2.5 * torch.linalg.qr(torch.randn(16, 16))[0])

        def forward(self, x: Tensor) -> Tensor:
            state = x.new_zeros(len(x), 16)
            for t in range(x.shape[1]):
                state = self.into(x[:, t]) + self.again(state)
            return self.head(state)

    x, y = digits(48)
    return Built(Growing(), nn.CrossEntropyLoss(), x[:, :24, None], y)


@planted("recurrent", "signal", "signal.vanishing weights.scale time.order")
def _recurrence_that_forgets() -> Built:
    net = Last(nn.RNN(8, 16, num_layers=4, batch_first=True), 10)
    redraw(net.layer, lambda p: nn.init.normal_(p, std=0.01))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("attention", "initialization", "loss.initial weights.scale")
def _tied_embedding_of_deviation_one() -> Built:
    net = Language(Block(64, Attention(64, causal=True)), width=64)
    nn.init.normal_(net.tokens.weight)
    net.head.weight = net.tokens.weight
    return Built(net, each_token, *next_characters())


@planted("attention", "signal", "signal.saturated weights.scale")
def _scores_not_scaled() -> Built:
    attention = Attention(256, heads=1, scale=1.0)
    redraw(attention, lambda p: nn.init.normal_(p, std=0.15))
    net = Language(Block(256, attention), width=256, classes=4)
    return Built(net, nn.CrossEntropyLoss(), *text_sources(32, 12))


@planted("attention", "initialization", "weights.scale loss.initial signal.exploding inputs.scale")
def _embedding_of_deviation_a_hundred() -> Built:
    net = Language(nn.Identity(), classes=4)
    nn.init.normal_(net.tokens.weight, std=100)
    return Built(net, nn.CrossEntropyLoss(), *text_sources())


@planted("normalization", "signal", f"{STUCK} signal.dead gradient.none baseline.not_beaten")
def _layer_norm_over_one_feature() -> Built:
    net = nn.Sequential(nn.Linear(10, 1), nn.LayerNorm(1), nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1), nn.Flatten(0))
    return Built(net, nn.MSELoss(), *diabetes())


@planted("normalization", "initialization", "weights.zero parameter.not_moving gradient.none signal.dead signal.vanishing")
def _all_gains_zero() -> Built:
    net = nn.Sequential(nn.Linear(64, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 10))
    for layer in (net[1], net[4]):
        nn.init.zeros_(layer.weight)  # type: ignore[arg-type]
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("attention", "initialization", "weights.zero parameter.not_moving gradient.none")
def _both_layers_of_a_gate_zero() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out((x + net.gate(x) * x).flatten(1))

    gate = nn.Sequential(nn.Linear(8, 8, bias=False), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.Tanh())
    nn.init.zeros_(gate[0].weight)  # type: ignore[arg-type]
    nn.init.zeros_(gate[2].weight)  # type: ignore[arg-type]
    return Built(Custom(run, gate=gate, out=nn.Linear(64, 10)), nn.CrossEntropyLoss(), *digit_rows())

"""Nets with an autograd function whose backward pass is wrong."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd import Function

from fathom.testing.faults.parts import Attention, Block, Custom, Do, Language, convolutional, dense
from fathom.testing.faults.planted import wrong_functions as wrong
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import diabetes, digit_images, digit_rows, digits, text_sources
from fathom.testing.faults.set_up import Built

WRONG = "gradient.wrong"
FIRST = ("0.weight", "0.bias")


class OwnLinear(nn.Linear):
    """A linear layer on an autograd function of one's own."""

    def __init__(self, inside: int, outside: int, function: type[Function]) -> None:
        super().__init__(inside, outside)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        """x W^T + b."""
        return self.function.apply(x, self.weight, self.bias)


def _digits_through(function: type[Function]) -> Built:
    net = nn.Sequential(nn.Linear(64, 16), nn.Tanh(), OwnLinear(16, 16, function), nn.Tanh(), nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits(48))


def _digits_with(activation: type[Function]) -> Built:
    net = nn.Sequential(nn.Linear(64, 16), Do(activation.apply), nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits(48))


@planted("dense", "gradient", WRONG, ["2.weight"])
def _weight_averaged_twice() -> Built:
    return _digits_through(wrong.LinearAveraged)


@planted("dense", "gradient", WRONG, ["2.bias"])
def _bias_averaged() -> Built:
    return _digits_through(wrong.LinearBiasMean)


@planted("dense", "gradient", WRONG, FIRST)
def _weight_not_transposed() -> Built:
    return _digits_through(wrong.LinearTransposed)


@planted("dense", "gradient", WRONG, ["2.weight"])
def _weight_with_a_minus() -> Built:
    return _digits_through(wrong.LinearNegative)


@planted("dense", "gradient", WRONG, FIRST)
def _nothing_handed_down() -> Built:
    return _digits_through(wrong.LinearSilent)


@planted("dense", "gradient", WRONG, FIRST)
def _swish_with_a_term_missing() -> Built:
    return _digits_with(wrong.Swish)


@planted("dense", "gradient", WRONG, FIRST)
def _relu_masked_by_the_gradient() -> Built:
    return _digits_with(wrong.GuidedRelu)


@planted("dense", "gradient", WRONG, ["0.weight", "0.bias", "2.weight", "2.bias"])
def _cross_entropy_summed_on_the_way_back() -> Built:
    return Built(dense(64, 16, 10), wrong.CrossEntropySummed.apply, *digits(48))


@planted("dense", "gradient", WRONG, FIRST)
def _mask_of_other_rows() -> Built:
    net = nn.Sequential(nn.Linear(10, 16), Do(wrong.StaleRelu.apply), nn.Linear(16, 1), nn.Flatten(0))
    return Built(net, nn.MSELoss(), *diabetes(48))


def _images_through(function: type[Function]) -> Built:
    class Filter(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(4, 4, 3, 3) / 6)

        def forward(self, x: Tensor) -> Tensor:
            return function.apply(x, self.weight)

    net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Tanh(), Filter(), nn.Tanh(), nn.Flatten(), nn.Linear(256, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images(32))


@planted("convolution", "gradient", WRONG, FIRST)
def _kernel_not_turned() -> Built:
    return _images_through(wrong.ConvolutionUnturned)


@planted("convolution", "gradient", WRONG, ["2.weight"])
def _kernel_from_one_image() -> Built:
    return _images_through(wrong.ConvolutionOfOneImage)


@planted("convolution", "gradient", WRONG, ["0.weight", "0.bias", "2.weight", "2.bias"])
def _swish_between_convolutions() -> Built:
    net = convolutional(4, 6)
    net[1], net[3] = Do(wrong.Swish.apply), Do(wrong.Swish.apply)
    return Built(net, nn.CrossEntropyLoss(), *digit_images(32))


class _Normalized(nn.Module):
    def __init__(self, width: int, function: type[Function]) -> None:
        super().__init__()
        self.gain = nn.Parameter(1 + 0.1 * torch.randn(width))
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function.apply(x, self.gain)


def _rows_normalized(function: type[Function]) -> Built:
    net = nn.Sequential(nn.Linear(8, 12), _Normalized(12, function), nn.Tanh(), nn.Flatten(), nn.Linear(96, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows(32))


@planted("normalization", "gradient", WRONG, FIRST)
def _layer_norm_taken_for_constants() -> Built:
    return _rows_normalized(wrong.LayerNormConstant)


@planted("normalization", "gradient", WRONG, ["1.gain"])
def _gain_from_the_output() -> Built:
    return _rows_normalized(wrong.LayerNormGain)


BEFORE_THE_SCORES = (
    "tokens.weight",
    "positions.weight",
    *(f"mixer.attention.{n}.{p}" for n in ("query", "key") for p in ("weight", "bias")),
)


@planted("attention", "gradient", WRONG, [*BEFORE_THE_SCORES, "mixer.before.weight", "mixer.before.bias"])
def _softmax_taken_for_elementwise() -> Built:
    attention = Attention(16, normalize=wrong.SoftmaxElementwise.apply)
    return Built(Language(Block(16, attention), classes=4), nn.CrossEntropyLoss(), *text_sources(24, 12))


@planted("attention", "gradient", WRONG, ["table.weight"])
def _token_met_twice_counted_once() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        embedded = wrong.EmbeddingOverwritten.apply(tokens, net.table.weight)
        return net.head(net.attention(embedded).mean(1))

    net = Custom(run, table=nn.Embedding(40, 16), attention=Attention(16), head=nn.Linear(16, 4))
    return Built(net, nn.CrossEntropyLoss(), *text_sources(24, 12))


@planted("recurrent", "gradient", WRONG, ["to_x", "to_state"])
def _slope_of_tanh_forgotten() -> Built:
    class Recurrence(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.to_x = nn.Parameter(torch.randn(12, 8) / 3)
            self.to_state = nn.Parameter(torch.randn(12, 12) / 4)
            self.head = nn.Linear(12, 10)

        def forward(self, x: Tensor) -> Tensor:
            state = x.new_zeros(len(x), 12)
            for t in range(x.shape[1]):
                state = wrong.CellWithoutSlope.apply(x[:, t], state, self.to_x, self.to_state)
            return self.head(state)

    return Built(Recurrence(), nn.CrossEntropyLoss(), *digit_rows(32))

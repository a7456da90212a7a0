"""Losses that do not fit the outputs, and outputs that do not fit the targets."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.parts import Attention, Block, Custom, Language, Last, convolutional, dense
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, next_characters, raw, text_sources, wine
from fathom.testing.faults.set_up import Built

NO_LEARNING = "memorize.failed baseline.not_beaten"


@planted("dense", "loss", "loss.double_softmax")
def _softmax_before_cross_entropy() -> Built:
    return Built(dense(64, 32, 10, last=[nn.Softmax(dim=1)]), nn.CrossEntropyLoss(), *digits())


@planted("convolution", "loss", "loss.double_softmax")
def _softmax_before_cross_entropy_() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return F.softmax(net.body(x), dim=-1)

    return Built(Custom(run, body=convolutional(8, 16)), nn.CrossEntropyLoss(label_smoothing=0.1), *digit_images())


@planted("attention", "loss", "loss.double_softmax")
def _softmax_in_the_head() -> Built:
    net = Language(Block(16, Attention(16)), classes=4)
    net.head = nn.Sequential(net.head, nn.Softmax(dim=-1))  # type: ignore[assignment]
    return Built(net, F.cross_entropy, *text_sources())


@planted("dense", "loss", "loss.double_sigmoid")
def _sigmoid_before_logits_loss() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.Sigmoid(), nn.Flatten(0)]), nn.BCEWithLogitsLoss(), x, y.float())


@planted("recurrent", "loss", "loss.double_sigmoid")
def _sigmoid_before_logits_loss_of_several_labels() -> Built:
    x, y = digit_rows()
    labels = torch.stack([y % 2 == 0, y > 4, y % 3 == 0], dim=1).float()
    net = Custom(lambda net, x: torch.sigmoid(net.body(x)), body=Last(nn.GRU(8, 16, batch_first=True), 3))
    return Built(net, F.binary_cross_entropy_with_logits, x, labels)


@planted("dense", "loss", "loss.wants_log_probabilities")
def _logits_into_the_likelihood() -> Built:
    return Built(dense(13, 16, 3), nn.NLLLoss(), *wine())


@planted("convolution", "loss", "loss.wants_log_probabilities")
def _softmax_into_the_likelihood() -> Built:
    net = nn.Sequential(convolutional(8, 16), nn.Softmax(dim=1))
    return Built(net, F.nll_loss, *digit_images())


@planted("recurrent", "loss", "loss.wants_log_probabilities")
def _logits_into_the_likelihood_() -> Built:
    return Built(Last(nn.LSTM(8, 16, batch_first=True), 10), lambda o, t: F.nll_loss(o, t), *digit_rows())


@planted("dense", "output", "output.range")
def _relu_last_in_a_regression() -> Built:
    return Built(dense(10, 16, 1, last=[nn.ReLU(), nn.Flatten(0)]), nn.MSELoss(), *diabetes())


@planted("dense", "output", "output.range")
def _tanh_last_and_targets_outside() -> Built:
    x, _ = diabetes()
    return Built(dense(10, 16, 1, last=[nn.Tanh(), nn.Flatten(0)]), nn.MSELoss(), x, x[:, 2] * 40 + 150)


@planted("recurrent", "output", "output.range")
def _sigmoid_last_and_targets_outside() -> Built:
    x, _ = digit_rows()
    net = Custom(lambda net, x: net.body(x).sigmoid().squeeze(1), body=Last(nn.LSTM(8, 16, batch_first=True), 1))
    return Built(net, nn.SmoothL1Loss(), x, 4 * x.mean((1, 2)))


@planted("dense", "output", "output.range")
def _relu_before_the_logits_loss() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.ReLU(), nn.Flatten(0)]), nn.BCEWithLogitsLoss(), x, y.float())


@planted("convolution", "output", "output.range signal.dead")
def _relu_on_the_logits() -> Built:
    return Built(nn.Sequential(convolutional(8, 16), nn.ReLU()), nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "output", f"{NO_LEARNING} output.range loss.double_softmax output.classes parameter.not_moving")
def _softmax_over_one_output() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.Softmax(dim=1), nn.Flatten(0)]), nn.BCELoss(), x, y.float())


@planted("dense", "output", "output.shape")
def _column_against_row() -> Built:
    return Built(dense(10, 16, 1), nn.MSELoss(), *diabetes())


@planted("dense", "output", "output.shape")
def _row_against_column() -> Built:
    x, y = diabetes()
    return Built(dense(10, 16, 1, last=[nn.Flatten(0)]), nn.L1Loss(), x, y[:, None])


@planted("recurrent", "output", "output.shape")
def _column_against_row_in_a_loss_by_hand() -> Built:
    x, _ = digit_rows()
    return Built(Last(nn.GRU(8, 16, batch_first=True), 1), lambda o, t: ((o - t) ** 2).mean(), x, x.mean((1, 2)))


@planted("convolution", "output", "output.shape")
def _masks_with_a_channel_against_masks_without() -> Built:
    x, _ = digit_images(16)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
    return Built(net, nn.MSELoss(), x, (x[:, 0] > 0).float())


@planted("dense", "output", "output.shape targets.type")
def _squared_error_against_class_numbers() -> Built:
    x, y = digits()
    return Built(dense(64, 32, 10), lambda o, t: F.mse_loss(o, t.float()[:, None]), x, y)


@planted("recurrent", "output", "output.classes output.shape batch.leak time.order")
def _classes_and_steps_swapped() -> Built:
    # (n, steps, classes) where the loss takes (n, classes, steps); as many steps as classes, so nothing complains
    x, y = next_characters(32, 10)
    net = Custom(lambda net, t: net.head(net.rnn(net.tokens(t))[0]), tokens=nn.Embedding(40, 8), rnn=nn.GRU(8, 16, batch_first=True))
    net.head = nn.Linear(16, 10)
    return Built(net, nn.CrossEntropyLoss(), x, y % 10)


@planted("dense", "output", f"output.classes {NO_LEARNING}")
def _one_output_for_two_classes() -> Built:
    return Built(dense(30, 16, 1), nn.CrossEntropyLoss(), *cancer())


@planted("dense", "output", "output.classes targets.type")
def _labels_from_one() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(), x, y + 1)


@planted("convolution", "output", "output.classes targets.type")
def _fewer_outputs_than_classes() -> Built:
    return Built(convolutional(8, 16, outputs=8), nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "loss", "loss.not_scalar")
def _loss_of_each_example() -> Built:
    return Built(dense(64, 32, 10), nn.CrossEntropyLoss(reduction="none"), *digits())


@planted("recurrent", "loss", "loss.not_scalar")
def _loss_of_each_step() -> Built:
    net = Last(nn.GRU(8, 16, batch_first=True), 10)
    return Built(net, lambda o, t: -o.log_softmax(1).gather(1, t[:, None]), *digit_rows())


@planted("dense", "loss", f"{NO_LEARNING} loss.initial descent.rises loss.not_finite rate.too_high")
def _minus_forgotten() -> Built:
    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.log_softmax(1).gather(1, targets[:, None]).mean()

    return Built(dense(64, 32, 10), loss, *digits())


@planted("dense", "loss", "rate.too_high update.too_large loss.initial descent.rises memorize.failed")
def _squared_errors_summed_in_their_own_unit() -> Built:
    x, _ = diabetes()
    target = raw("diabetes", 96).y
    return Built(dense(10, 16, 1, last=[nn.Flatten(0)]), nn.MSELoss(reduction="sum"), x, target)


@planted("dense", "loss", f"{NO_LEARNING} loss.initial")
def _penalty_of_wrong_size() -> Built:
    net = dense(64, 32, 10)
    return Built(net, lambda o, t: F.cross_entropy(o, t) + 10 * sum((p**2).sum() for p in net.parameters()), *digits())


@planted("dense", "loss", "loss.not_finite nan.born")
def _logarithm_of_what_relu_gives() -> Built:
    x, y = wine()
    net = dense(13, 16, 3, last=[nn.ReLU()])
    return Built(net, lambda o, t: -(o.log().gather(1, t[:, None])).mean(), x, y)


@planted("dense", "rate", "rate.too_low update.too_small loss.initial")
def _loss_a_million_times_too_small() -> Built:
    net = dense(10, 16, 1, last=[nn.Flatten(0)])
    return Built(net, lambda o, t: 1e-6 * F.mse_loss(o, t), *diabetes())


@planted("convolution", "rate", "rate.too_high update.too_large loss.initial descent.rises")
def _loss_ten_thousand_times_too_large() -> Built:
    return Built(convolutional(8, 16), lambda o, t: 1e4 * F.cross_entropy(o, t), *digit_images())

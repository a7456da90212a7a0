"""Inputs and targets that are not what they should be."""

from __future__ import annotations

import torch
from torch import nn

from fathom.testing.faults.parts import Last, convolutional, dense
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, raw, wine
from fathom.testing.faults.set_up import Built

UNRELATED = "targets.unrelated baseline.not_beaten"


@planted("dense", "targets", UNRELATED)
def _labels_shuffled() -> Built:
    x, y = digits(256)
    return Built(dense(64, 32, 10), nn.CrossEntropyLoss(), x, y[torch.randperm(len(y))])


@planted("dense", "targets", UNRELATED)
def _labels_of_the_row_after() -> Built:
    x, y = cancer(256)
    return Built(dense(30, 16, 2), nn.CrossEntropyLoss(), x, y.roll(-1))


@planted("convolution", "targets", UNRELATED)
def _images_shuffled_and_labels_not() -> Built:
    x, y = digit_images(256)
    return Built(convolutional(8, 16), nn.CrossEntropyLoss(), x[torch.randperm(len(x))], y)


@planted("dense", "targets", UNRELATED)
def _numbers_shuffled() -> Built:
    x, y = diabetes(256)
    return Built(dense(10, 16, 1, last=[nn.Flatten(0)]), nn.MSELoss(), x, y[torch.randperm(len(y))])


@planted("recurrent", "targets", UNRELATED)
def _labels_of_the_row_before() -> Built:
    x, y = digit_rows(256)
    return Built(Last(nn.GRU(8, 16, batch_first=True), 10), nn.CrossEntropyLoss(), x, y.roll(1))


@planted("dense", "targets", "targets.type")
def _class_numbers_as_decimals() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(), x, y.float())


@planted("dense", "targets", "targets.type")
def _whole_numbers_for_the_logits_loss() -> Built:
    return Built(dense(30, 16, 1, last=[nn.Flatten(0)]), nn.BCEWithLogitsLoss(), *cancer())


@planted("dense", "targets", "targets.type output.range loss.not_finite")
def _classes_minus_one_and_one_for_the_logits_loss() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.Flatten(0)]), nn.BCEWithLogitsLoss(), x, 2.0 * y - 1)


@planted("convolution", "targets", "targets.type output.range loss.not_finite")
def _masks_from_0_to_255() -> Built:
    x, _ = digit_images(16)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
    return Built(net, nn.BCEWithLogitsLoss(), x, 255.0 * (x > 0))


@planted("dense", "inputs", "inputs.scale")
def _columns_not_normalized() -> Built:
    return Built(dense(30, 16, 2), nn.CrossEntropyLoss(), *raw("breast_cancer", 96))


@planted("dense", "inputs", "inputs.scale")
def _chemistry_as_measured() -> Built:
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(), *raw("wine", 96))


@planted("convolution", "inputs", "inputs.scale loss.initial")
def _pixels_from_0_to_255() -> Built:
    x, y = raw("digits", 64)
    net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 10))
    return Built(net, nn.CrossEntropyLoss(), (x * 255 / 16).view(-1, 1, 8, 8), y)


@planted("recurrent", "inputs", "inputs.scale signal.saturated")
def _years_as_they_are() -> Built:
    x, y = digit_rows()
    return Built(Last(nn.LSTM(8, 16, batch_first=True), 10), nn.CrossEntropyLoss(), x * 300 + 2000, y)


@planted("convolution", "inputs", "inputs.constant")
def _pixels_divided_as_whole_numbers() -> Built:
    x, y = raw("digits", 64)
    return Built(convolutional(8, 16), nn.CrossEntropyLoss(), (x.long() // 255).float().view(-1, 1, 8, 8), y)


@planted("dense", "inputs", "inputs.constant targets.unrelated baseline.not_beaten")
def _first_row_repeated() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(), x[:1].expand(len(x), -1).clone(), y)


@planted("dense", "inputs", "inputs.not_finite")
def _missing_value() -> Built:
    x, y = cancer()
    x[5, 3] = float("nan")
    return Built(dense(30, 16, 2), nn.CrossEntropyLoss(), x, y)


@planted("convolution", "inputs", "inputs.not_finite")
def _logarithm_of_black_pixels() -> Built:
    x, y = raw("digits", 64)
    return Built(convolutional(8, 16), nn.CrossEntropyLoss(), x.log().view(-1, 1, 8, 8), y)


@planted("dense", "inputs", "inputs.not_finite nan.born")
def _divided_by_a_deviation_of_zero() -> Built:
    x, y = raw("digits", 64)
    return Built(dense(64, 32, 10), nn.CrossEntropyLoss(), (x - x.mean(0)) / x.std(0), y)


@planted("dense", "targets", "targets.type loss.not_finite inputs.not_finite nan.born")
def _missing_target() -> Built:
    x, y = diabetes()
    y[7] = float("nan")
    return Built(dense(10, 16, 1, last=[nn.Flatten(0)]), nn.MSELoss(), x, y)

"""Of others: losses and outputs that do not fit."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.others.collection import of_others
from fathom.testing.faults.parts import Attention, Block, Custom, Language, Last, convolutional, dense
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, raw, text_sources, wine
from fathom.testing.faults.set_up import Built


@of_others("convolution", "loss", "loss.double_softmax", "jindongwang/Deep-learning-activity-recognition/issues/10")
def _softmax_layer_before_cross_entropy() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        features = net.body(x).flatten(1)
        return F.softmax(net.second(net.first(features).relu()), dim=1)

    body = nn.Sequential(nn.Conv1d(8, 16, 3), nn.ReLU(), nn.MaxPool1d(2))
    return Built(Custom(run, body=body, first=nn.Linear(48, 32), second=nn.Linear(32, 10)), nn.CrossEntropyLoss(), *digit_rows())


@of_others("dense", "loss", "loss.double_softmax", "bowang-lab/Transformer-GCN-QA/pull/32")
def _softmax_over_candidates() -> Built:
    return Built(dense(64, 48, 10, last=[nn.Softmax(dim=-1)]), nn.CrossEntropyLoss(), *digits())


@of_others("attention", "loss", "loss.double_softmax", "gitabcworld/MatchingNetworks/issues/5")
def _similarities_through_softmax_twice() -> Built:
    x, y = digits(128)
    support, labels = x[:60], F.one_hot(y[:60], 10).float()

    def run(net: Custom, x: Tensor) -> Tensor:
        similarity = F.normalize(net.embed(x), dim=1) @ F.normalize(net.embed(support.to(x.dtype)), dim=1).T
        return similarity.softmax(1) @ labels.to(x.dtype)

    return Built(Custom(run, embed=dense(64, 32, 16)), nn.CrossEntropyLoss(), x[60:], y[60:])


@of_others("dense", "loss", "loss.double_softmax", "Lightning-Universe/lightning-bolts/issues/654")
def _logistic_regression_with_two_softmaxes() -> Built:
    net = Custom(lambda net, x: F.softmax(net.linear(x), dim=1), linear=nn.Linear(13, 3))
    return Built(net, lambda o, t: F.nll_loss(F.log_softmax(o, dim=1), t), *wine())


@of_others("dense", "loss", "loss.double_sigmoid", "yudi-mars/daisyRec/pull/15")
def _sigmoid_in_a_recommender() -> Built:
    x, y = cancer()

    def run(net: Custom, x: Tensor) -> Tensor:
        user, item = net.user(x[:, :15]), net.item(x[:, 15:])
        return net.predict(user * item).view(-1).sigmoid()

    net = Custom(run, user=nn.Linear(15, 8), item=nn.Linear(15, 8), predict=nn.Linear(8, 1))
    return Built(net, nn.BCEWithLogitsLoss(), x, y.float())


@of_others("convolution", "loss", "loss.double_sigmoid", "Turoad/lanedet/issues/32")
def _sigmoid_in_the_head_that_says_what_exists() -> Built:
    x, y = digit_images()
    lanes = torch.stack([y > 2, y > 5, y % 2 == 0, y % 3 == 0], dim=1).float()
    body = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(72, 32), nn.ReLU(), nn.Linear(32, 4))
    return Built(nn.Sequential(body, nn.Sigmoid()), nn.BCEWithLogitsLoss(), x, lanes)


@of_others("convolution", "loss", "loss.double_sigmoid", "avBuffer/UNet3plus_pth/issues/23")
def _sigmoid_on_a_segmentation() -> Built:
    x, _ = digit_images(16)

    def run(net: Custom, x: Tensor) -> Tensor:
        down = net.down(x).relu()
        up = F.interpolate(net.deep(F.max_pool2d(down, 2)).relu(), scale_factor=2)
        return torch.sigmoid(net.out(torch.cat([down, up], dim=1)))

    net = Custom(run, down=nn.Conv2d(1, 8, 3, padding=1), deep=nn.Conv2d(8, 8, 3, padding=1), out=nn.Conv2d(16, 1, 1))
    return Built(net, nn.BCEWithLogitsLoss(), x, (x > 0).float())


@of_others("attention", "loss", "loss.wants_log_probabilities", "AnubhavGupta3377/Text-Classification-Models-Pytorch/issues/9")
def _softmax_before_the_likelihood() -> Built:
    net = Language(Block(16, Attention(16)), classes=4)
    net.head = nn.Sequential(net.head, nn.Softmax(dim=1))  # type: ignore[assignment]
    return Built(net, nn.NLLLoss(), *text_sources())


@of_others("dense", "loss", "loss.wants_log_probabilities", "yanx27/Pointnet_Pointnet2_pytorch/issues/30")
def _logits_before_the_likelihood() -> Built:
    def run(net: Custom, points: Tensor) -> Tensor:
        return net.head(net.each(points).max(dim=1).values)

    return Built(Custom(run, each=dense(8, 32, 32), head=dense(32, 16, 10)), F.nll_loss, *digit_rows())


@of_others("convolution", "loss", "loss.wants_log_probabilities", "clvrai/ACGAN-PyTorch/pull/4")
def _classifier_of_a_discriminator() -> Built:
    x, y = digit_images()

    def run(net: Custom, x: Tensor) -> tuple[Tensor, Tensor]:
        features = net.body(x).flatten(1)
        return net.real(features).sigmoid().squeeze(1), net.kind(features).softmax(1)

    def loss(outputs: tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        return F.binary_cross_entropy(outputs[0], torch.ones_like(outputs[0])) + F.nll_loss(outputs[1], targets)

    body = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, bias=False), nn.LeakyReLU(0.2))
    return Built(Custom(run, body=body, real=nn.Linear(72, 1), kind=nn.Linear(72, 10)), loss, x, y)


@of_others("attention", "output", "output.shape", "deepset-ai/FARM/issues/229")
def _logits_squeezed_and_labels_not() -> Built:
    x, _ = text_sources()
    net = Language(Block(16, Attention(16)), classes=1)
    lengths = (x == x.min()).float().mean(1, keepdim=True) * 16  # how much of a window is that letter: (n, 1)
    return Built(Custom(lambda outer, x: outer.net(x).squeeze(-1), net=net), nn.MSELoss(), x, lengths)


@of_others("dense", "output", "output.shape", "sunwuzhou03/reinforcement-learning-lab/issues/1")
def _one_value_against_four_targets() -> Built:
    x, y = diabetes(64)
    return Built(dense(10, 32, 32, 1), F.mse_loss, x, y[:, None] + 0.1 * torch.randn(64, 4))


@of_others("recurrent", "output", "output.shape", "andrewgcodes/xlstm/issues/4")
def _ten_predictions_against_one_target() -> Built:
    x, _ = digit_rows(10)
    return Built(Last(nn.LSTM(8, 16, batch_first=True), 1), nn.MSELoss(), x, x[:1].mean().view(1, 1))


DEAD = "output.range signal.dead memorize.failed baseline.not_beaten parameter.not_moving gradient.none"


@of_others("recurrent", "output", DEAD, "ProteomicsML/ProteomicsML/pull/203")
def _relu_last_and_only_zeros() -> Built:
    x, _ = digit_rows()
    net = Last(nn.LSTM(8, 16, batch_first=True), 1)
    nn.init.constant_(net.head.bias, -1.0)  # 'in case of unlucky initialization'
    collision = 400 + 50 * x.mean((1, 2))
    return Built(nn.Sequential(net, nn.ReLU(), nn.Flatten(0)), nn.MSELoss(), x, collision)


@of_others("convolution", "output", "output.range signal.dead", "martinwicke/tf-dev-summit-tensorboard-tutorial/issues/3")
def _relu_after_the_last_layer() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = F.max_pool2d(net.second(F.max_pool2d(net.first(x).relu(), 2)).relu(), 2).flatten(1)
        return net.fc2(net.fc1(x).relu()).relu()

    first, second = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
    net = Custom(run, first=first, second=second, fc1=nn.Linear(128, 64), fc2=nn.Linear(64, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@of_others("convolution", "inputs", "inputs.constant", "keras-team/keras/issues/255")
def _images_normalized_while_whole_numbers() -> Built:
    x, y = raw("digits", 64)
    normalized = (x * 255 / 16).to(torch.uint8)
    normalized = normalized // 255 * (normalized < 255)  # 'the array was still int, and each pixel became 0'
    return Built(convolutional(8, 16, outputs=2), nn.CrossEntropyLoss(), normalized.float().view(-1, 1, 8, 8), (y > 4).long())

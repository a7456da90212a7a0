"""Sound: convolutions, norms, images out, and pairs of nets."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.parts import Custom, Do, convolutional, dense
from fathom.testing.faults.real_data import digit_images, digits, raw
from fathom.testing.faults.set_up import Built
from fathom.testing.faults.sound.collection import sound


@sound("convolution", "plain")
def _two_convolutions() -> Built:
    return Built(convolutional(8, 16), nn.CrossEntropyLoss(), *digit_images())


@sound("convolution", "plain")
def _lenet() -> Built:
    first, second = nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 16, 3)
    pools = nn.AvgPool2d(2), nn.MaxPool2d(2)
    net = nn.Sequential(first, nn.Tanh(), pools[0], second, nn.Tanh(), pools[1], nn.Flatten(), dense(16, 32, 10, activation=nn.Tanh))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@sound("normalization", "batch.leak")
def _batch_norm_without_biases() -> Built:
    return Built(convolutional(8, 16, normal=nn.BatchNorm2d, bias=False), nn.CrossEntropyLoss(), *digit_images())


@sound("normalization", "batch.leak")
def _group_norm() -> Built:
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.GroupNorm(2, 8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@sound("normalization", "bias.cancelled")
def _instance_norm_without_biases() -> Built:
    net = nn.Sequential(nn.Conv2d(1, 8, 3, bias=False), nn.InstanceNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@sound("normalization", "bias.cancelled")
def _norm_in_front_of_the_convolution() -> Built:
    parts = [nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
    net = nn.Sequential(nn.Conv2d(1, 8, 3, bias=False), *parts, nn.Flatten(), nn.Linear(16, 10))
    net[3].bias = None  # type: ignore[assignment]
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.one, self.two = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        nn.init.zeros_(self.two.weight)  # the block starts as the identity

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.two(self.second(F.relu(self.one(self.first(x))))))


@sound("normalization", "weights.zero")
def _residual_blocks_that_start_as_the_identity() -> Built:
    blocks = [_Residual(8) for _ in range(4)]
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images(48))


@sound("convolution", "plain")
def _depthwise_and_squeezed() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.first(x).relu()
        x = net.point(net.depth(x)).relu()
        return net.out((x * net.gate(x.mean((2, 3))).sigmoid()[:, :, None, None]).mean((2, 3)))

    parts = {"first": nn.Conv2d(1, 8, 3), "depth": nn.Conv2d(8, 8, 3, groups=8, padding=1), "point": nn.Conv2d(8, 16, 1)}
    return Built(Custom(run, **parts, gate=nn.Linear(16, 16), out=nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digit_images())


@sound("convolution", "mode.differs")
def _dropout_between_channels() -> Built:
    net = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Dropout2d(0.2), nn.Flatten(), nn.Linear(576, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@sound("convolution", "mode.differs")
def _augmented_in_training_alone() -> Built:
    class Shifted(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.roll(int(torch.randint(-1, 2, ())), dims=3) if self.training else x

    return Built(nn.Sequential(Shifted(), convolutional(8, 16)), nn.CrossEntropyLoss(), *digit_images())


@sound("convolution", "inputs.scale")
def _pixels_from_0_to_1() -> Built:
    x, y = raw("digits", 64)
    return Built(convolutional(8, 16), nn.CrossEntropyLoss(), (x / 16).view(-1, 1, 8, 8), y)


@sound("convolution", "output.shape")
def _segmentation_of_two_classes() -> Built:
    x, _ = digit_images(24)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 3, padding=1))
    return Built(net, nn.CrossEntropyLoss(), x, (x[:, 0].roll(1, 2) > 0).long())


@sound("convolution", "output.shape")
def _masks() -> Built:
    x, _ = digit_images(24)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
    return Built(net, nn.BCEWithLogitsLoss(), x, (x > 0).float())


@sound("convolution", "output.range")
def _u_net() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        down = net.down(x).relu()
        deep = net.deep(F.max_pool2d(down, 2)).relu()
        return net.out(torch.cat([down, net.up(deep)], dim=1)).sigmoid()

    parts = {"down": nn.Conv2d(1, 8, 3, padding=1), "deep": nn.Conv2d(8, 16, 3, padding=1), "up": nn.ConvTranspose2d(16, 8, 2, stride=2)}
    x, _ = digit_images(24)
    return Built(Custom(run, **parts, out=nn.Conv2d(16, 1, 1)), nn.BCELoss(), x, (x > 0).float())


@sound("dense", "output.range")
def _autoencoder_of_pixels() -> Built:
    x, _ = raw("digits", 96)
    net = nn.Sequential(dense(64, 32, 8, activation=nn.ReLU), nn.ReLU(), dense(8, 32, 64, last=[nn.Sigmoid()]))
    return Built(net, nn.BCELoss(), x / 16, x / 16)


@sound("dense", "parameter.unregistered")
def _autoencoder_with_tied_weights() -> Built:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encode = nn.Linear(64, 16)
            self.bias = nn.Parameter(torch.zeros(64))

        def forward(self, x: Tensor) -> Tensor:
            return F.linear(self.encode(x).tanh(), self.encode.weight.T, self.bias)

    x, _ = digits()
    return Built(Tied(), nn.MSELoss(), x, x)


@sound("dense", "mode.differs")
def _variational_autoencoder() -> Built:
    class Variational(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encode, self.decode = dense(64, 32, 16), dense(8, 32, 64)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            mean, spread = self.encode(x).chunk(2, dim=1)
            code = mean + torch.randn_like(mean) * (spread / 2).exp() if self.training else mean
            return self.decode(code), mean, spread

    def loss(outputs: tuple[Tensor, Tensor, Tensor], targets: Tensor) -> Tensor:
        image, mean, spread = outputs
        penalty = -(1 + spread - mean**2 - spread.exp()).sum(1).mean() / 2
        return F.binary_cross_entropy_with_logits(image, targets, reduction="none").sum(1).mean() + penalty

    x, _ = raw("digits", 96)
    return Built(Variational(), loss, x / 16, x / 16)


@sound("convolution", "output.range")
def _generator_with_tanh() -> Built:
    layers = [
        nn.Linear(16, 128),
        nn.Unflatten(1, (8, 4, 4)),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 2, stride=2),
        nn.Tanh(),
    ]
    x, _ = raw("digits", 48)
    images = (x / 8 - 1).view(-1, 1, 8, 8)
    return Built(nn.Sequential(*layers), nn.L1Loss(), images.flatten(1)[:, 20:36] * 2 + 0.1 * torch.randn(48, 16), images)


@sound("convolution", "loss.double_sigmoid")
def _discriminator() -> Built:
    x, _ = digit_images(48)
    fake = torch.randn(24, 1, 8, 8)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 2), nn.LeakyReLU(0.2), nn.Flatten())
    net.append(nn.Linear(64, 1)).append(nn.Flatten(0))
    return Built(net, nn.BCEWithLogitsLoss(), torch.cat([x[:24], fake]), torch.cat([torch.ones(24), torch.zeros(24)]))


@sound("convolution", "mode.differs")
def _spectral_norm() -> Built:
    body = nn.utils.parametrizations.spectral_norm(nn.Conv2d(1, 8, 3))
    return Built(nn.Sequential(body, nn.ReLU(), nn.Flatten(), nn.Linear(288, 10)), nn.CrossEntropyLoss(), *digit_images())


@sound("dense", "batch.leak")
def _contrast_between_examples_in_the_loss() -> Built:
    x, _ = digits(64)

    def run(net: Custom, views: Tensor) -> Tensor:
        return F.normalize(net.body(views), dim=2)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs[:, 0] @ outputs[:, 1].T / 0.2, targets)

    views = torch.stack([x + 0.2 * torch.randn_like(x), x + 0.2 * torch.randn_like(x)], dim=1)
    return Built(Custom(run, body=dense(64, 32, 16)), loss, views, torch.arange(64))


@sound("dense", "gradient.detached")
def _stopped_gradient_on_purpose() -> Built:
    x, _ = digits(64)

    def run(net: Custom, views: Tensor) -> tuple[Tensor, Tensor]:
        codes = net.encode(views)
        return net.predict(codes[:, 0]), codes[:, 1].detach()

    def loss(outputs: tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        return -F.cosine_similarity(*outputs, dim=1).mean() + 0 * targets.sum()

    views = torch.stack([x + 0.2 * torch.randn_like(x), x + 0.2 * torch.randn_like(x)], dim=1)
    return Built(Custom(run, encode=dense(64, 32, 16), predict=dense(16, 16, 16)), loss, views, torch.zeros(64))


@sound("dense", "gradient.wrong")
def _straight_through() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        soft = net.first(x).sigmoid()
        return net.out(soft + ((soft > 0.5).to(soft.dtype) - soft).detach())

    return Built(Custom(run, first=nn.Linear(64, 32), out=nn.Linear(32, 10)), nn.CrossEntropyLoss(), *digits())


@sound("convolution", "signal")
def _dilated_and_dense() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        for layer in net.layers:
            x = torch.cat([x, layer(x).relu()], dim=1)
        return net.out(x.mean((2, 3)))

    layers = nn.ModuleList(nn.Conv2d(1 + 4 * number, 4, 3, padding=1 + number, dilation=1 + number) for number in range(3))
    return Built(Custom(run, layers=layers, out=nn.Linear(13, 10)), nn.CrossEntropyLoss(), *digit_images())


@sound("convolution", "signal")
def _hard_swish_and_max_pool() -> Built:
    layers = [
        nn.Conv2d(1, 12, 3, padding=1),
        nn.Hardswish(),
        nn.MaxPool2d(2),
        nn.Conv2d(12, 12, 3),
        nn.Hardswish(),
        Do(lambda x: x.amax((2, 3))),
    ]
    return Built(nn.Sequential(*layers, nn.Linear(12, 10)), nn.CrossEntropyLoss(), *digit_images())

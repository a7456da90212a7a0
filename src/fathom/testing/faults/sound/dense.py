"""Sound: fully connected nets, and all sorts of losses and targets on them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.nets.mlp import build_mlp
from fathom.testing.faults.parts import Custom, Do, dense, redraw
from fathom.testing.faults.real_data import cancer, diabetes, digits, wine
from fathom.testing.faults.set_up import Built
from fathom.testing.faults.sound.collection import sound


@sound("dense", "catalogue")
def _catalogue_relu() -> Built:
    return Built(build_mlp(64, 10)[0], nn.CrossEntropyLoss(), *digits())


@sound("dense", "catalogue")
def _catalogue_tanh() -> Built:
    return Built(build_mlp(13, 3, hidden=(16,), activation="tanh")[0], nn.CrossEntropyLoss(), *wine())


@sound("dense", "catalogue")
def _catalogue_sigmoid() -> Built:
    return Built(build_mlp(30, 2, hidden=(16,), activation="sigmoid")[0], nn.CrossEntropyLoss(), *cancer())


@sound("dense", "mode.differs")
def _catalogue_dropout() -> Built:
    return Built(build_mlp(64, 10, hidden=(64, 32), dropout=0.3)[0], nn.CrossEntropyLoss(), *digits())


@sound("normalization", "batch.leak")
def _catalogue_batch_norm() -> Built:
    return Built(build_mlp(64, 10, batch_norm=True)[0], nn.CrossEntropyLoss(), *digits())


@sound("dense", "weights")
def _softmax_regression() -> Built:
    return Built(nn.Linear(64, 10), nn.CrossEntropyLoss(), *digits())


@sound("dense", "weights.zero", link="https://github.com/jthickstun/pytorch_musicnet/issues/4")
def _linear_model_from_zero() -> Built:
    return Built(redraw(nn.Linear(30, 2), nn.init.zeros_, biases=True), nn.CrossEntropyLoss(), *cancer())


@sound("dense", "weights.zero")
def _last_layer_from_zero() -> Built:
    net = dense(64, 32, 10)
    redraw(net[2], nn.init.zeros_, biases=True)
    return Built(net, nn.CrossEntropyLoss(), *digits())


@sound("dense", "size")
def _very_small() -> Built:
    return Built(dense(13, 2, 3, activation=nn.Tanh), nn.CrossEntropyLoss(), *wine())


@sound("dense", "size")
def _very_wide() -> Built:
    return Built(dense(64, 1024, 10), nn.CrossEntropyLoss(), *digits(48))


@sound("dense", "initialization")
def _he_normal() -> Built:
    net = redraw(dense(64, 64, 64, 10), lambda p: nn.init.kaiming_normal_(p, nonlinearity="relu"))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@sound("dense", "initialization")
def _glorot_uniform() -> Built:
    return Built(redraw(dense(64, 64, 10, activation=nn.Tanh), nn.init.xavier_uniform_), nn.CrossEntropyLoss(), *digits())


@sound("dense", "initialization")
def _orthogonal() -> Built:
    net = redraw(dense(64, *[32] * 8, 10, activation=nn.Tanh), nn.init.orthogonal_)
    return Built(net, nn.CrossEntropyLoss(), *digits())


@sound("dense", "initialization")
def _self_normalizing() -> Built:
    net = redraw(dense(64, *[32] * 8, 10, activation=nn.SELU), lambda p: nn.init.kaiming_normal_(p, nonlinearity="linear"))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@sound("dense", "signal")
def _thirty_residual_blocks() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.into(x)
        for block in net.blocks:
            x = x + block(x)
        return net.out(net.norm(x))

    blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.GELU()) for _ in range(30))
    net = Custom(run, into=nn.Linear(64, 32), blocks=blocks, norm=nn.LayerNorm(32), out=nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits(48))


@sound("dense", "float64")
def _double_precision() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3).double(), nn.CrossEntropyLoss(), x.double(), y)


@sound("dense", "loss.initial")
def _targets_in_their_own_unit() -> Built:
    x, _ = diabetes()
    return Built(dense(10, 32, 1, last=[nn.Flatten(0)]), nn.MSELoss(), x, 152 + 60 * x[:, 2])


@sound("dense", "loss.initial")
def _large_targets_and_a_bias_at_their_mean() -> Built:
    x, y = diabetes()
    net = dense(10, 32, 1, last=[nn.Flatten(0)])
    nn.init.constant_(net[2].bias, 20_000.0)  # type: ignore[arg-type]
    return Built(net, nn.SmoothL1Loss(), x, 20_000 + 5 * y)


@sound("dense", "output.shape")
def _one_column_each() -> Built:
    x, y = diabetes()
    return Built(dense(10, 16, 1), nn.MSELoss(), x, y[:, None])


@sound("dense", "output.shape")
def _several_numbers_at_once() -> Built:
    x, y = diabetes()
    return Built(dense(10, 16, 3), nn.L1Loss(), x, torch.stack([y, -y, y**2 / 2], dim=1))


@sound("dense", "targets.type")
def _several_labels() -> Built:
    x, y = digits()
    labels = torch.stack([y % 2 == 0, y > 4, y % 3 == 0], dim=1).float()
    return Built(dense(64, 32, 3), nn.BCEWithLogitsLoss(), x, labels)


@sound("dense", "loss.double_sigmoid")
def _sigmoid_and_the_loss_for_probabilities() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.Sigmoid(), nn.Flatten(0)]), nn.BCELoss(), x, y.float())


@sound("dense", "loss.wants_log_probabilities")
def _log_softmax_and_the_likelihood() -> Built:
    return Built(dense(13, 16, 3, last=[nn.LogSoftmax(dim=1)]), nn.NLLLoss(), *wine())


@sound("dense", "loss.double_softmax", link="https://github.com/bhanML/Co-teaching/issues/4")
def _log_softmax_and_cross_entropy_which_is_the_same() -> Built:
    return Built(dense(64, 32, 10, last=[nn.LogSoftmax(dim=1)]), nn.CrossEntropyLoss(), *digits())


@sound("dense", "loss.double_softmax")
def _softmax_and_the_logarithm_in_the_loss() -> Built:
    net = dense(13, 16, 3, last=[nn.Softmax(dim=1)])
    return Built(net, lambda o, t: F.nll_loss((o + 1e-12).log(), t), *wine())


@sound("dense", "loss.double_softmax")
def _softmax_and_squared_error() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3, last=[nn.Softmax(dim=1)]), lambda o, t: ((o - F.one_hot(t, 3)) ** 2).sum(1).mean(), x, y)


@sound("dense", "targets.type")
def _soft_targets() -> Built:
    x, y = digits()
    return Built(dense(64, 32, 10), nn.CrossEntropyLoss(), x, 0.9 * F.one_hot(y, 10).float() + 0.01)


@sound("dense", "loss.initial")
def _weights_of_classes_and_smoothing() -> Built:
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0]), label_smoothing=0.1), *wine())


@sound("dense", "loss.initial")
def _focal_loss() -> Built:
    def focal(outputs: Tensor, targets: Tensor) -> Tensor:
        each = F.cross_entropy(outputs, targets, reduction="none")
        return ((1 - (-each).exp()) ** 2 * each).mean()

    return Built(dense(64, 32, 10), focal, *digits())


@sound("dense", "targets.type")
def _hinge_with_minus_one_and_one() -> Built:
    x, y = cancer()
    return Built(dense(30, 16, 1, last=[nn.Flatten(0)]), lambda o, t: (1 - o * t).clamp(min=0).mean(), x, 2.0 * y - 1)


@sound("dense", "loss.initial")
def _counts() -> Built:
    x, y = digits()
    return Built(dense(64, 32, 1, last=[nn.Flatten(0)]), nn.PoissonNLLLoss(), x, y.float())


@sound("dense", "output.range")
def _mean_and_variance() -> Built:
    def run(net: Custom, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = net.body(x).relu()
        return net.mean(hidden).squeeze(1), F.softplus(net.spread(hidden)).squeeze(1) + 1e-3

    net = Custom(run, body=nn.Linear(10, 16), mean=nn.Linear(16, 1), spread=nn.Linear(16, 1))
    return Built(net, lambda o, t: F.gaussian_nll_loss(o[0], t, o[1]), *diabetes())


@sound("dense", "output.range")
def _softplus_last_and_positive_targets() -> Built:
    x, y = diabetes()
    return Built(dense(10, 16, 1, last=[nn.Softplus(), nn.Flatten(0)]), nn.MSELoss(), x, y.exp().clamp(max=8))


@sound("dense", "output.shape")
def _quantiles() -> Built:
    def pinball(outputs: Tensor, targets: Tensor) -> Tensor:
        levels = torch.tensor([0.1, 0.5, 0.9], dtype=outputs.dtype)
        off = targets[:, None] - outputs
        return torch.maximum(levels * off, (levels - 1) * off).mean()

    return Built(dense(10, 16, 3), pinball, *diabetes())


@sound("dense", "loss.initial")
def _penalty_of_a_sound_size() -> Built:
    net = dense(64, 32, 10)
    return Built(net, lambda o, t: F.cross_entropy(o, t) + 1e-4 * sum((p**2).sum() for p in net.parameters()), *digits())


@sound("dense", "parameter.frozen")
def _trained_backbone_frozen_on_purpose() -> Built:
    x, y = digits(256)
    net = dense(64, 32, 32, 10)
    train(net, x, y, steps=80)
    for layer in list(net)[:4]:
        layer.requires_grad_(False)
    net[4] = nn.Linear(32, 2)
    return Built(net, nn.CrossEntropyLoss(), x[:96], (y[:96] > 4).long())


@sound("dense", "weights.scale")
def _well_trained() -> Built:
    x, y = digits(96)
    net = dense(64, 32, 10)
    train(net, x, y, steps=400)
    return Built(net, nn.CrossEntropyLoss(), x, y)


def train(net: nn.Module, x: Tensor, y: Tensor, steps: int) -> None:
    """Adam on the whole batch."""
    from torch.optim import Adam

    adam = Adam(net.parameters(), lr=0.01)
    for _ in range(steps):
        adam.zero_grad()
        F.cross_entropy(net(x), y).backward()
        adam.step()
    adam.zero_grad()


@sound("dense", "inputs")
def _several_inputs_by_name() -> Built:
    x, y = cancer()

    def run(net: Custom, *, means: Tensor, worst: Tensor) -> Tensor:
        return net.out(net.left(means).relu() + net.right(worst).relu())

    net = Custom(run, left=nn.Linear(10, 16), right=nn.Linear(10, 16), out=nn.Linear(16, 2))
    return Built(net, nn.CrossEntropyLoss(), {"means": x[:, :10], "worst": x[:, 20:]}, y)


@sound("dense", "inputs")
def _a_pair_of_inputs() -> Built:
    x, y = cancer()
    net = Custom(lambda net, a, b: net.out((net.left(a) * net.right(b)).relu()), left=nn.Linear(10, 16), right=nn.Linear(20, 16))
    net.out = nn.Linear(16, 2)
    return Built(net, nn.CrossEntropyLoss(), (x[:, :10], x[:, 10:]), y)


@sound("dense", "forward")
def _called_in_another_way() -> Built:
    x, y = wine()
    return Built(dense(13, 16, 3), nn.CrossEntropyLoss(), {"features": x}, y, forward=lambda net, batch: net(batch["features"]))


@sound("dense", "batch.leak")
def _mixture_of_experts() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        answers = torch.stack([expert(x) for expert in net.experts], dim=1)
        return (net.gate(x).softmax(1)[:, :, None] * answers).sum(1)

    experts = nn.ModuleList(dense(64, 16, 10) for _ in range(4))
    return Built(Custom(run, experts=experts, gate=nn.Linear(64, 4)), nn.CrossEntropyLoss(), *digits())


@sound("dense", "weights.symmetric")
def _weight_norm() -> Built:
    net = dense(64, 32, 10)
    nn.utils.parametrizations.weight_norm(net[0])
    return Built(net, nn.CrossEntropyLoss(), *digits())


@sound("dense", "signal")
def _sine_activations() -> Built:
    net = nn.Sequential(nn.Linear(10, 32), Do(torch.sin), nn.Linear(32, 32), Do(torch.sin), nn.Linear(32, 1), nn.Flatten(0))
    return Built(net, nn.MSELoss(), *diabetes())

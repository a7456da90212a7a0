"""Each update against torch.optim where the formula is the same, against NumPy where it is the course's own."""

import numpy as np
import pytest
import torch
from torch import nn

from fathom.core.records.settings import Settings
from fathom.engine.hyper import Hyper
from fathom.engine.layout import Layout
from fathom.engine.optimizers import UPDATES
from tests.engine.one_net import steps as steps_of
from tests.engine.one_net import theta_of

ROWS, STEPS = 24, 100


def problem(dtype=torch.float64):
    source = torch.Generator().manual_seed(0)
    inputs = torch.randn(ROWS, 5, generator=source, dtype=dtype)
    targets = torch.randn(ROWS, generator=source, dtype=dtype)
    net = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 1)).to(dtype)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=source, dtype=dtype) * 0.5)
    return net, inputs, targets


def squared(outputs, targets):
    return 0.5 * (outputs[:, 0] - targets).square()


def trajectory(settings, steps=STEPS):
    net, inputs, targets = problem()
    list(steps_of(net, squared, settings, inputs, targets, steps))
    return theta_of(net)


def hyper_of(settings, size):
    layout = Layout(("theta",), ((size,),), (True,))
    return Hyper.of([settings], [ROWS], layout, torch.zeros(size, dtype=torch.float64))


def torch_trajectory(make, *, weight_decay=0.0, l1=0.0, clip=None):
    net, inputs, targets = problem()
    weights = [p for p in net.parameters() if p.dim() == 2]
    biases = [p for p in net.parameters() if p.dim() == 1]
    optimizer = make([{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}])
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = squared(net(inputs), targets).mean() + l1 / (2 * ROWS) * sum(w.abs().sum() for w in weights)
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
    return torch.cat([p.detach().reshape(-1) for p in net.parameters()])


CASES = {
    "sgd": ({"optimizer": "sgd", "learning_rate": 0.1}, lambda g: torch.optim.SGD(g, lr=0.1), {}),
    "sgd with l2 is weight_decay l2/m": (
        {"optimizer": "sgd", "learning_rate": 0.1, "l2": 2.4},
        lambda g: torch.optim.SGD(g, lr=0.1),
        {"weight_decay": 2.4 / ROWS},
    ),
    "sgd with weight_decay": (
        {"optimizer": "sgd", "learning_rate": 0.1, "weight_decay": 0.05},
        lambda g: torch.optim.SGD(g, lr=0.1),
        {"weight_decay": 0.05},
    ),
    "l1": ({"optimizer": "sgd", "learning_rate": 0.05, "l1": 0.5}, lambda g: torch.optim.SGD(g, lr=0.05), {"l1": 0.5}),
    "torch's momentum": (
        {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9},
        lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.9),
        {},
    ),
    "the course's momentum is torch's at a rate of alpha (1 - beta)": (
        {"optimizer": "momentum", "learning_rate": 0.5},
        lambda g: torch.optim.SGD(g, lr=0.5 * (1 - 0.9), momentum=0.9),
        {},
    ),
    "nesterov": (
        {"optimizer": "nesterov", "learning_rate": 0.05},
        lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.9, nesterov=True),
        {},
    ),
    "adam": ({"optimizer": "adam", "learning_rate": 0.01}, lambda g: torch.optim.Adam(g, lr=0.01), {}),
    "adam with l2": (
        {"optimizer": "adam", "learning_rate": 0.01, "l2": 1.2},
        lambda g: torch.optim.Adam(g, lr=0.01),
        {"weight_decay": 1.2 / ROWS},
    ),
    "adamw": (
        {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
        lambda g: torch.optim.AdamW(g, lr=0.01),
        {"weight_decay": 0.1},
    ),
    "clipped": (
        {"optimizer": "sgd", "learning_rate": 0.1, "clip_norm": 0.05},
        lambda g: torch.optim.SGD(g, lr=0.1),
        {"clip": 0.05},
    ),
    "clipped before the decay, as torch does": (
        {"optimizer": "sgd", "learning_rate": 0.1, "clip_norm": 0.05, "weight_decay": 0.2},
        lambda g: torch.optim.SGD(g, lr=0.1),
        {"clip": 0.05, "weight_decay": 0.2},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_trajectory_equals_torch_over_100_steps(name):
    arguments, make, extra = CASES[name]
    torch.testing.assert_close(trajectory(Settings(**arguments)), torch_trajectory(make, **extra), rtol=1e-9, atol=1e-10)


def gradients(count, size=7):
    source = np.random.default_rng(3)
    return source.normal(size=(count, size))


def numpy_rmsprop(theta, grads, alpha, beta2, eps):
    square = np.zeros_like(theta)
    for g in grads:
        square = beta2 * square + (1 - beta2) * g**2
        theta = theta - alpha * g / np.sqrt(square + eps)
    return theta


def numpy_adam(theta, grads, alpha, beta1, beta2, eps):
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(grads, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        theta = theta - alpha * (mean / (1 - beta1**t)) / (np.sqrt(square / (1 - beta2**t)) + eps)
    return theta


@pytest.mark.parametrize("eps", [1e-8, 1e-2])
@pytest.mark.parametrize(("name", "oracle"), [("rmsprop", numpy_rmsprop), ("adam", numpy_adam)])
def test_update_equals_the_formulas_of_the_course(name, oracle, eps):
    update, kept = UPDATES[name]
    settings = Settings(optimizer=name, learning_rate=0.02, eps=eps, betas=(0.8, 0.95))
    theta = torch.linspace(-1, 1, 7, dtype=torch.float64)
    start, memory = theta.numpy().copy(), tuple(torch.zeros_like(theta) for _ in range(kept + 1))
    for t, g in enumerate(gradients(60), start=1):
        update(theta, torch.from_numpy(g.copy()), memory, hyper_of(settings, 7), 0.02, t)
    betas = (0.95,) if name == "rmsprop" else (0.8, 0.95)
    np.testing.assert_allclose(theta.numpy(), oracle(start, gradients(60), 0.02, *betas, eps), rtol=1e-12)


def test_first_steps_have_the_sizes_of_the_course():
    """C2W2-11: rmsprop's first step is alpha / sqrt(1 - beta2); C2W2-12: adam's is alpha times the sign."""
    gradient = torch.tensor([3.0, -2.0], dtype=torch.float64)
    for name, size in (("rmsprop", 0.1 / np.sqrt(1 - 0.999)), ("adam", 0.1)):
        update, kept = UPDATES[name]
        theta = torch.zeros(2, dtype=torch.float64)
        memory = tuple(torch.zeros(2, dtype=torch.float64) for _ in range(kept + 1))
        update(theta, gradient.clone(), memory, hyper_of(Settings(optimizer=name), 2), 0.1, 1)
        np.testing.assert_allclose(theta.numpy(), -size * np.sign(gradient.numpy()), rtol=1e-4)


def test_weight_decay_shrinks_the_weights_by_one_minus_alpha_lambda_over_m():
    """C2W1-20: W := (1 - alpha lambda / m) W - alpha backprop; biases are left alone."""
    net, _inputs, _targets = problem()
    plain = trajectory(Settings(optimizer="sgd", learning_rate=0.1), steps=1)
    decayed = trajectory(Settings(optimizer="sgd", learning_rate=0.1, l2=3.0), steps=1)
    theta = torch.cat([p.detach().reshape(-1) for p in net.parameters()])
    is_weight = torch.cat([torch.full((p.numel(),), float(p.dim() == 2)) for p in net.parameters()]).double()
    torch.testing.assert_close(plain - decayed, 0.1 * 3.0 / ROWS * theta * is_weight)

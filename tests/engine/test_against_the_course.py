"""The engine against the course's network in plain NumPy: the same weights after many updates, head, penalty and optimizer varied."""

import numpy as np
import pytest
import torch

from fathom.core.records.settings import Settings
from fathom.nets.mlp import build_mlp
from fathom.tasks.binary import Binary
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression
from fathom.testing import reference
from tests.engine.one_net import steps

ROWS, STEPS, SIZES = 20, 60, (3, 5, 4)
SOURCE = np.random.default_rng(7)
X = SOURCE.normal(size=(ROWS, 3))
TASKS = {
    "sigmoid": (Binary(classes=("a", "b")), SOURCE.integers(0, 2, ROWS), 1),
    "softmax": (MultiClass(classes=("a", "b", "c")), SOURCE.integers(0, 3, ROWS), 3),
    "linear": (Regression(mean=0.0, std=1.0, baseline=1.0), SOURCE.normal(size=ROWS), 1),
}
UPDATES = {
    "sgd": (lambda p, g, s, t: reference.gradient_descent(p, g, alpha=0.1), {"learning_rate": 0.1}),
    "momentum": (lambda p, g, s, t: reference.momentum(p, g, s[0], alpha=0.3, beta=0.9), {"learning_rate": 0.3}),
    "rmsprop": (
        lambda p, g, s, t: reference.rmsprop(p, g, s[0], alpha=0.01, beta2=0.95, epsilon=1e-8),
        {"learning_rate": 0.01, "betas": (0.9, 0.95)},
    ),
    "adam": (
        lambda p, g, s, t: reference.adam(p, g, s[0], s[1], t, alpha=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8),
        {"learning_rate": 0.01},
    ),
}


def by_the_course(head, activation, optimizer, l2, parameters):
    _, y, outputs = TASKS[head]
    Y = np.eye(outputs)[y].T if head == "softmax" else np.asarray(y, dtype=float)[None, :]
    update, _ = UPDATES[optimizer]
    memory = [reference.zeros_like(parameters) for _ in range(2)]
    costs = []
    for t in range(1, STEPS + 1):
        cache = reference.forward(parameters, X.T, activation=activation, head=head)
        costs.append(reference.cost(parameters, cache, Y, head=head, l2=l2))
        new = update(parameters, reference.backward(parameters, cache, Y, activation=activation, l2=l2), memory, t)
        parameters, memory = (new, memory) if optimizer == "sgd" else (new[0], list(new[1:]))
    return parameters, costs


@pytest.mark.parametrize("l2", [0.0, 1.5])
@pytest.mark.parametrize("optimizer", UPDATES)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu"])
@pytest.mark.parametrize("head", TASKS)
def test_engine_and_course_agree(head, activation, optimizer, l2):
    task, y, outputs = TASKS[head]
    start = reference.initialize((*SIZES, outputs), scheme="xavier", seed=1)
    # biases off zero: at a kink the course's ReLU has slope 1, torch's has 0
    start |= {name: np.full_like(b, 0.1) for name, b in start.items() if name.startswith("b")}
    net, _ = build_mlp(3, outputs, hidden=SIZES[1:], activation=activation)
    net = net.double()
    layers = [m for m in net if isinstance(m, torch.nn.Linear)]
    for number, layer in enumerate(layers, start=1):
        layer.weight.data = torch.from_numpy(start[f"W{number}"].copy())
        layer.bias.data = torch.from_numpy(start[f"b{number}"][:, 0].copy())
    settings = Settings(optimizer=optimizer, l2=l2, **UPDATES[optimizer][1])
    J = list(steps(net, task.loss, settings, torch.from_numpy(X), torch.from_numpy(y), STEPS))
    expected, costs = by_the_course(head, activation, optimizer, l2, start)
    np.testing.assert_allclose(J, costs, rtol=1e-9)
    for number, layer in enumerate(layers, start=1):
        np.testing.assert_allclose(layer.weight.detach().numpy(), expected[f"W{number}"], rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(layer.bias.detach().numpy(), expected[f"b{number}"][:, 0], rtol=1e-7, atol=1e-9)

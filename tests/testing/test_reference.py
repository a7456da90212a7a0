"""The oracle has oracles: autograd, two-sided differences, torch's optimizers, and the figures that the course prints."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from fathom.testing import reference
from tests.oracles.averages import averages, decayed
from tests.oracles.numerical_gradient import distance, numerical_gradient

TORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
}


def setting(activation="tanh", head="sigmoid", sizes=(4, 5, 3, 2), m=7, seed=0):
    """Parameters with biases that are not 0, X and Y."""
    rng = np.random.default_rng(seed)
    parameters = reference.initialize(sizes, scheme="xavier", seed=seed)
    parameters = {k: v if k[0] == "W" else rng.normal(size=v.shape) for k, v in parameters.items()}
    X, n = rng.normal(size=(sizes[0], m)), sizes[-1]
    Y = {
        "sigmoid": lambda: rng.integers(0, 2, (n, m)).astype(float),
        "softmax": lambda: np.eye(n)[:, rng.integers(0, n, m)],
        "linear": lambda: rng.normal(size=(n, m)),
    }[head]()
    return parameters, X, Y


def J(parameters, X, Y, *, activation="tanh", head="sigmoid", l2=0.0, masks=()):
    cache = reference.forward(parameters, X, activation=activation, head=head, masks=masks)
    return reference.cost(parameters, cache, Y, head=head, l2=l2)


def autograd(parameters, X, Y, *, activation, head, l2, masks=()):
    """J and its gradients by torch, with the losses of torch."""
    leaves = {k: torch.tensor(v, requires_grad=True) for k, v in parameters.items()}
    A, y, L = torch.tensor(X), torch.tensor(Y), len(parameters) // 2
    for l in range(1, L + 1):
        Z = leaves[f"W{l}"] @ A + leaves[f"b{l}"]
        A = TORCH[activation](Z) * (torch.tensor(masks[l - 1]) if masks else 1.0) if l < L else Z
    data = {
        "sigmoid": lambda: functional.binary_cross_entropy_with_logits(A, y, reduction="sum"),
        "softmax": lambda: functional.cross_entropy(A.T, y.T, reduction="sum"),
        "linear": lambda: 0.5 * functional.mse_loss(A, y, reduction="sum"),
    }[head]()
    m = X.shape[1]
    value = data / m + l2 / (2 * m) * sum((leaves[f"W{l}"] ** 2).sum() for l in range(1, L + 1))
    value.backward()
    return value.item(), {k: v.grad.numpy() for k, v in leaves.items()}


@pytest.mark.parametrize("head", ["sigmoid", "softmax", "linear"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("dropout", [False, True], ids=["whole", "dropout"])
def test_cost_and_gradients_equal_autograd(activation, head, dropout):
    parameters, X, Y = setting(activation, head)
    masks = reference.draw_masks((4, 5, 3, 2), 7, (0.8, 0.6), seed=3) if dropout else []
    cache = reference.forward(parameters, X, activation=activation, head=head, masks=masks)
    gradients = reference.backward(parameters, cache, Y, activation=activation, masks=masks, l2=0.7)
    value, expected = autograd(parameters, X, Y, activation=activation, head=head, l2=0.7, masks=masks)
    assert J(parameters, X, Y, activation=activation, head=head, l2=0.7, masks=masks) == pytest.approx(value, rel=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-10, atol=1e-13, err_msg=name)


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 6), st.floats(0, 2), st.integers(0, 99))
def test_gradients_equal_two_sided_differences(sizes, m, l2, seed):
    parameters, X, Y = setting(sizes=sizes, m=m, seed=seed)
    gradients = reference.backward(parameters, reference.forward(parameters, X, activation="tanh"), Y, activation="tanh", l2=l2)
    near = numerical_gradient(lambda p: J(p, X, Y, l2=l2), parameters, epsilon=1e-5)
    assert distance(near, gradients) < 1e-6


@pytest.mark.parametrize("spoil", ["W2", "b1"])
def test_differences_see_a_planted_fault(spoil):
    parameters, X, Y = setting()
    gradients = reference.backward(parameters, reference.forward(parameters, X, activation="tanh"), Y, activation="tanh")
    near = numerical_gradient(lambda p: J(p, X, Y), parameters)
    assert distance(near, gradients) < 1e-6  # C2W1-54: at epsilon 1e-7 in float64
    assert distance(near, gradients | {spoil: 1.1 * gradients[spoil]}) > 1e-3


def test_penalty_left_out_of_the_gradient_is_seen():  # C2W1-58
    parameters, X, Y = setting()
    gradients = reference.backward(parameters, reference.forward(parameters, X, activation="tanh"), Y, activation="tanh", l2=0.0)
    assert distance(numerical_gradient(lambda p: J(p, X, Y, l2=0.7), parameters), gradients) > 1e-3


def test_forward_is_column_by_column():  # C1W3-02
    parameters, X, _ = setting()
    together = reference.forward(parameters, X).A[-1]
    for i in range(X.shape[1]):
        np.testing.assert_allclose(together[:, [i]], reference.forward(parameters, X[:, [i]]).A[-1], rtol=1e-12)


def test_losses_are_the_printed_ones():  # C1W2-07, C2W3-16
    z, y = np.array([[0.3, -2.0, 4.0]]), np.array([[1.0, 0.0, 1.0]])
    a = reference.sigmoid(z)
    np.testing.assert_allclose(reference.HEADS["sigmoid"][1](z, y), -(y * np.log(a) + (1 - y) * np.log(1 - a)), rtol=1e-12)
    p = reference.softmax(np.array([[5.0], [2.0], [-1.0], [3.0]]))
    assert p[:, 0].round(3).tolist() == [0.842, 0.042, 0.002, 0.114]
    assert np.isfinite(reference.HEADS["sigmoid"][1](np.array([[800.0, -800.0]]), np.array([[0.0, 1.0]]))).all()


@pytest.mark.parametrize(("name", "at", "slope"), [("sigmoid", 0.0, 0.25), ("tanh", 0.0, 1.0), ("relu", 0.0, 1.0), ("relu", -1.0, 0.0),
                                                   ("leaky_relu", 0.0, 1.0), ("leaky_relu", -1.0, 0.01), ("tanh", 10.0, 0.0),
                                                   ("sigmoid", -10.0, 0.0)])  # fmt: skip
def test_slopes_of_activations(name, at, slope):  # C1W3-03..06
    assert reference.ACTIVATIONS[name][1](np.array([at]))[0] == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize(
    ("sizes", "count"), [((3, 4, 1), 21), ((3, 5, 5, 3, 1), 72), ((2, 3, 5, 4, 2, 1), 9 + 20 + 24 + 10 + 3)]
)  # C1W3-01, C1W4-01, C1W4-03
def test_shapes_and_counts(sizes, count):
    parameters = reference.initialize(sizes)
    assert sum(v.size for v in parameters.values()) == count
    X, m = np.ones((sizes[0], 6)), 6
    cache = reference.forward(parameters, X)
    gradients = reference.backward(parameters, cache, np.ones((sizes[-1], m)))
    for l in range(1, len(sizes)):
        assert parameters[f"W{l}"].shape == gradients[f"W{l}"].shape == (sizes[l], sizes[l - 1])
        assert parameters[f"b{l}"].shape == gradients[f"b{l}"].shape == (sizes[l], 1)
        assert cache.Z[l].shape == cache.A[l].shape == (sizes[l], m)


@pytest.mark.parametrize(("scheme", "std"), [("he", 0.1414), ("xavier", 0.1), ("glorot", 0.0816), ("random", 0.01), ("zeros", 0.0)])
def test_initial_weights(scheme, std):  # C2W1-46..48
    W = reference.initialize((100, 200), scheme=scheme, gain=2.0)["W1"]
    assert W.std() / 2 == pytest.approx(std, rel=0.02)


def test_zeros_keep_hidden_units_alike():  # C1W3-11
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 20)), rng.integers(0, 2, (1, 20)).astype(float)
    parameters = reference.initialize((3, 4, 1), scheme="zeros")
    for _ in range(20):
        cache = reference.forward(parameters, X, activation="sigmoid")
        parameters = reference.gradient_descent(parameters, reference.backward(parameters, cache, Y, activation="sigmoid"), alpha=0.5)
    assert (parameters["W1"] == parameters["W1"][0]).all()
    assert abs(parameters["W2"]).max() > 0


def test_identity_activations_collapse_to_one_layer():  # C1W3-07
    W1, b1, W2, b2 = reference.initialize((3, 4, 2), seed=1).values()
    X = np.random.default_rng(0).normal(size=(3, 5))
    np.testing.assert_allclose(W2 @ (W1 @ X + b1) + b2, (W2 @ W1) @ X + (W2 @ b1 + b2), rtol=1e-12)


def test_inverted_dropout_keeps_the_expectation():  # C2W1-27..29
    (mask,) = reference.draw_masks((1, 50, 1), 20_000, (0.8,))
    assert set(np.unique(mask)) == {0.0, 1.25}
    assert mask.mean() == pytest.approx(1.0, abs=0.002)
    assert (mask == 0).sum(axis=0).mean() == pytest.approx(10, abs=0.1)  # 10 of 50 units off
    assert (reference.draw_masks((1, 50, 1), 9, (0.8,), seed=1)[0] != mask[:, :9]).any()
    assert (reference.draw_masks((1, 50, 1), 9, (1.0,))[0] == 1).all()


def test_units_that_are_off_get_no_gradient():  # C2W1-28
    parameters, X, Y = setting(sizes=(4, 5, 2))
    masks = [np.array([[0.0], [2.0], [0.0], [2.0], [2.0]]) * np.ones((1, 7))]
    gradients = reference.backward(parameters, reference.forward(parameters, X, masks=masks), Y, masks=masks)
    assert not gradients["W1"][[0, 2]].any()
    assert not gradients["b1"][[0, 2]].any()


def test_cost_falls_at_every_step_of_batch_descent():  # C1W3-08, C2W1-25
    _, X, Y = setting(sizes=(4, 6, 1), m=40)
    _, costs = reference.train(X, Y, sizes=(4, 6, 1), activation="tanh", alpha=0.1, iterations=200, l2=0.5)
    assert (np.diff(costs) < 0).all()


def test_weight_decay_is_the_same_step():  # C2W1-20
    parameters, X, Y = setting()
    cache, m, alpha, l2 = reference.forward(parameters, X, activation="tanh"), 7, 0.1, 0.7
    with_penalty = reference.gradient_descent(parameters, reference.backward(parameters, cache, Y, activation="tanh", l2=l2), alpha=alpha)
    plain = reference.backward(parameters, cache, Y, activation="tanh")
    np.testing.assert_allclose(with_penalty["W1"], (1 - alpha * l2 / m) * parameters["W1"] - alpha * plain["W1"], rtol=1e-12)
    np.testing.assert_allclose(with_penalty["b1"], parameters["b1"] - alpha * plain["b1"], rtol=1e-12)


def course(name, parameters, gradients, steps):
    """`steps` steps of one of the reference's optimizers, with alpha 0.01."""
    v, S = reference.zeros_like(parameters), reference.zeros_like(parameters)
    for t in range(1, steps + 1):
        g = gradients(t)
        if name == "momentum":
            parameters, v = reference.momentum(parameters, g, v, alpha=0.01, beta=0.9)
        elif name == "rmsprop":
            parameters, S = reference.rmsprop(parameters, g, S, alpha=0.01, beta2=0.999, epsilon=0.0)
        elif name == "adam":
            parameters, v, S = reference.adam(parameters, g, v, S, t, alpha=0.01)
        else:
            parameters = reference.gradient_descent(parameters, g, alpha=0.01)
    return parameters


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.01)),
        ("momentum", lambda p: torch.optim.SGD(p, lr=0.01 * (1 - 0.9), momentum=0.9)),  # C2W2-10: torch has no 1 - beta
        ("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.999, eps=0.0)),  # epsilon is outside the root in torch
        ("adam", lambda p: torch.optim.Adam(p, lr=0.01)),
    ],
)
def test_optimizers_equal_torch(name, build):
    parameters = {"W1": np.array([[0.5, -1.0], [2.0, 0.1]]), "b1": np.array([[0.3], [-0.2]])}
    rng = np.random.default_rng(0)
    drawn = {t: {k: rng.normal(size=v.shape) for k, v in parameters.items()} for t in range(1, 21)}
    leaves = {k: torch.nn.Parameter(torch.tensor(v)) for k, v in parameters.items()}
    optimizer = build(list(leaves.values()))
    for t in range(1, 21):
        for k, leaf in leaves.items():
            leaf.grad = torch.tensor(drawn[t][k])
        optimizer.step()
    for k, value in course(name, parameters, drawn.get, 20).items():
        np.testing.assert_allclose(value, leaves[k].detach().numpy(), rtol=1e-10, err_msg=k)


def test_epsilon_stands_where_the_course_prints_it():  # C2W2-11, 12
    zero, g = {"W1": np.zeros((1, 1))}, {"W1": np.full((1, 1), 1e-3)}
    moved, S = reference.rmsprop(zero, g, zero, alpha=1.0, beta2=0.9, epsilon=1e-4)
    assert moved["W1"][0, 0] == pytest.approx(-1e-3 / np.sqrt(1e-7 + 1e-4))
    assert S["W1"][0, 0] == pytest.approx(1e-7)
    moved, _, _ = reference.adam(zero, g, zero, zero, 1, alpha=1.0, epsilon=1e-4)
    assert moved["W1"][0, 0] == pytest.approx(-1e-3 / (1e-3 + 1e-4))


def test_first_steps_of_rmsprop_and_adam():  # C2W2-11: alpha / sqrt(1 - beta2); C2W2-12: alpha sign(g)
    zero, g = {"W1": np.zeros((1, 3))}, {"W1": np.array([[5.0, -0.02, 300.0]])}
    moved, _ = reference.rmsprop(zero, g, zero, alpha=0.01, beta2=0.9)
    np.testing.assert_allclose(moved["W1"], -0.01 / np.sqrt(0.1) * np.sign(g["W1"]), rtol=1e-3)
    moved, _, _ = reference.adam(zero, g, zero, zero, 1, alpha=0.01)
    np.testing.assert_allclose(moved["W1"], -0.01 * np.sign(g["W1"]), rtol=1e-5)


@pytest.mark.parametrize(
    ("f", "at", "slope"),
    [
        (lambda a: 3 * a, 2.0, 3.0),
        (lambda a: 3 * a, 5.0, 3.0),
        (lambda a: a**2, 2.0, 4.0),
        (lambda a: a**2, 5.0, 10.0),
        (lambda a: a**3, 2.0, 12.0),
        (np.log, 2.0, 0.5),
    ],
)
def test_derivatives_of_the_course(f, at, slope):  # C1W2-10, 11
    near = numerical_gradient(lambda p: float(f(p["a"])[0]), {"a": np.array([at])}, epsilon=1e-5)
    assert near["a"][0] == pytest.approx(slope, rel=1e-8)


def test_computation_graph_of_the_course():  # C1W2-12, 13
    def cost(p):
        u = p["b"] * p["c"]
        return float((3 * (p["a"] + u))[0])

    point = {"a": np.array([5.0]), "b": np.array([3.0]), "c": np.array([2.0])}
    assert cost(point) == 33
    near = numerical_gradient(cost, point, epsilon=1e-3)
    assert [near[name][0] for name in "abc"] == pytest.approx([3, 6, 9])


def test_averages_of_the_course():  # C2W2-05..09
    assert averages([40, 49, 45], 0.9) == pytest.approx([4.0, 8.5, 12.15])
    theta = np.random.default_rng(0).normal(size=100)
    assert averages(theta, 0.9)[-1] == pytest.approx(sum(0.1 * 0.9**k * theta[99 - k] for k in range(100)))  # unrolled
    assert averages([1.0, 0.0], 0.98)[1] == pytest.approx(0.0196)
    assert averages([1.0, 0.0], 0.98, corrected=True)[1] == pytest.approx(0.0196 / 0.0396)
    assert averages(np.full(30, 7.0), 0.98, corrected=True) == pytest.approx(np.full(30, 7.0))
    assert [round(0.9**10, 4), round(0.98**50, 4), round(1 / np.e, 4)] == [0.3487, 0.3642, 0.3679]


def test_decay_of_the_course():  # C2W2-13
    assert [decayed(0.2, 1.0, epoch) for epoch in (1, 2, 3, 4)] == pytest.approx([0.1, 0.0667, 0.05, 0.04], abs=5e-5)


PARTS = ("initialize", "draw_masks", "forward", "cost", "backward", "gradient_descent", "momentum", "rmsprop", "adam", "train")
"""The network of the course, in the order in which one reads it; `cost` has the L2 penalty, `draw_masks` the inverted dropout."""


def test_the_reference_is_a_text_of_at_most_200_lines_with_every_part():
    text = Path(reference.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    places = [text.index(f"\ndef {name}(") for name in PARTS]
    assert places == sorted(places)
    for name in PARTS:
        assert re.search(r"C\dW\d-\d\d", getattr(reference, name).__doc__), f"{name} names no row of the course"
    imported = {a.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for a in node.names}
    assert imported == {"numpy"}

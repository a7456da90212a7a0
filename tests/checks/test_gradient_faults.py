"""Planted gradient faults: each is caught, the right tensor is named, and the kind where it can be told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import fathom
from fathom.testing import reference

X = np.random.default_rng(3).normal(size=(4, 12))
Y = (np.random.default_rng(4).random((1, 12)) > 0.5).astype(float)
SIZES = (4, 6, 6, 1)
L2, M = 0.7, 12
MASKS = reference.draw_masks(SIZES, M, (0.6, 0.7), seed=5)


def dense(fault):
    """The course's net with dropout and a penalty, and its backward pass with one fault; `fault` gets (gradients, theta, cache)."""
    theta = reference.initialize(SIZES, scheme="xavier", seed=1)

    def cost(p):
        return reference.cost(p, reference.forward(p, X, activation="tanh", masks=MASKS), Y, l2=L2)

    def gradient(p):
        cache = reference.forward(p, X, activation="tanh", masks=MASKS)
        return fault(reference.backward(p, cache, Y, activation="tanh", masks=MASKS, l2=L2), p, cache)

    return cost, theta, gradient


def change(name, how):
    return lambda g, p, cache: {**g, name: how(g[name])}


def stale_mask(g, p, cache):
    """The backward pass with another mask in the first layer."""
    stale = [reference.draw_masks(SIZES, M, (0.6, 0.7), seed=6)[0], MASKS[1]]
    return reference.backward(p, cache, Y, activation="tanh", masks=stale, l2=L2)


def sigmoid_slope(g, p, cache):
    """The derivative of another activation."""
    return reference.backward(p, cache, Y, activation="sigmoid", masks=MASKS, l2=L2)


def zero_row(g):
    return np.where(np.arange(len(g))[:, None] == 2, 0.0, g)


def doubled_element(g):
    g = g.copy()
    g[1, 3] *= 2
    return g


DENSE = {
    "right": (lambda g, p, c: g, [], None),
    "doubled": (change("W2", lambda g: 2 * g), ["W2"], "dW2 is 2.00 times"),
    "a thousandth too large": (change("W1", lambda g: 1.001 * g), ["W1"], "dW1 is 1.00 times"),
    "negative": (change("b2", lambda g: -g), ["b2"], "wrong sign"),
    "transposed": (change("W2", lambda g: g.T), ["W2"], "dW2 is transposed"),
    "reshaped for transposed": (change("W1", lambda g: np.ascontiguousarray(g.T).reshape(g.shape)), ["W1"], "dW1 is transposed"),
    "zero": (change("W1", np.zeros_like), ["W1"], "dW1 is zero"),
    "zero row": (change("W1", zero_row), ["W1"], "dW1 is zero in row 2"),
    "one element": (change("W1", doubled_element), ["W1"], "in element (1, 3)"),
    "rows exchanged": (change("W1", lambda g: g[[1, 0, 2, 3, 5, 4]]), ["W1"], "in another order"),
    "off by one": (change("W1", lambda g: np.roll(g, 1, 0)), ["W1"], "shifted by one"),
    "no 1/m": (change("b1", lambda g: M * g), ["b1"], "1/m is missing, m = 12"),
    "1/m twice": (change("b1", lambda g: g / M), ["b1"], "once too often"),
    "no penalty": (lambda g, p, c: {**g, "W2": g["W2"] - L2 / M * p["W2"]}, ["W2"], "the gradient lacks (lambda/m) W2"),
    "penalty not over m": (
        lambda g, p, c: {**g, "W2": g["W2"] + (L2 - L2 / M) * p["W2"]},
        ["W2"],
        "(lambda/m) W2 is in the gradient 12.00 times",
    ),
    "penalty on biases": (lambda g, p, c: {**g, "b1": g["b1"] + L2 / M * (p["b1"] + 1)}, ["b1"], "db1 is wrong"),
    "summed over both axes": (change("b2", lambda g: np.full_like(g, g.sum())), ["b2"], "sum over all elements"),
    "noise": (change("W1", lambda g: g + 1e-3 * np.random.default_rng(0).normal(size=g.shape)), ["W1"], "dW1 is wrong everywhere"),
    "not a number": (change("W1", lambda g: g * np.where(np.arange(4) == 1, np.nan, 1)), ["W1"], "NaN or infinite in column 1"),
    "stale mask": (stale_mask, ["W1", "b1"], "dW1 is wrong"),
    "slope of another activation": (sigmoid_slope, ["W1", "b1", "W2", "b2"], None),
}


@pytest.mark.parametrize("mode", ["directions", "every", "numbers"])
@pytest.mark.parametrize("name", DENSE)
def test_a_fault_of_a_hand_written_backward_pass_is_named(name, mode):
    fault, culprits, words = DENSE[name]
    cost, theta, gradient = dense(fault)
    g = fathom.check_gradient(cost, theta, gradient(theta) if mode == "numbers" else gradient, every=mode == "every", l2=L2, m=M)
    assert g.culprits == culprits, str(g)
    assert g.verdict == ("bug" if culprits else "great")
    assert len(g.findings) == len(culprits)
    if words:
        assert words in g.findings[0].what
    assert all(f.severity == "error" and f.where in culprits and f.evidence["ratio"] >= 0.0 for f in g.findings)


class Warp(torch.autograd.Function):
    """A parameter as it is, with a fault on the way back."""

    @staticmethod
    def forward(ctx, values, fault):
        ctx.fault = fault
        return values.clone()

    @staticmethod
    def backward(ctx, slope):
        return ctx.fault(slope), None


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        return nn.functional.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x)).flatten(1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRUCell(6, 5), nn.Linear(5, 3)

    def forward(self, x):
        h = x.new_zeros(len(x), 5)
        for t in range(x.shape[1]):
            h = self.cell(x[:, t], h)
        return self.out(h)


def nets():
    torch.manual_seed(0)
    sequence, image = torch.randn(5, 4, 6), torch.randn(4, 2, 7, 7)
    return {
        "dense": (nn.Sequential(nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 3)), sequence[:, 0], ["0.weight", "2.bias"]),
        "convolution": (
            nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 3)),
            image,
            ["0.weight", "4.weight"],
        ),
        "recurrent": (Recurrent(), sequence, ["cell.weight_hh", "cell.bias_ih"]),
        "attention": (Attention(), sequence, ["q.weight", "v.bias"]),
        "layer norm": (
            nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3)),
            sequence[:, 0],
            ["1.weight", "0.weight"],
        ),
        "batch norm": (
            nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)),
            sequence[:, 0],
            ["1.weight", "1.bias"],
        ),
    }


BACK = {
    "doubled": (lambda g: 2 * g, "2.00 times"),
    "negative": (lambda g: -g, "wrong sign"),
    "zero": (torch.zeros_like, "is zero"),
    "detached": (lambda g: None, "autograd gives no gradient"),
    "first half only": (lambda g: torch.where(torch.arange(len(g)).reshape(-1, *[1] * (g.dim() - 1)) < len(g) // 2, g, 0.0), "is zero in"),
    "2% off": (lambda g: 1.02 * g, "1.02 times"),
}


KINDS = ("dense", "convolution", "recurrent", "attention", "layer norm", "batch norm")
IN_TURN = {(kind, back) for i, kind in enumerate(KINDS) for j, back in enumerate(BACK) if (i + j) % 3 == 0}
"""Every layer and every fault twice; `make slow` has all pairs."""


@pytest.mark.parametrize(
    ("kind", "back"),
    [pytest.param(k, b, marks=[] if (k, b) in IN_TURN else [pytest.mark.slow]) for k in KINDS for b in BACK],
)
def test_a_fault_of_an_autograd_function_is_named(kind, back):
    net, x, names = nets()[kind]
    fault, words = BACK[back]
    theta = {name: p.detach() for name, p in net.named_parameters()}
    target = torch.randn_like(net(x))
    for name in names:

        def cost(p, name=name):
            values = {**p, name: p[name].detach() if back == "detached" else Warp.apply(p[name], fault)}
            return nn.functional.mse_loss(torch.func.functional_call(net, values, (x,)), target)

        g = fathom.check_gradient(cost, theta)
        assert g.culprits == [name], str(g)
        assert words in g.findings[0].what


def test_the_place_where_the_error_comes_in_is_told():
    """A wrong derivative between two layers makes everything below wrong."""

    class Bent(nn.Module):
        def forward(self, x):
            return Warp.apply(torch.tanh(x), lambda g: 1.5 * g)

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 4), Bent(), nn.Linear(4, 2))
    x = torch.randn(6, 4)
    g = fathom.check_gradient(lambda: net(x).pow(2).mean(), net)
    assert g.culprits == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert "Every parameter up to '2.bias' is wrong and none after it" in str(g)


@pytest.mark.parametrize(("axis", "words"), [(0, "in row 70"), (1, "in column 41"), (None, "in element (70, 41)")])
def test_a_fault_in_a_large_tensor_is_found_by_halving(axis, words):
    """12,000 elements, one row, column or element wrong; few evaluations."""
    rng = np.random.default_rng(0)
    A, W = rng.normal(size=(8, 100)), rng.normal(size=(100, 120)) / 10

    def gradient(p):
        dW = A.T @ (1 - np.tanh(A @ p["W"]) ** 2) * (1 + np.arange(120) / 120)
        wrong = dW.copy()
        where = (70, 41) if axis is None else ((70, slice(None)) if axis == 0 else (slice(None), 41))
        wrong[where] *= 3
        return {"dW": wrong}

    g = fathom.check_gradient(lambda p: float((np.tanh(A @ p["W"]).sum(0) * (1 + np.arange(120) / 120)).sum()), {"W": W}, gradient)
    assert g.culprits == ["W"]
    assert words in g.findings[0].what
    assert g.evaluations < 600


def test_a_large_tensor_is_explained_from_directions():
    rng = np.random.default_rng(0)
    A, W = rng.normal(size=(8, 80)), rng.normal(size=(80, 80)) / 9
    for how, words in ((lambda g: -2 * g, "is -2.00 times"), (np.transpose, "is transposed"), (lambda g: g - 0.3 * W, "lambda/m = 0.3")):
        g = fathom.check_gradient(
            lambda p: float(np.tanh(A @ p["W"]).sum()), {"W": W}, lambda p, how=how: {"dW": how(A.T @ (1 - np.tanh(A @ p["W"]) ** 2))}
        )
        assert words in g.findings[0].what


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-6, 1e-2, 1.0, 1e3]),
    size=st.integers(1, 12),
    fault=st.sampled_from(["none", "scale", "sign", "zero", "element"]),
)
def test_smooth_costs_of_any_kind(seed, scale, size, fault):
    """J = a sum of sines, exponentials and products in random coordinates: no right gradient is a culprit, every fault is."""
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(size, size)), rng.normal(size=size)
    theta = {"u": scale * rng.normal(size=size), "v": scale * rng.normal(size=(size, 1))}

    def cost(p):
        z = A @ p["u"] / scale
        return float(np.sin(z + b).sum() + np.exp(0.3 * np.tanh(p["v"][:, 0] / scale)) @ z)

    def gradient(p):
        z, t = A @ p["u"] / scale, np.tanh(p["v"][:, 0] / scale)
        g = {
            "u": A.T @ (np.cos(z + b) + np.exp(0.3 * t)) / scale,
            "v": (np.exp(0.3 * t) * 0.3 * (1 - t**2) * z / scale)[:, None],
        }
        worst = np.argmax(np.abs(g["u"]))
        unit = np.zeros(size)
        unit[worst] = 0.1 * g["u"][worst]
        return {**g, "u": {"none": g["u"], "scale": 1.01 * g["u"], "sign": -g["u"], "zero": 0 * g["u"], "element": g["u"] + unit}[fault]}

    expected = [] if fault == "none" else ["u"]
    assert fathom.check_gradient(cost, theta, gradient).culprits == expected
    assert fathom.check_gradient(cost, theta, gradient, every=True).culprits == expected


def test_the_stated_probability_is_the_measured_one():
    """A coarse J, so that a fault of this size is found now and then: shares over seeds against what the record says."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=50)

    def cost(p):
        return float(np.float32(np.sin(p["w"]).sum()))

    def gradient(p):
        g = np.cos(p["w"])
        return {"w": g + 2e-3 * np.linalg.norm(g) * np.eye(50)[3]}

    checks = [fathom.check_gradient(cost, {"w": w}, gradient, seed=seed) for seed in range(60)]
    found = np.mean([bool(g.culprits) for g in checks])
    stated = np.mean([g.probability(2e-3) for g in checks])
    assert abs(found - stated) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["none", "doubled", "one row"])
def test_a_fault_in_a_net_of_six_million_parameters_is_named(fault):
    """Two transformer layers with dropout and some 130,000 ReLUs, of which some are always at a kink."""
    torch.manual_seed(0)
    net = nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True), 2, enable_nested_tensor=False)
    x, y = torch.randn(2, 16, 512), torch.randn(2, 16, 512)
    theta, name = {name: p.detach() for name, p in net.named_parameters()}, "layers.1.linear1.weight"
    back = {
        "none": lambda g: g,
        "doubled": lambda g: 2 * g,
        "one row": lambda g: torch.where(torch.arange(len(g))[:, None] == 700, 3 * g, g),
    }[fault]

    def cost(p):
        return nn.functional.mse_loss(torch.func.functional_call(net, {**p, name: Warp.apply(p[name], back)}, (x,)), y)

    g = fathom.check_gradient(cost, theta)
    assert g.culprits == ([] if fault == "none" else [name]), str(g)
    words = {"none": "", "doubled": "is 2.00 times", "one row": "in row 700"}[fault]
    assert words in g.headline

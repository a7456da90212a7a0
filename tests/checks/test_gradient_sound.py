"""Right gradients are left alone: at every point of a training, at every scale, at kinks, with dropout, in float32."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

import fathom
from fathom.nets.mlp import build_mlp
from fathom.testing import reference

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 30))
Y = (RNG.random((1, 30)) > 0.5).astype(float)


def stable(p, activation):
    return reference.cost(p, reference.forward(p, X, activation=activation), Y)


def naive(p, activation):
    """The cost as it stands in the course, in a, where 1 - a loses its digits as a comes near 1."""
    a = reference.forward(p, X, activation=activation).A[-1]
    return float(-(Y * np.log(a) + (1 - Y) * np.log(1 - a)).mean())


def backward(p, activation):
    return reference.backward(p, reference.forward(p, X, activation=activation), Y, activation=activation)


def trained(activation, losses):
    """Theta as the loss falls through the given values, by Adam."""
    theta = reference.initialize((4, 12, 8, 1), scheme="xavier", seed=2)
    v, S = reference.zeros_like(theta), reference.zeros_like(theta)
    for t in range(1, 40_000):
        J = stable(theta, activation)
        if losses[0] >= J:
            losses = losses[1:]
            yield J, theta
        if not losses:
            return
        theta, v, S = reference.adam(theta, backward(theta, activation), v, S, t, alpha=0.01)
    raise AssertionError("the training ended early")


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_no_culprit_on_the_way_to_a_loss_of_1e_8(activation):
    """And a fault of 5% is seen for as long as the noise allows."""
    for J, theta in trained(activation, [10.0**-k for k in range(0, 9, 2)]):
        for cost in (naive, stable):
            for seed, given in enumerate((lambda p: backward(p, activation), backward(theta, activation))):
                g = fathom.check_gradient(lambda p, cost=cost: cost(p, activation), theta, given, seed=seed)
                assert g.culprits == [], f"J = {J:.1e}, {cost.__name__}\n{g}"
        if J > 1e-6:
            wrong = {**backward(theta, activation), "W2": 1.05 * backward(theta, activation)["W2"]}
            assert fathom.check_gradient(lambda p: stable(p, activation), theta, wrong).culprits == ["W2"]
    assert J <= 1e-8


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_no_culprit_anywhere_on_the_way_many_seeds(activation):
    for J, theta in trained(activation, [10.0 ** (-k / 4) for k in range(33)]):
        for cost, seed, every in itertools.product((naive, stable), range(4), (False, True)):
            for given in (lambda p: backward(p, activation), backward(theta, activation)):
                g = fathom.check_gradient(lambda p, cost=cost: cost(p, activation), theta, given, seed=seed, every=every)
                assert g.culprits == [], f"J = {J:.1e}, {cost.__name__}\n{g}"


@pytest.mark.parametrize("theta_scale", [1e-8, 1e-3, 1.0, 1e8])
@pytest.mark.parametrize("cost_scale", [1e-20, 1e-8, 1.0, 1e20])
def test_scales_of_theta_and_of_the_cost_do_not_matter(theta_scale, cost_scale):
    A = np.random.default_rng(1).normal(size=(5, 4))
    theta = {"w": theta_scale * np.random.default_rng(2).normal(size=4), "b": np.zeros(2)}

    def cost(p):
        return cost_scale * float(np.tanh(A @ (p["w"] / theta_scale)).sum() + np.exp(p["b"] / theta_scale).sum())

    def gradient(p):
        slope = 1 - np.tanh(A @ (p["w"] / theta_scale)) ** 2
        return {"w": cost_scale / theta_scale * A.T @ slope, "b": cost_scale / theta_scale * np.exp(p["b"] / theta_scale)}

    for every, given in itertools.product((False, True), (gradient, gradient(theta))):
        g = fathom.check_gradient(cost, theta, given, every=every)
        assert (g.verdict, {part.state for part in g.parts}) == ("great", {"right"}), str(g)
    off = {**gradient(theta), "w": 1.001 * gradient(theta)["w"]}
    assert fathom.check_gradient(cost, theta, off).culprits == ["w"]


def module_cases():
    torch.manual_seed(0)
    x, y, z = torch.randn(16, 8), torch.randint(0, 3, (16,)), torch.randn(5, 7, 8)
    image, sparse = torch.randn(4, 1, 8, 8), torch.relu(torch.randn(4, 1, 8, 8) - 1)
    conv = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))
    kinked = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))
    nn.init.zeros_(kinked[0].bias)  # zeros of the image meet z = 0, and max pooling ties
    return {
        "relu": (nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3)), x, y),
        "dropout": (nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)), x, y),
        "seeded dropout": (build_mlp(8, 3, hidden=(16, 8), dropout=0.3)[0].train(), x, y),
        "batch norm": (nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3)), x, y),
        "layer norm": (nn.Sequential(nn.Linear(8, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 3)), x, y),
        "convolution": (conv, image, y[:4]),
        "at kinks": (kinked, sparse, y[:4]),
        "lstm": (Last(nn.LSTM(8, 6, batch_first=True)), z, y[:5]),
        "transformer": (Last(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)), z, y[:5]),
        "float64": (nn.Sequential(nn.Linear(8, 4), nn.Sigmoid(), nn.Linear(4, 3)).double(), x.double(), y),
        "bfloat16": (nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 3)).bfloat16(), x.bfloat16(), y),
    }


class Last(nn.Module):
    """The outputs at the last time step."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        found = self.body(x)
        return (found[0] if isinstance(found, tuple) else found)[:, -1]


@pytest.mark.parametrize("every", [False, True], ids=["directions", "every"])
@pytest.mark.parametrize("kind", module_cases())
def test_a_module_is_right_and_left_as_it_was(kind, every):
    net, x, y = module_cases()[kind]
    sum(p.sum() for p in net.parameters()).backward()
    before = {name: (t.clone(), t.dtype, t.data_ptr()) for name, t in net.state_dict().items()}
    grads = {name: p.grad for name, p in net.named_parameters()}
    modes, state = [m.training for m in net.modules()], torch.get_rng_state()
    g = fathom.check_gradient(lambda: nn.functional.cross_entropy(net(x).to(torch.get_default_dtype()), y), net, every=every)
    assert g.verdict == "great", str(g)
    assert any(part.state == "right" for part in g.parts)
    for name, t in net.state_dict().items():
        assert (t.dtype, t.data_ptr()) == before[name][1:]
        assert torch.equal(t, before[name][0])
    assert all(p.grad is grads[name] for name, p in net.named_parameters())
    assert modes == [m.training for m in net.modules()]
    assert torch.equal(state, torch.get_rng_state())


def test_randomness_is_held_to_one_pattern_or_refused():
    rng = np.random.default_rng(0)

    def cost(p):  # noise that the check can reach
        return float(((p["w"] * rng.random(3)) ** 2).sum())

    def gradient(p):
        return {"w": 2 * p["w"] * rng.random(3) ** 2}

    before = rng.bit_generator.state
    g = fathom.check_gradient(cost, {"w": np.arange(1.0, 4.0)}, gradient)
    assert g.verdict == "great"
    assert "held to one pattern" in str(g)
    assert rng.bit_generator.state == before
    count = itertools.count()
    with pytest.raises(fathom.UnusableInput, match="the same J at the same theta"):
        fathom.check_gradient(lambda p: float((p["w"] ** 2).sum() + next(count)), {"w": np.ones(3)}, {"w": 2 * np.ones(3)})


def test_kinks_are_set_aside_and_faults_do_not_hide_behind_them():
    """A ReLU at exactly 0: its slope may be said to be 0 or 1, or anything between, and nothing else."""
    theta = {"w": np.array([0.0, 1.0, -2.0])}

    def cost(p):
        return float(np.maximum(p["w"], 0.0).sum())

    right = ({"w": np.array([0.0, 1.0, 0.0])}, {"w": np.array([1.0, 1.0, 0.0])}, lambda p: {"w": (p["w"] > 0) * 1.0})
    for given, every in itertools.product(right, (False, True)):
        g = fathom.check_gradient(cost, theta, given, every=every)
        assert g.verdict == "great", str(g)
        assert sum(part.kinks for part in g.parts) == 1
        assert "1 place was a kink of J" in str(g)
    for wrong, every in itertools.product(([0.0, 2.0, 0.0], [3.0, 1.0, 0.0], [-2.0, 1.0, 0.0]), (False, True)):
        assert fathom.check_gradient(cost, theta, {"w": np.array(wrong)}, every=every).culprits == ["w"]
    doubled = fathom.check_gradient(cost, theta, lambda p: {"w": 2.0 * (p["w"] > 0)})
    assert doubled.culprits == ["w"]
    assert "2.00 times" in doubled.findings[0].what


def test_a_cost_in_float32_inside_is_known_by_its_noise():
    def cost(p):
        return float((np.sin(p["w"]).astype(np.float32) ** 2).sum())

    def gradient(p):
        return {"w": 2 * np.sin(p["w"]) * np.cos(p["w"])}

    theta = {"w": np.arange(3.0) + 0.3}
    g = fathom.check_gradient(cost, theta, gradient)
    assert g.verdict == "great"
    assert "computed in float32 inside" in str(g)
    assert fathom.check_gradient(cost, theta, lambda p: {"w": 1.1 * gradient(p)["w"]}).culprits == ["w"]


def test_what_is_too_small_to_check_says_so():
    theta = {"w": np.ones(3), "idle": np.ones(2)}
    g = fathom.check_gradient(lambda p: float((p["w"] ** 2).sum()), theta, {"w": 2 * np.ones(3), "idle": np.zeros(2)})
    assert g.verdict == "great"
    tiny = fathom.check_gradient(lambda p: 1e6 + 1e-12 * float(p["w"].sum()), {"w": np.ones(3)}, {"w": np.full(3, 1e-12)})
    assert [part.state for part in tiny.parts] == ["too small"]
    assert "too small to check: its gradient lies below the noise" in str(tiny)
    claimed = fathom.check_gradient(lambda p: float((p["w"] ** 2).sum()), theta, {"w": 2 * np.ones(3), "idle": np.full(2, 1e-3)})
    assert claimed.culprits == ["idle"]


@pytest.mark.parametrize(
    ("cost", "theta", "gradient", "words"),
    [
        (lambda p: float(p["w"].sum()), {"w": np.ones(2)}, None, "Pass gradient="),
        (lambda p: p["w"] ** 2, {"w": np.ones(2)}, {"w": np.ones(2)}, "one number, of shape"),
        (lambda p: np.nan, {"w": np.ones(2)}, {"w": np.ones(2)}, "a finite J at theta"),
        (lambda p: float(p["w"].sum()), {"w": np.ones(2), "b": np.ones(1)}, {"w": np.ones(2)}, "db too"),
        (lambda p: float(p["w"].sum()), {}, {}, "at least one parameter"),
        (lambda p: (p["w"] ** 2).sum().item(), {"w": torch.ones(2)}, None, "not J.item"),
        (3.0, {"w": np.ones(2)}, {}, "a callable theta"),
        (lambda p: float(p["w"].sum()), {"w": np.array(["a"])}, {"w": 1.0}, "real numbers"),
        (lambda p: float(p["w"].sum()), {"w": np.ones(2)}, 3.0, "a mapping of dw"),
    ],
)
def test_unusable_input_says_what_to_do(cost, theta, gradient, words):
    with pytest.raises(fathom.UnusableInput, match=words):
        fathom.check_gradient(cost, theta, gradient)


def test_ctrl_c_ends_with_what_is_finished():
    calls = itertools.count()

    def cost(p):
        if next(calls) > 60:
            raise KeyboardInterrupt
        return float((p["a"] ** 2).sum() + (p["b"] ** 3).sum())

    theta = {"a": np.ones(10), "b": np.ones(100)}
    g = fathom.check_gradient(cost, theta, {"a": 2 * np.ones(10), "b": 3 * np.ones(100)}, every=True)
    assert g.stopped
    assert g.parts[0].name == "a"
    assert "Stopped by Ctrl-C" in str(g)


def test_every_element_is_the_same_by_every_way():
    """Layers, vmap and loop give the same gradient by differences as scipy's."""
    from scipy.optimize import approx_fprime

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3), nn.ReLU(), nn.Linear(3, 2)).double()
    x, y = torch.randn(7, 4, dtype=torch.float64), torch.randint(0, 2, (7,))
    theta = {name: p.detach().clone() for name, p in net.named_parameters()}

    def cost(p):
        return nn.functional.cross_entropy(torch.func.functional_call(net, p, (x,)), y)

    def looped(p):  # cannot be mapped: it looks at a number
        return cost(p) if p["0.bias"].detach().sum().item() < 1e9 else 0.0

    found = [
        fathom.check_gradient(lambda: nn.functional.cross_entropy(net(x), y), net, every=True),
        fathom.check_gradient(cost, theta, every=True),
        fathom.check_gradient(looped, theta, every=True),
    ]

    def flat(values):
        parts = np.split(values, np.cumsum([t.numel() for t in theta.values()])[:-1])
        return float(cost({n: torch.tensor(part).reshape(t.shape) for (n, t), part in zip(theta.items(), parts, strict=True)}))

    oracle = approx_fprime(np.concatenate([t.numpy().ravel() for t in theta.values()]), flat, 1e-7)
    for g in found:
        assert g.verdict == "great"
        np.testing.assert_allclose(np.concatenate([g.numerical[n].ravel() for n in theta]), oracle, atol=2e-7)


def test_a_penalty_of_the_modules_own_is_not_lost_in_the_fast_way():
    """Only the layers above are evaluated again, but J holds the weights directly too: the fast way must not be taken."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)).double()
    x, y = torch.randn(7, 4, dtype=torch.float64), torch.randint(0, 2, (7,))

    def cost():
        return nn.functional.cross_entropy(net(x), y) + 0.1 * sum(p.pow(2).sum() for p in net.parameters())

    assert fathom.check_gradient(cost, net, every=True).verdict == "great"


def test_a_record_is_json_and_text():
    import json

    g = fathom.check_gradient(lambda p: float((p["w"] ** 2).sum()), {"w": np.ones((2, 2))}, {"dw": 2 * np.ones((2, 2))})
    plain = json.loads(json.dumps(g.to_json()))
    assert plain["parts"][0]["name"] == "w"
    assert plain["ratio"] == g.ratio
    assert g.probability(0.01) > 0.999
    assert "w          2 x 2" in str(g)
    assert "a fault of 1% of a parameter's gradient is found with a probability of over 99.99%" in str(g)

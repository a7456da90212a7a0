"""check_signal against what can be worked out by hand: powers of 1.5 and 0.5, and a forward and backward pass in NumPy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import fathom
from fathom.checks.signal.statistics import dead_share, mean_and_std, norm, saturated_share
from fathom.core.exceptions import UnusableInput
from fathom.nets.catalogue import CATALOGUE

L = 30


def scaled_identity(factor: float, layers: int, width: int = 2, dtype: torch.dtype = torch.float64) -> nn.Sequential:
    net = nn.Sequential(*(nn.Linear(width, width, bias=False, dtype=dtype) for _ in range(layers)))
    for layer in net:
        layer.weight.data = factor * torch.eye(width, dtype=dtype)
    return net


def stack(std: float, activation: type[nn.Module] = nn.ReLU, layers: int = 50, width: int = 64) -> nn.Sequential:
    torch.manual_seed(0)
    parts: list[nn.Module] = []
    for _ in range(layers):
        linear = nn.Linear(width, width)
        nn.init.normal_(linear.weight, std=std)
        nn.init.zeros_(linear.bias)
        parts += [linear, activation()]
    return nn.Sequential(*parts)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("factor", "verdict"), [(1.5, "exploding"), (0.5, "vanishing"), (0.9, "healthy"), (1.0, "healthy")])
def test_powers_of_the_scaled_identity(factor, verdict):
    """C2W1-44: the output is W^(L-1) times that of the first layer, the gradient likewise."""
    signal = fathom.check_signal(scaled_identity(factor, L), torch.randn(5, 2, dtype=torch.float64))
    assert signal.forward == pytest.approx(factor ** (L - 1), rel=1e-9)
    assert signal.backward == pytest.approx(factor ** (L - 1), rel=1e-9)
    assert signal.factor == pytest.approx(factor, rel=1e-9)
    assert signal.gradient_factor == pytest.approx(factor, rel=1e-9)
    assert signal.verdict == verdict
    assert [layer.factor for layer in signal.layers[1:]] == pytest.approx([factor] * (L - 1), rel=1e-9)


def test_ones_are_halved_at_each_layer():
    """C2W1-44: x = (1, 1) gives 1/2, 1/4, 1/8, ...; equal activations have no std, and the mean says it."""
    signal = fathom.check_signal(scaled_identity(0.5, 12), torch.ones(1, 2, dtype=torch.float64))
    assert [layer.mean for layer in signal.layers] == pytest.approx([0.5**k for k in range(1, 13)])
    assert signal.forward == pytest.approx(0.5**11)
    assert signal.verdict == "vanishing"


@pytest.mark.parametrize(("factor", "layers", "starts"), [(1.5, 40, "2"), (3.0, 20, "1"), (0.5, 20, "1"), (0.8, 40, "4")])
def test_where_it_starts_is_where_it_has_doubled_or_halved(factor, layers, starts):
    """1.5^1 is under 2, 1.5^2 above; 0.8^3 = 0.512 is above a half, 0.8^4 = 0.41 under."""
    assert fathom.check_signal(scaled_identity(factor, layers), torch.randn(5, 2, dtype=torch.float64)).starts == starts


def test_forward_and_backward_by_hand():
    """tanh net of three layers: stds and gradient norms as NumPy has them."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(6, 4)), rng.normal(size=(5, 6)), rng.normal(size=(3, 5))]
    x = rng.normal(size=(7, 4))
    targets = rng.normal(size=(7, 3))
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    for layer, weight in zip((net[0], net[2], net[4]), weights, strict=True):
        layer.weight.data = torch.tensor(weight)
        layer.bias.data.zero_()
    a1 = np.tanh(x @ weights[0].T)
    a2 = np.tanh(a1 @ weights[1].T)
    out = a2 @ weights[2].T
    d3 = 2 * (out - targets) / out.size
    d2 = d3 @ weights[2]
    d1 = (d2 * (1 - a2**2)) @ weights[1]
    signal = fathom.check_signal(net, torch.tensor(x), loss=nn.MSELoss(), targets=torch.tensor(targets))
    assert [layer.std for layer in signal.layers] == pytest.approx([a1.std(), a2.std(), out.std()])
    assert [layer.mean for layer in signal.layers] == pytest.approx([a1.mean(), a2.mean(), out.mean()])
    assert [layer.gradient for layer in signal.layers] == pytest.approx([np.linalg.norm(d) for d in (d1, d2, d3)])
    flat = (1 - a1**2 < 0.05).mean()
    assert signal.layers[0].saturated == pytest.approx(flat)
    assert [layer.name for layer in signal.layers] == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("std", "verdict"), [(math.sqrt(2 / 64), "healthy"), (0.01, "vanishing"), (1.0, "exploding"), (math.sqrt(1 / 64), "vanishing")]
)
def test_fifty_relu_layers(std, verdict, x):
    """C2W1-50: He keeps the scale over 50 ReLU layers; 0.01 and 1.0 do not, nor does Xavier (0.7^49)."""
    assert fathom.check_signal(stack(std), x).verdict == verdict


def test_fifty_tanh_layers_with_xavier_are_healthy(x):
    assert fathom.check_signal(stack(math.sqrt(1 / 64), nn.Tanh), x).verdict == "healthy"


@pytest.mark.parametrize("seed", range(3))
def test_he_at_depth_150_is_healthy(seed, x):
    torch.manual_seed(seed)
    net = stack(math.sqrt(2 / 64), layers=150)
    signal = fathom.check_signal(net, x, seed=seed, mend=False)
    assert signal.verdict == "healthy"
    assert not signal.findings


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_catalogue_nets_with_their_sound_weights_are_healthy(activation, batch_norm):
    from fathom.nets.initialization import initialize, scheme_for

    for name, entry in CATALOGUE.items():
        if entry.takes != "features" or entry.pictures:
            continue  # below, and in tests/nets
        arguments = {"hidden": (64, 32, 32, 16), "activation": activation, "batch_norm": batch_norm} if name == "mlp" else {}
        net, _ = entry.build(20, 3, **arguments)
        initialize(net, scheme=scheme_for(activation))
        signal = fathom.check_signal(net, torch.randn(64, 20))
        assert signal.verdict == "healthy", name
        assert not [f for f in signal.findings if f.severity != "info"], name


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.items() if entry.takes == "tokens"])
def test_catalogue_nets_for_texts_are_healthy(name):
    from fathom.nets.initialization import initialize

    net, _ = CATALOGUE[name].build(50, 3, dropout=0.0, **CATALOGUE[name].arguments)
    initialize(net, scheme="xavier")
    signal = fathom.check_signal(net, torch.randint(1, 50, (64, 12), generator=torch.Generator().manual_seed(0)))
    assert signal.verdict == "healthy"


@pytest.mark.parametrize("norm_first", [False, True])
def test_torch_transformer_is_healthy(norm_first):
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # norm_first: torch tells of a fast path that it does not take
        net = nn.Transformer(32, 4, 4, 4, 64, batch_first=True, norm_first=norm_first)
    signal = fathom.check_signal(net, (torch.randn(8, 10, 32), torch.randn(8, 7, 32)))
    assert signal.verdict == "healthy"
    assert not signal.findings
    names = {layer.name for layer in signal.layers}
    assert {"encoder.layers.0.self_attn", "encoder.layers.3.linear2", "decoder.layers.3.multihead_attn"} <= names


def test_functions_in_forward_are_seen_like_modules(x):
    """The same net written with modules, with functions, and with bare parameters and @."""

    class Functional(nn.Module):
        def __init__(self, like: nn.Sequential) -> None:
            super().__init__()
            self.a, self.b, self.c = like[0], like[2], like[4]

        def forward(self, x):
            return self.c(torch.tanh(self.b(F.relu(self.a(x)))))

    class Bare(nn.Module):
        def __init__(self, like: nn.Sequential) -> None:
            super().__init__()
            self.w = nn.ParameterList([like[i].weight for i in (0, 2, 4)])
            self.b = nn.ParameterList([like[i].bias for i in (0, 2, 4)])

        def forward(self, x):
            x = (x @ self.w[0].T + self.b[0]).clamp(min=0)
            x = torch.addmm(self.b[1], x, self.w[1].t()).tanh()
            return torch.einsum("ni,oi->no", x, self.w[2]) + self.b[2]

    modules = nn.Sequential(nn.Linear(64, 32), nn.ReLU(inplace=True), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 4))
    wanted = fathom.check_signal(modules, x)
    for other in (Functional(modules), Bare(modules)):
        signal = fathom.check_signal(other, x)
        assert [layer.std for layer in signal.layers] == pytest.approx([layer.std for layer in wanted.layers], rel=1e-5)
        assert [layer.gradient for layer in signal.layers] == pytest.approx([layer.gradient for layer in wanted.layers], rel=1e-5)
        assert [layer.dead for layer in signal.layers] == [layer.dead for layer in wanted.layers]


def test_convolution_by_hand():
    """One channel, one kernel: scipy's correlation is what torch calls a convolution."""
    from scipy.signal import correlate2d

    rng = np.random.default_rng(3)
    kernel, image = rng.normal(size=(3, 3)), rng.normal(size=(6, 6))
    net = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2, bias=False)).double()
    net[0].weight.data = torch.tensor(kernel)[None, None]
    signal = fathom.check_signal(net, torch.tensor(image)[None, None])
    wanted = np.maximum(correlate2d(image, kernel, mode="valid"), 0.0)
    assert signal.layers[0].std == pytest.approx(wanted.std())
    assert signal.layers[1].std == pytest.approx((net[3].weight.detach().numpy() @ wanted.ravel()).std())


def test_residual_sum_belongs_to_its_layer(x):
    """Zero-initialized branches (a sound choice) leave the stream as it is: nothing vanishes."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.up, self.down = nn.LayerNorm(64), nn.Linear(64, 64), nn.Linear(64, 64)
            nn.init.zeros_(self.down.weight)
            nn.init.zeros_(self.down.bias)

        def forward(self, x):
            return x + self.down(F.gelu(self.up(self.norm(x))))

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 64), *(Block() for _ in range(12)), nn.Linear(64, 3))
    signal = fathom.check_signal(net, x)
    assert signal.verdict == "healthy"
    stream = [layer for layer in signal.layers if layer.name.endswith("down")]
    assert {round(layer.std, 6) for layer in stream} == {round(signal.layers[0].std, 6)}
    assert {round(layer.gradient or 0.0, 3) for layer in stream} == {round(signal.layers[0].gradient or 0.0, 3)}


def test_shared_layer_called_many_times_counts_each_call():
    class Unrolled(nn.Module):
        def __init__(self, factor: float) -> None:
            super().__init__()
            self.cell = nn.Linear(3, 3, bias=False, dtype=torch.float64)
            self.cell.weight.data = factor * torch.eye(3, dtype=torch.float64)

        def forward(self, x):
            for _ in range(20):
                x = self.cell(x)
            return x, None

    signal = fathom.check_signal(Unrolled(2.0), torch.randn(4, 3, dtype=torch.float64))
    assert len(signal.layers) == 20
    assert signal.layers[4].name == "cell (call 5)"
    assert signal.forward == pytest.approx(2.0**19)
    assert signal.verdict == "exploding"
    assert [f.severity for f in signal.findings] == ["warning"]  # through time it is never an error


def test_gradient_through_time_of_a_linear_recurrence():
    """relu of h = 0.5 h + x with x > 0 is linear: the gradient of the last h with respect to x_t is 0.5^(T - t)."""
    net = nn.RNN(1, 1, nonlinearity="relu", bias=False, batch_first=True).double()
    net.weight_ih_l0.data.fill_(1.0)
    net.weight_hh_l0.data.fill_(0.5)
    signal = fathom.check_signal(net, torch.rand(6, 12, 1, dtype=torch.float64) + 0.1, forward=lambda net, x: net(x)[0][:, -1])
    time = signal.times[0]
    last = time.gradients[-1]
    assert [g / last for g in time.gradients] == pytest.approx([0.5 ** (11 - t) for t in range(12)])
    assert time.factor == pytest.approx(0.5)
    assert (signal.verdict, time.verdict) == ("vanishing", "vanishing")
    assert signal.headline.startswith("vanishing through time")


def test_recurrence_that_explodes_through_time():
    torch.manual_seed(0)
    net = nn.RNN(4, 8, nonlinearity="relu", batch_first=True)
    nn.init.eye_(net.weight_hh_l0).data.mul_(2.0)
    signal = fathom.check_signal(net, torch.rand(6, 30, 4), forward=lambda net, x: net(x)[0][:, -1])
    assert signal.verdict == "exploding"


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_gates_may_forget_at_the_start(kind):
    """A sound LSTM forgets at first (its gates are half open): said, and no verdict."""
    torch.manual_seed(0)
    signal = fathom.check_signal(kind(5, 16, batch_first=True), torch.randn(8, 40, 5), forward=lambda net, x: net(x)[0][:, -1])
    assert signal.times[0].verdict == "vanishing"
    assert signal.verdict == "healthy"
    assert {f.severity for f in signal.findings} == {"info"}


def test_dead_layer_is_named():
    net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
    net[2].bias.data.fill_(-100.0)
    signal = fathom.check_signal(net, torch.randn(64, 10))
    dead = [f for f in signal.findings if f.id == "check.signal.dead"]
    assert [(f.where, f.severity) for f in dead] == [("2", "error")]
    assert signal.layers[1].dead == 1.0


def test_saturated_layer_is_named_and_an_output_sigmoid_is_not():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1), nn.Sigmoid())
    net[2].weight.data.mul_(200.0)
    net[4].weight.data.mul_(200.0)
    found = [f for f in fathom.check_signal(net, torch.randn(64, 10)).findings if f.id == "check.signal.saturated"]
    assert [f.where for f in found] == ["2"]


def test_zero_head_is_a_sound_choice(x):
    net = stack(math.sqrt(2 / 64), layers=6)
    net.append(nn.Linear(64, 10))
    nn.init.zeros_(net[-1].weight)
    signal = fathom.check_signal(net, x)
    assert signal.verdict == "healthy"
    assert "'12' are 0" in signal.notes[0]


def test_all_zero_weights_vanish(x):
    net = stack(0.0, layers=4)
    assert fathom.check_signal(net, x).verdict == "vanishing"


def test_large_inputs_before_a_norm_are_not_vanishing():
    net = nn.Sequential(
        nn.Linear(10, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 3)
    )
    assert fathom.check_signal(net, 1e6 * torch.randn(64, 10)).verdict == "healthy"


def test_statistics_hold_at_any_scale():
    values = torch.tensor([1.0, 2.0, 4.0])
    for scale in (1e-30, 1.0, 1e30):
        mean, std = mean_and_std(values * scale)
        assert (mean / scale, std / scale) == pytest.approx((7 / 3, np.std([1, 2, 4])), rel=1e-6)
        assert norm(values * scale) / scale == pytest.approx(math.sqrt(21), rel=1e-6)
    assert mean_and_std(torch.zeros(3)) == (0.0, 0.0)
    assert mean_and_std(torch.tensor([1.0, math.inf]))[1] == math.inf


def test_dead_and_saturated_shares_by_hand():
    outputs = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert dead_share("relu", outputs, 1) == pytest.approx(2 / 3)
    assert dead_share("tanh", outputs, 1) is None
    assert saturated_share("sigmoid", torch.tensor([0.5, 0.001, 0.999, 0.1])) == pytest.approx(0.5)


def test_wrong_arguments_are_one_line(x):
    with pytest.raises(fathom.UnusableInput, match=r"a forward and a backward pass, got RuntimeError"):
        fathom.check_signal(nn.Linear(3, 2), x)
    with pytest.raises(fathom.UnusableInput, match="targets of the loss"):
        fathom.check_signal(nn.Linear(64, 2), x, loss=nn.MSELoss())
    with pytest.raises(fathom.UnusableInput, match="a layer whose weights"):
        fathom.check_signal(nn.Flatten(), x)


def test_table_of_a_deep_net_is_short(x):
    text = str(fathom.check_signal(stack(0.05, layers=150), x))
    assert "left out" in text
    assert len(text.splitlines()) < 45
    assert max(map(len, text.splitlines()[2:20])) <= 100


@given(
    layers=st.integers(2, 8),
    scale=st.floats(0.2, 5.0),
    activation=st.sampled_from([nn.Identity, nn.ReLU]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_weights_times_c_make_the_ratios_times_c_to_the_depth(layers, scale, activation, seed):
    """Linear and ReLU layers are homogeneous: both ratios change by c^(L - 1), the factors by c, and nothing dies of it."""
    torch.manual_seed(seed)
    net = nn.Sequential(*(m for _ in range(layers) for m in (nn.Linear(16, 16, bias=False, dtype=torch.float64), activation())))
    x = torch.randn(12, 16, dtype=torch.float64)
    before = fathom.check_signal(net, x, mend=False)
    for layer in net[::2]:
        layer.weight.data.mul_(scale)
    after = fathom.check_signal(net, x, mend=False)
    assert after.forward == pytest.approx(before.forward * scale ** (layers - 1), rel=1e-6)
    assert after.backward == pytest.approx(before.backward * scale ** (layers - 1), rel=1e-6)
    assert after.factor == pytest.approx(before.factor * scale, rel=1e-6)
    assert [layer.dead for layer in after.layers] == [layer.dead for layer in before.layers]


@given(seed=st.integers(0, 1000), scale=st.floats(1e-12, 1e12))
@settings(max_examples=20, deadline=None)
def test_scale_of_inputs_does_not_matter_to_a_net_without_biases(seed, scale):
    torch.manual_seed(seed)
    net = stack(0.2, layers=4, width=12)
    x = torch.randn(10, 12)
    one, other = fathom.check_signal(net, x, mend=False), fathom.check_signal(net, scale * x, mend=False)
    assert other.forward == pytest.approx(one.forward, rel=1e-3)
    assert other.verdict == one.verdict


def test_inputs_that_are_not_finite_are_refused():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    with pytest.raises(UnusableInput, match="NaN or infinity"):
        fathom.check_signal(net, torch.full((8, 4), float("nan")))

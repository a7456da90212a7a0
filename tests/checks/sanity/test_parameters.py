"""Weights: how they are drawn, whether an optimizer sees them, whether a gradient reaches them and is right."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fathom.checks.check import Subject
from fathom.checks.sanity.calm import calm
from fathom.checks.sanity.cuts import interferences
from tests.checks.sanity.set_ups import CE, Letters, dense, digits, each_letter, findings, found, ids, letters, net, silent


def filled(value: float, *layers: int, biases: float | None = None) -> nn.Sequential:
    made = dense(64, 16, 16, 10)
    for place in layers:
        nn.init.constant_(made[place].weight, value)
        if biases is not None:
            nn.init.constant_(made[place].bias, biases)
    return made


class Residual(nn.Module):
    """Blocks and a head that start from zero, as they are meant to."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.outside = nn.Linear(64, 16), nn.Linear(16, 10)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)) for _ in range(2))
        for last in (self.outside, *(block[-1] for block in self.blocks)):
            nn.init.zeros_(last.weight)

    def forward(self, x):
        x = self.inside(x)
        for block in self.blocks:
            x = x + block(x)
        return self.outside(x)


def test_copies_stay_copies():
    """C1W3-11: equal rows get equal gradients."""
    finding = found((filled(0.1, 0, 2, 4, biases=0.0), CE, *digits()), "check.weights.symmetric", "error")
    assert finding.evidence["distinct"] == 1


def test_equal_weights_that_biases_tell_apart():
    found((filled(0.1, 0, 2, 4), CE, *digits()), "check.weights.symmetric", "warning")


def test_zeros_stay_zeros():
    finding = found((filled(0.0, 0, 2, 4, biases=0.0), CE, *digits()), "check.weights.zero", "error")
    assert finding.evidence["still_zero"] == ["0.weight", "2.weight", "4.weight"]


@pytest.mark.parametrize("make", [lambda: dense(64, 16, 10), Residual, lambda: filled(0.0, 4)], ids=["drawn", "residual", "head of zeros"])
def test_weights_that_come_apart(make):
    torch.manual_seed(0)
    assert silent((make(), CE, *digits()), "check.weights.symmetric")


def test_weights_on_the_wrong_scale():
    wide = dense(64, 16, 10)
    nn.init.normal_(wide[0].weight)
    finding = found((wide, CE, *digits()), "check.weights.scale", "warning")
    assert finding.where == "0.weight"
    assert finding.evidence["he"] == pytest.approx((2 / 64) ** 0.5)
    narrow = dense(64, 16, 10)
    nn.init.normal_(narrow[2].weight, std=1e-4)
    assert found((narrow, CE, *digits()), "check.weights.scale").where == "2.weight"


@pytest.mark.parametrize(
    "draw", [nn.init.kaiming_normal_, nn.init.xavier_normal_, nn.init.orthogonal_, lambda w: nn.init.normal_(w, std=0.02)]
)
def test_scales_in_use(draw):
    sound = dense(64, 32, 10)
    for layer in (sound[0], sound[2]):
        draw(layer.weight)
    assert silent((sound, CE, *digits()), "check.weights.scale")


def listed(run, **parts):
    return net(run, a=lambda: nn.Linear(64, 16), b=lambda: nn.Linear(16, 10), **parts)


def held(**parts):
    return listed(lambda s, x: s.b((s.a(x).relu() @ s.w).relu()), **parts)


@pytest.mark.parametrize(
    ("make", "severity", "where"),
    [
        (lambda: listed(lambda s, x: s.b(s.c[0](s.a(x)).relu()), c=lambda: [nn.Linear(16, 16)]), "error", "c[0]"),
        (lambda: listed(lambda s, x: s.b(s.c["in"](s.a(x)).relu()), c=lambda: {"in": nn.Linear(16, 16)}), "error", "c['in']"),
        (lambda: listed(lambda s, x: s.b(nn.Linear(16, 16)(s.a(x)).relu())), "error", "Linear"),
        (lambda: held(w=lambda: nn.Parameter(torch.randn(16, 16)) * 0.1), "error", "w"),
        (lambda: held(w=lambda: torch.randn(16, 16).requires_grad_()), "error", "w"),
        (lambda: held(w=lambda: torch.randn(16, 16)), "info", "w"),
    ],
    ids=["list", "mapping", "made in forward", "computed", "leaf", "plain"],
)
def test_weights_that_an_optimizer_does_not_see(make, severity, where):
    assert found((make(), CE, *digits()), "check.parameter.unregistered", severity).where == where


def test_weights_that_it_sees():
    assert silent((held(w=lambda: nn.Parameter(torch.randn(16, 16))), CE, *digits()), "check.parameter.unregistered")
    assert silent((Letters(), each_letter, *letters()), "check.parameter.unregistered")
    normed = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(64, 16)), nn.ReLU(), nn.Linear(16, 10))
    assert silent((normed, CE, *digits()), "check.parameter.unregistered")


def three(run):
    return net(run, a=lambda: nn.Linear(64, 16), m=lambda: nn.Linear(16, 16), b=lambda: nn.Linear(16, 10))


def quiet(s, x):
    with torch.no_grad():
        h = s.a(x).relu()
    return s.b(s.m(h).relu())


FLOWS = [
    (lambda s, x: s.b(s.m(s.a(x).relu().detach()).relu()), "check.gradient.detached", "error", ["a.weight", "a.bias"]),
    (lambda s, x: s.b(s.m(torch.tensor(s.a(x).relu().tolist())).relu()), "check.gradient.detached", "error", ["a.weight", "a.bias"]),
    (quiet, "check.gradient.detached", "warning", ["a.weight", "a.bias"]),
    (lambda s, x: s.b(s.a(x).relu()), "check.parameter.unused", "warning", ["m.weight", "m.bias"]),
    (lambda s, x: s.b((s.m(s.a(x)), s.a(x))[1].relu()), "check.gradient.none", "warning", ["m.weight", "m.bias"]),
    (lambda s, x: s.b(s.m((s.a(x) * 9).round()).relu()), "check.gradient.detached", "warning", ["a.weight"]),
]


@pytest.mark.parametrize(
    ("run", "id", "severity", "parameters"), FLOWS, ids=["detach", "tolist", "no_grad", "unused", "thrown away", "rounded"]
)
def test_where_a_gradient_does_not_come(run, id, severity, parameters):
    assert found((three(run), CE, *digits()), id, severity).evidence["parameters"] == parameters


def test_no_gradient_at_all():
    cut = three(lambda s, x: s.b(s.a(x)).detach())
    found((cut, CE, *digits()), "check.gradient.detached", "error")


def test_gradients_that_come():
    assert silent((dense(64, 16, 10), CE, *digits()), "check.gradient.flow")
    assert silent((Letters(), each_letter, *letters()), "check.gradient.flow")


def test_frozen_parameters():
    whole = dense(64, 16, 10).requires_grad_(False)
    found((whole, CE, *digits()), "check.parameter.frozen", "error")
    between = dense(64, 16, 16, 10)
    nn.init.normal_(between[2].weight)
    between[2].requires_grad_(False)
    assert found((between, CE, *digits()), "check.parameter.frozen", "warning").where == "2.weight"
    backbone = dense(64, 16, 16, 10)
    for layer in (backbone[0], backbone[2]):
        nn.init.normal_(layer.weight)
        layer.requires_grad_(False)
    found((backbone, CE, *digits()), "check.parameter.frozen", "info")
    fresh = dense(64, 16, 16, 10)
    fresh[0].requires_grad_(False)
    fresh[2].requires_grad_(False)
    found((fresh, CE, *digits()), "check.parameter.frozen", "warning")
    assert silent((dense(64, 16, 10), CE, *digits()), "check.parameter.frozen")


def overwriting(s, x):
    nn.init.constant_(s.a.bias, 0.0)
    return s.b(s.m(s.a(x).relu()).relu())


def test_parameters_that_do_not_move():
    finding = found((three(overwriting), CE, *digits()), "check.parameter.not_moving", "error")
    assert finding.evidence["parameters"] == ["a.bias"]
    times_zero = three(lambda s, x: s.b(s.a(x).relu() + 0.0 * s.m(s.a(x))))
    assert "m.weight" in found((times_zero, CE, *digits()), "check.parameter.not_moving", "warning").evidence["parameters"]
    assert silent((dense(64, 16, 10), CE, *digits()), "check.parameter.not_moving")


class Slip(torch.autograd.Function):
    """x W^T with a gradient of W that is `slip` times the right one."""

    @staticmethod
    def forward(ctx, x, weight, slip):
        ctx.save_for_backward(x, weight)
        ctx.slip = slip
        return x @ weight.T

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g @ weight, ctx.slip * g.T @ x, None


class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return (4 * x).round() / 4

    @staticmethod
    def backward(ctx, g):
        return g


def slipping(slip: float):
    run = lambda s, x: s.b(Slip.apply(s.a(x).relu(), s.w, slip).relu())  # noqa: E731
    return net(run, a=lambda: nn.Linear(64, 16), w=lambda: nn.Parameter(0.3 * torch.randn(16, 16)), b=lambda: nn.Linear(16, 10))


@pytest.mark.parametrize(("slip", "kind"), [(2.0, "scaled"), (-1.0, "sign"), (0.0, "zero"), (1.0 + 1e-4, "scaled")])
def test_a_wrong_gradient_is_named(slip, kind):
    finding = found((slipping(slip), CE, *digits()), "check.gradient.wrong", "error")
    assert finding.where == "w"
    assert finding.evidence["parameters"] == ["w"]
    assert finding.evidence["kinds"]["w"] == kind


def test_a_hook_that_turns_a_gradient_round():
    turned = dense(64, 16, 10)
    turned[0].weight.register_hook(lambda g: -g)
    finding = found((turned, CE, *digits()), "check.gradient.wrong", "error")
    assert finding.evidence["parameters"] == ["0.weight"]
    assert finding.evidence["hooks"] == 1


def test_a_part_of_a_gradient_that_is_cut_off_is_only_a_warning():
    """It may be meant: a target that stands still."""
    half = three(lambda s, x: s.b((lambda h: h + s.m(h) + s.m(h).detach())(s.a(x).relu())))
    finding = next(f for f in findings((half, CE, *digits()), "check.gradient") if f.id == "check.gradient.detached")
    assert finding.severity == "warning"
    assert "m.weight" in finding.evidence["parameters"]
    assert finding.evidence["cuts"] == ["detach"]


def test_right_gradients():
    for set_up in (
        (slipping(1.0), CE, *digits()),
        (dense(64, 16, 10).double(), CE, digits()[0].double(), digits()[1]),
        (nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10)), CE, *digits()),
        (Letters(), each_letter, *letters()),
    ):
        assert silent(set_up, "check.gradient.wrong")


def test_a_function_whose_name_says_that_its_gradient_is_another():
    stepped = three(lambda s, x: s.b(StraightThrough.apply(s.m(s.a(x).relu())).relu()))
    assert not [f for f in findings((stepped, CE, *digits())) if f.severity == "error"]


def test_what_interferes_with_gradients_is_seen():
    subject = Subject(slipping(2.0), CE, *digits())
    calm(subject.net)
    assert interferences(subject) == ([], ["Slip"], 0)
    assert interferences(Subject(dense(64, 10), CE, *digits())) == ([], [], 0)


def test_a_cost_that_rises_along_its_gradient():
    turned = dense(64, 16, 10)
    for parameter in turned.parameters():
        parameter.register_hook(lambda g: -g)
    finding = found((turned, CE, *digits()), "check.descent.rises", "error")
    assert all(ratio == pytest.approx(-1.0, abs=0.2) for ratio in finding.evidence["fall_measured_over_promised"].values())


def test_a_penalty_against_its_gradient():
    """The penalty belongs to J: with a gradient of the data term alone the cost rises where the penalty leads."""
    heavy = dense(64, 16, 10)
    loss = lambda o, t: 1e-3 * F.cross_entropy(o, t) - 50.0 * sum(p.detach().square().sum() for p in heavy.parameters())  # noqa: E731
    assert "check.gradient.detached" in ids(findings((heavy, loss, *digits()), "check.gradient"))


def test_costs_that_fall():
    assert silent((dense(64, 16, 10), CE, *digits()), "check.descent")
    penalized = dense(64, 16, 10)
    loss = lambda o, t: F.cross_entropy(o, t) + 0.1 * sum(p.square().sum() for p in penalized.parameters())  # noqa: E731
    assert silent((penalized, loss, *digits()), "check.descent")


def test_biases_that_a_norm_cancels():
    normed = nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
    finding = found((normed, CE, *digits()), "check.bias.cancelled", "info")
    assert finding.evidence["norms"] == {"0.bias": "1"}
    assert finding.evidence["parameters"] == 16
    layer_norm = nn.Sequential(nn.Linear(64, 16), nn.LayerNorm(16), nn.ReLU(), nn.Linear(16, 10))
    assert silent((layer_norm, CE, *digits()), "check.bias")
    beside = listed(lambda s, x: (lambda h: s.b(s.n(h) + h))(s.a(x)), n=lambda: nn.BatchNorm1d(16))
    assert silent((beside, CE, *digits()), "check.bias")

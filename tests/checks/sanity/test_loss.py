"""The loss: one finite number, near its expected value at the start, given what it takes."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fathom.checks.check import Skip, Subject
from fathom.checks.sanity.answers import answers
from fathom.checks.sanity.graph import last_operation, operation_before
from tests.checks.sanity.set_ups import (  # fmt: skip
    CE,
    Letters,
    cancer,
    dense,
    diabetes,
    digits,
    each_letter,
    findings,
    found,
    ids,
    letters,
    net,
    rows_of_digits,
    silent,
)

BCE = nn.BCEWithLogitsLoss()


def subject(width: int, loss, data) -> Subject:
    return Subject(dense(data[0].shape[1], width), loss, *data)


def test_losses_that_are_not_one_number():
    x, y = digits()
    finding = found((dense(64, 16, 10), nn.CrossEntropyLoss(reduction="none"), x, y), "check.loss.not_scalar", "error")
    assert finding.evidence["shape"] == [96]
    found((dense(64, 16, 10), lambda o, t: F.cross_entropy(o, t).item(), x, y), "check.loss.not_scalar", "error")
    found((dense(64, 16, 10), lambda o, t: F.cross_entropy(o, t) / 0.0, x, y), "check.loss.not_finite", "error")
    assert silent((dense(64, 16, 10), CE, x, y), "check.loss.not_scalar")


@settings(max_examples=30, deadline=None)
@given(classes=st.integers(2, 30), n=st.integers(2, 20), smoothing=st.floats(0, 0.5), seed=st.integers(0, 100))
def test_outputs_that_know_nothing_cost_ln_C(classes, n, smoothing, seed):
    source = torch.Generator().manual_seed(seed)
    x, y = torch.randn(n, 3, generator=source), torch.randint(0, classes, (n,), generator=source)
    known = answers(subject(classes, nn.CrossEntropyLoss(label_smoothing=smoothing), (x, y)), torch.randn(n, classes, generator=source))
    assert known.cost(known.uninformed()) == pytest.approx(math.log(classes), rel=1e-5)
    assert known.expected() == pytest.approx(math.log(classes))
    assert known.floor() < known.cost(known.constant()) + 1e-6
    assert known.cost(known.constant()) <= known.cost(known.uninformed()) + 0.02 + smoothing * 10
    assert known.score(known.ideal()) == 1.0


def test_the_best_constant_is_what_a_search_finds():
    """Class frequencies, the share of ones and the mean, against gradient descent on one row of outputs."""
    x, y = digits()
    for width, loss, targets in ((10, CE, y), (1, BCE, (y > 6).float()[:, None]), (2, nn.MSELoss(), torch.stack([y, -y], 1).float())):
        known = answers(subject(width, loss, (x, targets)), torch.zeros(96, width))
        row = torch.zeros(1, width, requires_grad=True)
        optimizer = torch.optim.LBFGS([row], max_iter=200)

        def closure(row=row, loss=loss, targets=targets, width=width, optimizer=optimizer):
            optimizer.zero_grad()
            value = loss(row.expand(96, width), targets)
            value.backward()
            return value

        optimizer.step(closure)
        assert known.cost(known.constant()) == pytest.approx(closure().item(), rel=2e-3)


def test_a_loss_of_nobodys_name_is_known_by_what_it_does():
    x, y = digits()
    by_hand = lambda o, t: -o.log_softmax(1)[torch.arange(len(t)), t].mean()  # noqa: E731
    assert answers(subject(10, by_hand, (x, y)), torch.randn(96, 10)).loss == "cross_entropy"
    assert answers(subject(1, lambda o, t: ((o - t) ** 2).mean(), (x, y.float()[:, None])), torch.randn(96, 1)).loss == "mse"
    assert answers(subject(1, lambda o, t: (o - t).abs().mean(), (x, y.float()[:, None])), torch.randn(96, 1)).loss == "l1"
    hinge = lambda o, t: (1 - t * o).clamp_min(0).mean()  # noqa: E731
    with pytest.raises(Skip):
        answers(subject(1, hinge, (x, 2.0 * (y[:, None] > 4) - 1)), torch.randn(96, 1))


def test_losses_that_compute_something_else_first_are_left_alone():
    x, y = digits()
    centers = F.normalize(torch.randn(16, 20), dim=0)
    margin = lambda o, t: F.cross_entropy(10 * (F.normalize(o, dim=1) @ centers), t)  # noqa: E731
    with pytest.raises(Skip):
        answers(subject(16, margin, (x, y)), torch.randn(96, 16))
    contrast = lambda o, t: F.cross_entropy(F.normalize(o, dim=1) @ F.normalize(t, dim=1).T / 0.1, torch.arange(len(o)))  # noqa: E731
    assert not [f for f in findings((dense(64, 16, 8), contrast, x, x[:, 8:16] + 0.1)) if f.severity == "error"]


def test_a_loss_that_makes_its_own_targets():
    """A discriminator's: all are real; the class numbers of the batch are none of its business."""
    x, y = digits()
    real = lambda o, t: F.binary_cross_entropy_with_logits(o, torch.ones_like(o))  # noqa: E731
    with pytest.raises(Skip):
        answers(subject(1, real, (x, y)), torch.randn(96, 1))
    assert not [f for f in findings((dense(64, 16, 1), real, x, y)) if f.severity == "error"]


INITIAL = {
    "the wrong sign": (10, lambda o, t: -F.cross_entropy(o, t), lambda y: y, "error"),
    "the wrong sign by hand": (10, lambda o, t: o.log_softmax(1)[torch.arange(len(t)), t].mean(), lambda y: y, "error"),
    "the next one's target": (10, lambda o, t: F.cross_entropy(o, t.roll(1)), lambda y: y, "error"),
    "targets far away": (1, nn.MSELoss(), lambda y: y.float()[:, None] + 100.0, "warning"),
    "targets far apart": (1, nn.MSELoss(), lambda y: 1e3 * (y.float()[:, None] - 4.5), "warning"),
    "a factor": (10, lambda o, t: 1e-6 * F.cross_entropy(o, t), lambda y: y, "warning"),
    "a sum": (10, nn.CrossEntropyLoss(reduction="sum"), lambda y: y, "info"),
}


@pytest.mark.parametrize("name", INITIAL)
def test_a_start_that_is_not_as_expected(name):
    width, loss, change, severity = INITIAL[name]
    x, y = digits()
    found((dense(64, 16, width), loss, x, change(y)), "check.loss.initial", severity)


def test_outputs_that_are_too_sure_at_the_start():
    loud = dense(64, 16, 10)
    for parameter in loud.parameters():
        parameter.data.mul_(15)
    finding = found((loud, CE, *digits()), "check.loss.initial", "warning")
    assert finding.evidence["expected"] == pytest.approx(math.log(10))


def test_a_penalty_that_leads():
    heavy = dense(64, 16, 10)
    loss = lambda o, t: F.cross_entropy(o, t) + 10 * sum(p.square().sum() for p in heavy.parameters())  # noqa: E731
    found((heavy, loss, *digits()), "check.loss.initial", "warning")


@pytest.mark.parametrize("seed", range(3))
def test_starts_as_expected(seed):
    assert silent((dense(64, 32, 10, seed=seed), CE, *digits()), "check.loss.initial")
    assert silent((dense(30, 8, 1, seed=seed), nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)), *cancer()), "check.loss.initial")
    assert silent((dense(10, 8, 1, seed=seed), nn.MSELoss(), *diabetes()), "check.loss.initial")
    assert silent((Letters(), each_letter, *letters()), "check.loss.initial")
    shifting = lambda o, t: F.cross_entropy(o[:, :-1].flatten(0, 1), t[:, 1:].flatten())  # noqa: E731
    assert silent((Letters(), shifting, letters()[0], letters()[0]), "check.loss.initial")


def probabilities(s, x):
    e = s.n(x).exp()
    return e / e.sum(1, keepdim=True)


WANTS = {
    "softmax": (lambda: dense(64, 16, 10, last=(nn.Softmax(1),)), CE, "check.loss.double_softmax"),
    "softmax in the loss": (lambda: dense(64, 16, 10), lambda o, t: F.cross_entropy(o.softmax(1), t), "check.loss.double_softmax"),
    "softmax by hand": (lambda: net(probabilities, n=lambda: dense(64, 16, 10)), CE, "check.loss.double_softmax"),
    "softmax before nll": (lambda: dense(64, 16, 10, last=(nn.Softmax(1),)), nn.NLLLoss(), "check.loss.wants_log_probabilities"),
    "raw before nll": (lambda: dense(64, 16, 10), lambda o, t: F.nll_loss(o, t), "check.loss.wants_log_probabilities"),
}


@pytest.mark.parametrize("name", WANTS)
def test_outputs_in_a_form_that_the_loss_does_not_take(name):
    make, loss, id = WANTS[name]
    found((make(), loss, *digits()), id, "error")


def test_sigmoids():
    x, y = cancer()
    once, twice = dense(30, 8, 1), dense(30, 8, 1, last=(nn.Sigmoid(),))
    found((twice, BCE, x, y), "check.loss.double_sigmoid", "error")
    found((once, lambda o, t: F.binary_cross_entropy_with_logits(o.sigmoid(), t), x, y), "check.loss.double_sigmoid", "error")
    found((once, nn.BCELoss(), x, y), "check.output.range", "error")
    assert silent((twice, nn.BCELoss(), x, y), "check.loss.wants", "check.output")
    assert silent((once, BCE, x, y), "check.loss.wants", "check.output")


def test_outputs_in_the_form_that_the_loss_takes():
    data = digits()
    assert silent((dense(64, 16, 10), CE, *data), "check.loss.wants")
    assert silent((dense(64, 16, 10, last=(nn.LogSoftmax(1),)), nn.NLLLoss(), *data), "check.loss.wants")
    in_the_loss = lambda o, t: F.nll_loss(o.log(), t)  # noqa: E731
    assert silent((dense(64, 16, 10, last=(nn.Softmax(1),)), in_the_loss, *data), "check.loss.wants")
    assert silent((dense(64, 16, 10, last=(nn.LogSoftmax(1),)), CE, *data), "check.loss.wants")  # log_softmax twice is once


RANGES = {
    "relu": (10, nn.ReLU(), CE, lambda y: y, "warning"),
    "sigmoid": (10, nn.Sigmoid(), CE, lambda y: y, "error"),
    "relu before a sigmoid": (1, nn.ReLU(), BCE, lambda y: (y > 4).float()[:, None], "error"),
    "relu, numbers": (1, nn.ReLU(), nn.MSELoss(), lambda y: y.float()[:, None] - 4.5, "error"),
    "tanh, numbers": (1, nn.Tanh(), lambda o, t: ((o - t) ** 2).mean(), lambda y: y.float()[:, None], "error"),
}


@pytest.mark.parametrize("name", RANGES)
def test_outputs_that_cannot_get_where_the_targets_are(name):
    width, last, loss, change, severity = RANGES[name]
    x, y = digits()
    finding = found((dense(64, 16, width, last=(last,)), loss, x, change(y)), "check.output.range", severity)
    if name == "sigmoid":  # logits in [0, 1]: the best is 1 for the class, 0 for nine others
        assert finding.evidence["least_loss"] == pytest.approx(math.log1p(9 * math.exp(-1)))


def test_ranges_that_fit():
    x, y = digits()
    assert silent((dense(64, 16, 1, last=(nn.ReLU(),)), nn.MSELoss(), x, y.float()[:, None]), "check.output.range")
    assert silent((dense(64, 16, 1, last=(nn.Tanh(),)), nn.MSELoss(), x, (y.float()[:, None] - 4.5) / 5), "check.output.range")
    assert silent((dense(64, 16, 64, last=(nn.Sigmoid(),)), nn.MSELoss(), x, x.clone()), "check.output.range")


def test_shapes_that_are_broadcast():
    x, y = diabetes()
    for loss in (nn.MSELoss(), nn.L1Loss(), lambda o, t: ((o - t) ** 2).mean()):
        found((dense(10, 8, 1), loss, x, y[:, 0]), "check.output.shape", "error")
        assert silent((dense(10, 8, 1), loss, x, y), "check.output.shape")
    found((dense(10, 8, 1), nn.MSELoss(), x, y.expand(-1, 4).clone()), "check.output.shape", "error")
    assert silent((dense(64, 16, 10), CE, *digits()), "check.output.shape")


def test_steps_and_classes_exchanged():
    x, y = rows_of_digits()
    steps = (y[:, None] + torch.arange(8)) % 8
    swapped = net(lambda s, x: s.b(s.a(x).relu()), a=lambda: nn.Linear(8, 16), b=lambda: nn.Linear(16, 8))
    right = net(lambda s, x: s.b(s.a(x).relu()).transpose(1, 2), a=lambda: nn.Linear(8, 16), b=lambda: nn.Linear(16, 8))
    found((swapped, CE, x, steps), "check.output.shape", "error")
    assert silent((right, CE, x, steps), "check.output.shape")


class Coder(nn.Module):
    """Gives a tuple, of which its loss wants all."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.inside, self.outside = nn.Linear(64, 16), nn.Linear(8, 64)

    def forward(self, x):
        mean, log_variance = self.inside(x).chunk(2, 1)
        noise = torch.randn_like(mean) if self.training else torch.zeros_like(mean)
        return self.outside(mean + noise * (log_variance / 2).exp()), mean, log_variance


def of_all(outputs, targets):
    rebuilt, mean, log_variance = outputs
    return F.mse_loss(rebuilt, targets) + 1e-3 * (mean.square() + log_variance.exp() - log_variance - 1).mean()


def test_a_loss_that_takes_all_that_the_net_returns():
    x, _ = digits()
    assert not {f.severity for f in findings((Coder(), of_all, x, x.clone()))} & {"error"}
    assert "check.loss.fails" not in ids(findings((Coder(), of_all, x[:3], x[:3].clone())))


def test_graphs_are_read_backwards():
    x = torch.randn(4, 3, requires_grad=True)
    assert last_operation(x.tanh().flatten()) == "Tanh"
    assert operation_before(F.cross_entropy(x.softmax(1), torch.arange(4) % 3), ("LogSoftmax",)) == "Softmax"
    assert operation_before(F.cross_entropy(x, torch.arange(4) % 3), ("LogSoftmax",)) == "AccumulateGrad"

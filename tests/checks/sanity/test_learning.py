"""Checks that train: by heart, better than a constant, at which rates, with updates of which size."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fathom.checks.check import Skip, Subject
from fathom.checks.sanity.practice import Practice, gradients
from tests.checks.sanity.set_ups import CE, Letters, cancer, dense, diabetes, digits, each_letter, findings, found, letters, net, silent


@pytest.mark.parametrize("adam", [True, False])
def test_steps_are_those_of_torch(adam):
    x, y = digits()
    ours, theirs = dense(64, 16, 10).double(), dense(64, 16, 10).double()
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.01) if adam else torch.optim.SGD(theirs.parameters(), lr=0.01)
    costs = Practice(Subject(ours, CE, x.double(), y), 0.01, adam=adam).steps(20)
    for cost in costs:
        optimizer.zero_grad()
        value = CE(theirs(x.double()), y)
        assert cost == pytest.approx(float(value.detach()), rel=1e-9)
        value.backward()
        optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


def test_a_sparse_gradient_is_made_dense():
    table = nn.Embedding(9, 4, sparse=True)
    (found_,) = gradients(table(torch.tensor([1, 1, 3])).sum(), list(table.parameters()))
    assert found_ is not None
    assert found_.tolist() == [[float(row == 3) + 2.0 * (row == 1)] * 4 for row in range(9)]


def test_a_graph_that_is_kept_is_a_reason_not_to_train():
    weight = torch.ones(2, requires_grad=True)
    kept = (weight * weight).sum()
    gradients(kept, [weight])
    with pytest.raises(Skip, match="second backward"):
        gradients(kept, [weight])


BLIND = {
    "inputs times 0": lambda s, x: s.n(x * 0),
    "the mean of all": lambda s, x: s.n(x).mean(0, keepdim=True).expand(len(x), -1),
}


@pytest.mark.parametrize("name", BLIND)
def test_nets_that_do_not_see_their_inputs(name):
    blind = net(BLIND[name], n=lambda: dense(64, 16, 10))
    found((blind, CE, *digits()), "check.memorize.failed", "error")
    found((blind, CE, *digits()), "check.baseline.not_beaten", "error")


def test_other_answers_are_learned():
    x, y = digits()
    found((dense(64, 32, 10), lambda o, t: F.cross_entropy(o, (t + 1) % 10), x, y), "check.memorize.failed", "error")


SOUND = {
    "classes": lambda: (dense(64, 32, 10), CE, *digits()),
    "logistic regression": lambda: (dense(30, 1), nn.BCEWithLogitsLoss(), *cancer()),
    "linear regression": lambda: (dense(10, 1), nn.MSELoss(), *diabetes()),
    "two weights": lambda: (dense(1, 1), nn.MSELoss(), torch.linspace(-1, 1, 32)[:, None], torch.linspace(-2, 3, 32)[:, None]),
    "heavy dropout": lambda: (dense(64, 32, 10, last=(nn.Dropout(0.5),)), CE, *digits()),
    "letters": lambda: (Letters(), each_letter, *letters()),
    "code of 4": lambda: (dense(64, 32, 4, 32, 64), nn.MSELoss(), digits()[0], digits()[0].clone()),
    "large targets": lambda: (dense(10, 16, 1), nn.MSELoss(), diabetes()[0], 77 * diabetes()[1] + 152),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_nets_learn(name):
    assert silent(SOUND[name](), "check.memorize")
    assert silent(SOUND[name](), "check.baseline")


def test_rates():
    high, low, right = dense(64, 16, 10), dense(64, 16, 10), dense(64, 16, 10)
    high.lr, low.learning_rate, right.lr = 10.0, 1e-7, 3e-3
    found((high, CE, *digits()), "check.rate.too_high", "warning")
    found((low, CE, *digits()), "check.rate.too_low", "warning")
    assert silent((right, CE, *digits()), "check.rate")
    assert silent((dense(64, 16, 10), CE, *digits()), "check.rate")


def test_rates_that_nobody_would_try():
    tiny = net(lambda s, x: s.n(x * 1e5) * 1e5, n=lambda: dense(64, 16, 1))
    assert findings((tiny, nn.MSELoss(), digits()[0], digits()[1].float()[:, None] * 1e5), "check.rate", "check.update")


def test_size_of_updates():
    x, y = digits()
    large = found((dense(64, 16, 10), lambda o, t: 1e7 * F.cross_entropy(o, t), x, y), "check.update.too_large", "warning")
    small = found((dense(64, 16, 10), lambda o, t: 1e-7 * F.cross_entropy(o, t), x, y), "check.update.too_small", "warning")
    assert large.evidence["gradient_over_weight"] == pytest.approx(1e14 * small.evidence["gradient_over_weight"], rel=1e-2)
    assert silent((dense(64, 16, 10), CE, x, y), "check.update")


def test_size_of_updates_at_a_given_rate():
    x, y = digits()
    given = dense(64, 10)
    given.lr = 1e3
    finding = found((given, CE, x, y), "check.update.too_large", "warning")
    gradient = torch.autograd.grad(CE(given(x), y), given[0].weight)[0]
    assert finding.evidence["step"] == pytest.approx(1e3 * float(gradient.norm() / given[0].weight.detach().norm()), rel=1e-4)

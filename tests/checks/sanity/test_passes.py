"""Forward passes: repeated, in both modes, with examples exchanged, along time, and where NaN is born."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.checks.sanity.set_ups import (  # fmt: skip
    CE,
    LETTERS,
    Letters,
    dense,
    digits,
    each_letter,
    findings,
    found,
    letters,
    net,
    rows_of_digits,
    silent,
)


def two(run):
    return net(run, a=lambda: nn.Linear(64, 16), b=lambda: nn.Linear(16, 10))


def carrying(s, x):
    s.state = torch.tanh(s.a(x) + s.state)
    return s.b(s.state)


def carrying_numbers(s, x):
    s.state = torch.tanh(s.a(x) + s.state).detach()
    return s.b(s.state)


def stateful(run):
    return net(run, a=lambda: nn.Linear(64, 16), b=lambda: nn.Linear(16, 10), state=lambda: 0.0)


def test_noise_that_stays_on():
    found((two(lambda s, x: s.b(F.dropout(s.a(x).relu(), 0.5))), CE, *digits()), "check.determinism.differs", "warning")
    right = two(lambda s, x: s.b(F.dropout(s.a(x).relu(), 0.5, training=s.training)))
    assert silent((right, CE, *digits()), "check.determinism")


def test_a_state_that_is_carried_over():
    found((stateful(carrying), CE, *digits()), "check.determinism.differs", "error")  # the second step fails
    found((stateful(carrying_numbers), CE, *digits()), "check.determinism.differs", "warning")


LEAKS = {
    "mean over examples": lambda: two(lambda s, x: s.b((s.a(x) - s.a(x).mean(0)).relu())),
    "softmax over examples": lambda: dense(64, 16, 10, last=(nn.Softmax(0),)),
    "reshape": lambda: two(lambda s, x: s.b(s.a(x).T.reshape(-1, 16).relu())),
}


@pytest.mark.parametrize("name", LEAKS)
def test_examples_that_influence_each_other(name):
    found((LEAKS[name](), CE, *digits(48)), "check.batch.leak", "error")


def test_time_and_examples_exchanged():
    x, y = rows_of_digits(24)
    swapped = net(lambda s, x: s.h(s.r(x)[0][:, -1]), r=lambda: nn.LSTM(8, 16), h=lambda: nn.Linear(16, 10))
    finding = found((swapped, CE, x, y), "check.batch.leak", "error")
    assert finding.where == "r"
    assert "batch_first" in finding.cause
    right = net(lambda s, x: s.h(s.r(x)[0][:, -1]), r=lambda: nn.LSTM(8, 16, batch_first=True), h=lambda: nn.Linear(16, 10))
    assert silent((right, CE, x, y), "check.batch.leak")
    first = net(lambda s, x: s.h(s.r(x)[0][-1]), r=lambda: nn.GRU(8, 16), h=lambda: nn.Linear(16, 10))
    assert silent((first, CE, x.transpose(0, 1).contiguous(), y), "check.batch.leak")


def test_examples_that_share_statistics_in_training_alone():
    x, y = digits()
    normed = nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
    assert silent((normed, CE, x, y), "check.batch.leak")
    always = nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16, track_running_stats=False), nn.ReLU(), nn.Linear(16, 10))
    found((always, CE, x, y), "check.batch.leak", "warning")


def test_examples_that_are_linked_on_purpose():
    x, y = digits(32)
    links = (torch.rand(32, 32, generator=torch.Generator().manual_seed(0)) < 0.1).float()
    graph = net(lambda s, x, links: s.b((links @ s.a(x)).relu()), a=lambda: nn.Linear(64, 16), b=lambda: nn.Linear(16, 10))
    assert silent((graph, CE, (x, links), y), "check.batch.leak")
    assert silent((Letters(), each_letter, *letters()), "check.batch.leak")


def test_modes_that_disagree():
    x, y = digits()
    found((two(lambda s, x: s.b(s.a(x if s.training else x.flip(1)).relu())), CE, x, y), "check.mode.differs", "warning")
    keras = nn.Sequential(nn.Linear(64, 16, bias=False), nn.BatchNorm1d(16, momentum=0.99), nn.ReLU(), nn.Linear(16, 10))
    finding = found((keras, CE, x, y), "check.mode.differs", "warning")
    assert finding.evidence["momentum"] == {"1": 0.99}
    elsewhere = nn.Sequential(nn.Linear(64, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
    nn.init.constant_(elsewhere[1].running_mean, 40.0)
    found((elsewhere, CE, x, y), "check.mode.differs", "warning")


def test_modes_that_agree():
    torch.manual_seed(0)
    x, y = digits()
    normed = nn.Sequential(nn.Linear(64, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10))
    assert silent((normed, CE, x, y), "check.mode")
    assert silent((Letters(), each_letter, *letters()), "check.mode")
    found((normed.eval(), CE, x, y), "check.mode.differs", "info")


class HalfDropped(nn.Module):
    """Dropout without the division by the share that it keeps."""

    def forward(self, x):
        return x * (torch.rand_like(x) < 0.5) if self.training else x


def test_dropout():
    around = lambda layer: nn.Sequential(nn.Linear(64, 16), nn.ReLU(), layer, nn.Linear(16, 10))  # noqa: E731
    found((around(nn.Dropout(0.9)), CE, *digits()), "check.dropout.rate", "warning")
    found((around(nn.Dropout(1.0)), CE, *digits()), "check.dropout.rate", "error")
    finding = found((around(HalfDropped()), CE, *digits()), "check.dropout.rate", "warning")
    assert finding.evidence["times"] == pytest.approx(0.5, abs=0.05)
    assert silent((around(nn.Dropout(0.5)), CE, *digits()), "check.dropout")


def test_the_future_is_seen():
    found((Letters(causal=False), each_letter, *letters()), "check.time.order", "error")
    both = net(
        lambda s, x: s.h(s.r(s.e(x))[0]),
        e=lambda: nn.Embedding(len(LETTERS), 16),
        r=lambda: nn.GRU(16, 8, batch_first=True, bidirectional=True),
        h=lambda: nn.Linear(16, len(LETTERS)),
    )
    found((both, each_letter, *letters()), "check.time.order", "error")


def test_targets_along_time():
    x, y = letters()
    shifting = lambda o, t: F.cross_entropy(o[:, :-1].flatten(0, 1), t[:, 1:].flatten())  # noqa: E731
    found((Letters(), each_letter, x, x.clone()), "check.time.order", "warning")  # only to copy
    assert found((Letters(), shifting, x, y), "check.time.order", "warning").evidence["ahead"] == 2  # shifted twice
    assert silent((Letters(), each_letter, x, y), "check.time")
    assert silent((Letters(), shifting, x, x.clone()), "check.time")
    ended = y.clone()
    ended[:, -2:] = -100
    assert silent((Letters(), each_letter, x, ended), "check.time")


def test_steps_that_no_output_depends_on():
    def last(place: int) -> nn.Module:
        return net(lambda s, x: s.h(s.r(x)[0][:, place]), r=lambda: nn.LSTM(8, 16, batch_first=True), h=lambda: nn.Linear(16, 10))

    found((last(0), CE, *rows_of_digits()), "check.time.order", "warning")
    assert silent((last(-1), CE, *rows_of_digits()), "check.time")


BORN = {
    "forward": (lambda s, x: s.b(torch.sqrt(s.a(x))), "error", "sqrt", False),
    "forward, division": (lambda s, x: s.b(s.a(x) / s.a(x).relu()), "error", "div", False),
    "backward": (lambda s, x: s.b((s.a(x) - s.a(x)).square().sqrt()), "error", "sqrt", True),
    "larger inputs": (lambda s, x: s.b(torch.log(torch.softmax(40 * s.a(x), 1))), "warning", "log", False),
    "zeros": (lambda s, x: s.b(s.a(x / x.norm(dim=1, keepdim=True))), "info", "div", False),
}


@pytest.mark.parametrize("name", BORN)
def test_where_nan_is_born(name):
    run, severity, operation, backward = BORN[name]
    finding = found((two(run), CE, *digits()), "check.nan.born", severity)
    assert finding.evidence["operation"] == operation
    assert finding.evidence["backward"] is backward


def test_nan_is_not_born():
    assert silent((two(lambda s, x: s.b(torch.sqrt(s.a(x).square() + 1e-8))), CE, *digits()), "check.nan")
    assert silent((Letters(), each_letter, *letters()), "check.nan")  # -inf in a mask is none


def scaled(scale: float) -> nn.Module:
    """One head of attention over the rows."""

    def run(s, x):
        weights = torch.softmax(scale * s.q(x) @ s.k(x).transpose(1, 2), -1)
        return s.h((weights @ s.v(x)).mean(1))

    return net(run, q=lambda: nn.Linear(8, 32), k=lambda: nn.Linear(8, 32), v=lambda: nn.Linear(8, 16), h=lambda: nn.Linear(16, 10))


def test_attention_that_has_chosen_before_it_learned():
    finding = next(f for f in findings((scaled(500.0), CE, *rows_of_digits()), "check.signal.softmax") if f.id == "check.signal.saturated")
    assert finding.severity == "warning"
    assert silent((scaled(32**-0.5), CE, *rows_of_digits()), "check.signal.softmax")
    assert silent((Letters(), each_letter, *letters()), "check.signal.softmax")

"""All checks on sound nets: no error, hardly a word, and the net as it was."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import fathom
from fathom.checks.registry import CHECKS
from tests.checks.sanity.set_ups import CE, Letters, cancer, dense, diabetes, digits, each_letter, letters, net, rows_of_digits

RECURRENT = {"LSTM": nn.LSTM, "GRU": nn.GRU}


def images(n: int = 48):
    x, y = digits(n)
    return x.view(-1, 1, 8, 8), y


def convolutional() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip


def tied() -> nn.Module:
    torch.manual_seed(0)
    model = Letters()
    model.head.weight = model.letters.weight
    nn.init.normal_(model.letters.weight, std=0.1)
    return model


def recurrent(kind: str) -> nn.Module:
    return net(lambda s, x: s.h(s.r(x)[0][:, -1]), r=lambda: RECURRENT[kind](8, 16, batch_first=True), h=lambda: nn.Linear(16, 10))


def masked():
    x, y = letters()
    y = y.clone()
    y[:, 10:] = -100
    return Letters(), lambda o, t: F.cross_entropy(o.flatten(0, 1), t.flatten(), ignore_index=-100), x, y


def two_inputs():
    x, y = cancer()
    both = net(
        lambda s, left, right: {"logits": s.o(torch.cat([s.a(left), s.b(right)], 1).relu())},
        a=lambda: nn.Linear(30, 8),
        b=lambda: nn.Linear(30, 8),
        o=lambda: nn.Linear(16, 1),
    )
    both.forward = lambda left, right: both.run(both, left, right)
    return both, nn.BCEWithLogitsLoss(), {"left": x, "right": x.flip(1)}, y


def low_rank():
    """A frozen layer with a trained correction of low rank, whose second factor starts from 0."""

    def run(s, x):
        return s.head((s.base(x) + x @ s.down @ s.up).relu())

    model = net(
        run,
        head=lambda: nn.Linear(32, 10),
        base=lambda: nn.Linear(64, 32).requires_grad_(False),
        down=lambda: nn.Parameter(0.1 * torch.randn(64, 4)),
        up=lambda: nn.Parameter(torch.zeros(4, 32)),
    )
    nn.init.normal_(model.base.weight, std=0.2)
    return model, CE, *digits()


def test_a_factor_of_zeros_is_no_error():
    check = fathom.check_model(*low_rank())
    assert check.ok, str(check)


SOUND = {
    "dense": lambda: (dense(64, 32, 10), CE, *digits()),
    "dropout and batch norm": lambda: (
        nn.Sequential(nn.Linear(64, 32, bias=False), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10)),
        nn.CrossEntropyLoss(label_smoothing=0.1),
        *digits(),
    ),
    "logistic regression": lambda: (dense(30, 1), nn.BCEWithLogitsLoss(), *cancer()),
    "sigmoid and its loss": lambda: (dense(30, 8, 1, last=(nn.Sigmoid(),)), nn.BCELoss(), *cancer()),
    "log-softmax and its loss": lambda: (dense(64, 32, 10, last=(nn.LogSoftmax(1),)), nn.NLLLoss(), *digits()),
    "regression": lambda: (dense(10, 16, 1), nn.MSELoss(), *diabetes()),
    "convolution": lambda: (convolutional(), CE, *images()),
    "LSTM": lambda: (recurrent("LSTM"), CE, *rows_of_digits()),
    "GRU": lambda: (recurrent("GRU"), CE, *rows_of_digits()),
    "letters": lambda: (Letters(), each_letter, *letters()),
    "tied weights": lambda: (tied(), each_letter, *letters()),
    "masked targets": masked,
    "several labels": lambda: (
        dense(64, 16, 4),
        nn.BCEWithLogitsLoss(),
        digits()[0],
        torch.stack([(digits()[1] >> k) & 1 for k in range(4)], 1).float(),
    ),
    "two inputs in a mapping": two_inputs,
    "float64": lambda: (dense(64, 16, 10).double(), CE, digits()[0].double(), digits()[1]),
    "one example": lambda: (dense(64, 16, 10), CE, digits()[0][:1], digits()[1][:1]),
}


OF_OTHER_PATHS = (
    "dropout and batch norm",
    "sigmoid and its loss",
    "convolution",
    "LSTM",
    "tied weights",
    "masked targets",
    "two inputs in a mapping",
)


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in OF_OTHER_PATHS else [pytest.mark.slow]) for n in SOUND])
def test_a_sound_net_is_left_in_peace(name):
    torch.manual_seed(0)
    model, loss, inputs, targets = SOUND[name]()
    before = copy.deepcopy(model.state_dict())
    check = fathom.check_model(model, loss, inputs, targets)
    assert check.ok, str(check)
    loud = [str(f) for f in check.findings if f.severity != "info" or f.id == "check.frame.crashed"]
    assert not loud, "\n".join(loud)
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


def test_every_check_can_be_asked_for_by_name():
    known = [id for check in CHECKS for id in (check.id, *check.finds)]
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(id.startswith("check.") for id in known)
    model = dense(64, 16, 10)
    for check in CHECKS:
        record = fathom.check_model(model, CE, *digits(), only=check.id)
        ran = {*record.passed, *(n.id for n in record.not_checked)} | {f.id for f in record.findings}
        assert {check.id, *check.finds} & ran

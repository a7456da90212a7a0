"""Inputs and targets: numbers that are none, scales, constant features, answers that do not fit or do not belong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import Ridge
from torch import nn

from fathom.checks.sanity import unrelated
from tests.checks.sanity.set_ups import CE, Letters, cancer, dense, diabetes, digits, each_letter, found, letters, net, silent, standardized


def test_one_nan_is_counted_and_its_example_named():
    x, y = digits()
    x = x.clone()
    x[3, 4] = float("nan")
    finding = found((dense(64, 16, 10), CE, x, y), "check.inputs.not_finite", "error")
    assert finding.evidence["count"] == 1
    assert finding.evidence["examples"] == [3]


def test_nan_that_the_net_replaces_is_no_error():
    x, y = digits()
    x = x.clone()
    x[3, 4] = float("nan")
    found((net(lambda s, x: s.a(x.nan_to_num()), a=lambda: nn.Linear(64, 10)), CE, x, y), "check.inputs.not_finite", "info")


def test_minus_infinity_in_an_additive_mask_is_none():
    x, y = digits(32)
    mask = torch.zeros(32, 64)
    mask[:, 40:] = -torch.inf
    masked = net(lambda s, x, m: s.a(torch.where(m < 0, 0.0, x)), a=lambda: nn.Linear(64, 10))
    assert silent((masked, CE, (x, mask), y), "check.inputs.not_finite")


@pytest.mark.parametrize("factor", [255.0, 1e-6])
def test_inputs_on_the_wrong_scale(factor):
    x, y = digits()
    found((dense(64, 16, 10), CE, x * factor, y), "check.inputs.scale", "warning")


def test_columns_in_their_own_units():
    x, y = cancer(raw=True)
    finding = found((dense(30, 8, 1), nn.BCEWithLogitsLoss(), x, y), "check.inputs.scale", "warning")
    reach = (x.amax(0) - x.amin(0)).double()
    assert finding.evidence["ratio"] == pytest.approx(float(reach.max() / reach.min()))


def test_scales_that_are_all_right_or_mended_by_the_net():
    x, y = cancer()
    raw, _ = cancer(raw=True)
    assert silent((dense(30, 8, 1), nn.BCEWithLogitsLoss(), x, y), "check.inputs.scale")
    assert silent((nn.Sequential(nn.BatchNorm1d(30), nn.Linear(30, 1)), nn.BCEWithLogitsLoss(), raw, y), "check.inputs.scale")
    assert silent(
        (net(lambda s, x: s.a(standardized(x)), a=lambda: nn.Linear(30, 1)), nn.BCEWithLogitsLoss(), raw, y), "check.inputs.scale"
    )
    assert silent((Letters(), each_letter, *letters()), "check.inputs")


def test_examples_and_features_that_never_change():
    x, y = digits()
    found((dense(64, 16, 10), CE, x[:1].expand_as(x).clone(), y), "check.inputs.constant", "error")
    finding = found((dense(64, 16, 10), CE, x, y), "check.inputs.constant", "info")
    still = np.flatnonzero(np.ptp(x.numpy(), axis=0) == 0)
    assert finding.evidence["features"] == still.tolist()
    assert silent((dense(30, 8, 1), nn.BCEWithLogitsLoss(), *cancer()), "check.inputs.constant")


@pytest.mark.parametrize(
    ("width", "loss", "change", "severity"),
    [
        (10, CE, lambda y: y.float(), "error"),
        (10, CE, lambda y: y[:, None], "error"),
        (10, CE, lambda y: F.one_hot(y, 10), "error"),
        (10, CE, lambda y: torch.stack([(y >> k) & 1 for k in range(10)], 1).float(), "warning"),
        (10, CE, lambda y: torch.where(y == 3, -7, y), "error"),
        (11, CE, lambda y: y + 1, "warning"),
        (1, nn.MSELoss(), lambda y: y[:, None], "warning"),
        (1, nn.BCEWithLogitsLoss(), lambda y: 2.0 * (y[:, None] > 4) - 1.0, "error"),
        (1, nn.MSELoss(), lambda y: torch.where(y == 3, torch.nan, y.float())[:, None], "error"),
    ],
    ids=["float classes", "column", "one-hot integers", "several labels", "below 0", "from 1", "classes as numbers", "signs", "NaN"],
)
def test_targets_that_do_not_fit(width, loss, change, severity):
    x, y = digits()
    found((dense(64, 16, width), loss, x, change(y)), "check.targets.type", severity)


@pytest.mark.parametrize(
    ("width", "loss", "change"),
    [
        (10, CE, lambda y: y),
        (10, CE, lambda y: F.one_hot(y, 10).float()),
        (10, nn.CrossEntropyLoss(ignore_index=-1), lambda y: torch.where(y == 3, -1, y)),
        (10, CE, lambda y: torch.where(y == 3, -100, y)),
        (4, nn.BCEWithLogitsLoss(), lambda y: torch.stack([(y >> k) & 1 for k in range(4)], 1).float()),
        (1, nn.MSELoss(), lambda y: y.float()[:, None]),
        (3, lambda o, t: (o * t[:, :1]).square().mean(), lambda y: y[:, None]),
    ],
    ids=["classes", "probabilities", "ignored", "ignored by default", "several labels", "numbers", "a loss of nobody's name"],
)
def test_targets_that_fit(width, loss, change):
    x, y = digits()
    assert silent((dense(64, 16, width), loss, x, change(y)), "check.targets.type")


def test_fewer_outputs_than_classes():
    x, y = digits()
    finding = found((dense(64, 16, 9), CE, x, y), "check.output.classes", "error")
    assert finding.evidence == {"outputs": 9, "largest_target": 9}
    found((dense(64, 16, 1), CE, x, torch.zeros_like(y)), "check.output.classes", "error")
    found((dense(64, 16, 9), lambda o, t: F.cross_entropy(o, t), x, y), "check.output.classes", "error")
    triplets = lambda o, t: (o[:-1] - o[1:]).square().sum(1)[t[:-1] == t[1:]].mean()  # noqa: E731
    assert silent((dense(64, 16, 3), triplets, x, y), "check.output.classes")


def test_a_batch_of_one_class():
    x, y = digits()
    found((dense(64, 16, 10), CE, x, torch.zeros_like(y)), "check.targets.constant", "warning")


@pytest.mark.parametrize(
    "change", [lambda y: y[torch.randperm(len(y), generator=torch.Generator().manual_seed(1))], lambda y: y.roll(1, 0)]
)
def test_targets_that_belong_to_other_inputs(change):
    for width, loss, (x, y) in ((10, CE, digits(160)), (1, nn.BCEWithLogitsLoss(), cancer(160)), (1, nn.MSELoss(), diabetes(160))):
        found((dense(x.shape[1], 16, width), loss, x, change(y)), "check.targets.unrelated", "warning")
        assert silent((dense(x.shape[1], 16, width), loss, x, y), "check.targets.unrelated")


def test_leave_one_out_is_what_fitting_without_each_example_gives():
    source = np.random.default_rng(0)
    x, y = source.normal(size=(20, 6)), source.normal(size=(20, 2))
    x, y = (x - x.mean(0)) / x.std(0), y - y.mean(0)
    weight = np.trace(x @ x.T) / len(x)
    by_formula = unrelated._ridge(x)(y)
    padded = np.c_[x, np.full((20, 1), 1e3)]  # a constant feature so long that the penalty does not reach it is an intercept
    for i in range(20):
        rest = np.arange(20) != i
        fitted = Ridge(alpha=weight, fit_intercept=False).fit(padded[rest], y[rest])
        assert fitted.predict(padded[i : i + 1])[0] == pytest.approx(by_formula[i], rel=2e-3, abs=2e-3)


def test_neighbors_leave_the_example_itself_out():
    x = np.array([[0.0], [1.0], [2.1], [3.3], [4.6], [6.0], [7.5]])
    y = np.arange(7.0)[:, None]
    near = unrelated._neighbors(x)(y)
    assert near[0, 0] == pytest.approx(np.mean([1, 2, 3, 4, 5]))
    assert near[6, 0] == pytest.approx(np.mean([1, 2, 3, 4, 5]))

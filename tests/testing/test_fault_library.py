"""The judges judged: planted gradients are wrong exactly where they say, NaN is really born, sound nets really learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fathom.core.records.finding import Finding
from fathom.testing.faults.gradients.catalogue import right_gradients, wrong_gradients
from fathom.testing.faults.judge import alarms, caught
from fathom.testing.faults.others.catalogue import faults_of_others
from fathom.testing.faults.planted.catalogue import planted_faults
from fathom.testing.faults.set_up import Built, SetUp
from fathom.testing.faults.sound.catalogue import sound_set_ups

PLANTED, OTHERS, SOUND = planted_faults(), faults_of_others(), sound_set_ups()
HERE = [s for s in SOUND if "transformers" not in s.name]
FAMILIES = {"dense", "convolution", "recurrent", "attention", "normalization"}
# fmt: off
IDS = {
    "gradient.wrong", "gradient.none", "gradient.detached", "loss.initial", "loss.not_scalar", "loss.not_finite",
    "loss.double_softmax", "loss.double_sigmoid", "loss.wants_log_probabilities", "output.range", "output.shape",
    "output.classes", "targets.type", "targets.unrelated", "baseline.not_beaten", "memorize.failed", "descent.rises",
    "batch.leak", "parameter.unused", "parameter.unregistered", "parameter.frozen", "parameter.not_moving",
    "weights.symmetric", "weights.zero", "weights.scale", "bias.cancelled", "mode.differs", "inputs.scale",
    "inputs.constant", "inputs.not_finite", "update.too_large", "update.too_small", "determinism.differs", "nan.born",
    "rate.too_high", "rate.too_low", "signal.vanishing", "signal.exploding", "signal.dead", "signal.saturated",
    "dropout.rate", "time.order",
}
# fmt: on


def by_name(set_up):
    return set_up.name


def called(built: Built) -> Tensor:
    """The loss of a set-up, called as `check_model` says that it calls."""
    if built.forward:
        return built.loss(built.forward(built.net, built.inputs), built.targets)
    if isinstance(built.inputs, tuple):
        return built.loss(built.net(*built.inputs), built.targets)
    outputs = built.net(**built.inputs) if isinstance(built.inputs, dict) else built.net(built.inputs)
    return built.loss(outputs, built.targets)


def double(value):
    return value.double() if isinstance(value, Tensor) and value.is_floating_point() else value


def test_there_are_enough_and_they_are_spread():
    assert len(PLANTED) + len(wrong_gradients()) >= 80
    assert len(OTHERS) >= 20
    assert len(HERE) >= 60
    assert len({s.link for s in OTHERS}) == len(OTHERS)
    for family in FAMILIES:
        assert sum(s.family == family for s in PLANTED) >= 8, family
        assert sum(c.family == family for c in wrong_gradients()) >= 5, family
    assert {s.kind for s in PLANTED} >= {
        "gradient",
        "loss",
        "targets",
        "inputs",
        "initialization",
        "graph",
        "batch",
        "mode",
        "numbers",
        "time",
    }


@pytest.mark.parametrize("set_up", PLANTED + OTHERS, ids=by_name)
def test_a_fault_is_asked_for_by_an_id_that_is_promised(set_up):
    assert set_up.caught_by
    assert set_up.caught_by <= {f"check.{one}" for one in IDS}


@pytest.mark.parametrize("set_up", [*PLANTED, *OTHERS, *HERE], ids=by_name)
def test_the_same_seed_builds_the_same(set_up):
    before = torch.random.get_rng_state()
    first, second, other = set_up.build(0), set_up.build(0), set_up.build(1)
    assert torch.equal(before, torch.random.get_rng_state())
    for a, b in zip(first.net.parameters(), second.net.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)
    assert isinstance(other.net, nn.Module)


@pytest.mark.parametrize("case", [*wrong_gradients(), *right_gradients(), *wrong_gradients(1)], ids=lambda c: c.name)
def test_a_backward_pass_by_hand_is_wrong_exactly_where_it_says(case):
    gradient = case.gradient(case.theta)
    assert {name for name, value in numerical(case).items() if differs(gradient[f"d{name}"], value)} == case.named


def numerical(case, step=1e-5):
    """Two-sided differences, element by element."""
    found = {}
    for name, value in case.theta.items():
        found[name] = np.zeros_like(value)
        for place in np.ndindex(value.shape):
            moved = []
            for side in (step, -step):
                theta = {n: v.copy() for n, v in case.theta.items()}
                theta[name][place] += side
                moved.append(case.cost(theta))
            found[name][place] = (moved[0] - moved[1]) / (2 * step)
    return found


def differs(a, b):
    return a.shape != b.shape or np.linalg.norm(a - b) > 1e-6 * np.linalg.norm(b) + 1e-8


def slope_along(built: Built, parameter: nn.Parameter, direction: Tensor, step: float = 1e-6) -> float:
    sides = []
    with torch.no_grad():
        for sign in (1, -1):
            parameter += sign * step * direction
            sides.append(called(built).item())
            parameter -= sign * step * direction
    return (sides[0] - sides[1]) / (2 * step)


@pytest.mark.parametrize("set_up", [s for s in PLANTED + OTHERS if s.named], ids=by_name)
def test_an_autograd_function_is_wrong_exactly_where_it_says(set_up):
    built = set_up.build(0)
    built = Built(built.net.double(), built.loss, double(built.inputs), double(built.targets), built.forward)
    called(built).backward()
    wrong = set()
    generator = torch.Generator().manual_seed(3)
    for name, parameter in built.net.named_parameters():
        for _ in range(4):
            direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            true = slope_along(built, parameter, direction)
            said = 0.0 if parameter.grad is None else (parameter.grad * direction).sum().item()
            if abs(true - said) > 1e-4 * (abs(true) + abs(said)) + 1e-8:
                wrong.add(name)
    assert wrong == set_up.named


@pytest.mark.parametrize("set_up", [s for s in PLANTED + OTHERS if s.kind == "numbers"], ids=by_name)
def test_a_fault_of_numbers_gives_what_is_no_number(set_up):
    built = set_up.build(0)
    loss = called(built)
    loss.backward()
    gradients = [p.grad for p in built.net.parameters() if p.grad is not None]
    assert not (loss.isfinite() and all(g.isfinite().all() for g in gradients))


def learned(set_up: SetUp, steps: int) -> tuple[float, float]:
    """The loss before and after Adam on the whole batch."""
    built = set_up.build(0)
    adam = torch.optim.Adam([p for p in built.net.parameters() if p.requires_grad], lr=0.01)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = called(built).item()
        for _ in range(steps):
            adam.zero_grad()
            called(built).backward()
            adam.step()
        return first, called(built).item()


@pytest.mark.slow
@pytest.mark.parametrize("set_up", SOUND, ids=by_name)
def test_a_sound_set_up_learns(set_up):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, after = learned(set_up, 200)
    assert after < 0.6 * before + 0.01


FAULT = SetUp(name="a", family="dense", kind="loss", maker=lambda: None, caught_by=frozenset({"check.output.range"}))  # type: ignore[arg-type]


def finding(severity, name="check.output.range", **more):
    return Finding(id=name, severity=severity, what="", **more)


def test_the_judge_wants_the_id_and_a_severity_that_is_heard():
    assert caught(FAULT, [finding("warning")])
    assert caught(FAULT, [finding("error", "check.nan.born"), finding("error")])
    assert not caught(FAULT, [finding("info")])
    assert not caught(FAULT, [finding("error", "check.nan.born")])


def test_the_judge_wants_the_right_parameter_and_no_other():
    set_up = next(s for s in PLANTED if s.name == "dense: weight averaged twice")
    wrong = "check.gradient.wrong"
    assert caught(set_up, [finding("error", wrong, evidence={"parameters": {"2.weight": {"kind": "scaled"}}})])
    assert caught(set_up, [finding("error", wrong, where="2.weight")])
    assert not caught(set_up, [finding("warning", wrong, where="2.weight")])
    assert not caught(set_up, [finding("error", wrong, where="2.weight and 0.weight")])
    assert not caught(set_up, [finding("error", wrong, where="12.weight")])
    assert not caught(set_up, [finding("error", wrong)])


def test_an_alarm_is_an_error():
    assert [f.severity for f in alarms([finding("info"), finding("warning"), finding("error")])] == ["error"]

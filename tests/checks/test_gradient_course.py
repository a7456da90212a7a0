"""The gradient check as the course has it: its figures, its exercise, its bands, and homework as it is written."""

from __future__ import annotations

import numpy as np
import pytest

import fathom
from fathom.testing import reference
from tests.oracles.numerical_gradient import distance, numerical_gradient

X = np.random.default_rng(0).normal(size=(4, 3))
Y = np.array([[1.0, 0.0, 1.0]])


def cost(p, l2=0.0):
    return reference.cost(p, reference.forward(p, X), Y, l2=l2)


def backward(p, l2=0.0):
    """The course's dictionary: dW1, db1, ..."""
    return {f"d{k}": v for k, v in reference.backward(p, reference.forward(p, X), Y, l2=l2).items()}


def planted(p):
    """The exercise's two faults: dW2 * 2, and 4/m in db1."""
    gradients = backward(p)
    return {**gradients, "dW2": 2 * gradients["dW2"], "db1": 4 * gradients["db1"]}


@pytest.fixture
def theta():
    return reference.initialize((4, 5, 3, 1), seed=1)


def test_one_sided_and_two_sided_differences_of_the_cube():
    """C2W1-51, 52: theta^3 at 1 with 0.01 gives 3.0301 and 3.0001; the derivative is 3."""
    g = {
        two: fathom.check_gradient(
            lambda p: p["t"] ** 3, {"t": np.array(1.0)}, lambda p: {"t": 3 * p["t"] ** 2}, every=True, eps=0.01, two_sided=two
        )
        for two in (False, True)
    }
    assert float(g[False].numerical["t"]) == pytest.approx(3.0301, abs=1e-9)
    assert float(g[True].numerical["t"]) == pytest.approx(3.0001, abs=1e-9)
    assert [one.verdict for one in g.values()] == ["great", "great"]  # both are off by the step, and the gradient is right
    assert g[True].ratio == pytest.approx(0.0001 / 6.0001, rel=1e-5)


def test_the_big_vector_is_all_parameters_in_one_norm(theta):
    """C2W1-53, 54 against the oracle that moves one number at a time."""
    g = fathom.check_gradient(cost, theta, planted, every=True, eps=1e-7)
    oracle = numerical_gradient(cost, theta, epsilon=1e-7)
    claimed = {k[1:]: v for k, v in planted(theta).items()}
    assert g.ratio == pytest.approx(distance(oracle, claimed), rel=1e-5)
    for name in theta:
        np.testing.assert_allclose(g.numerical[name], oracle[name], atol=1e-8)
        assert g.by_parameter[name] == pytest.approx(distance({"": oracle[name]}, {"": claimed[name]}), abs=2e-8)


@pytest.mark.parametrize("seed", range(5))
def test_right_backprop_is_in_the_great_band_and_a_planted_bug_is_not(seed):
    """C2W1-54, 55: at 1e-7 and in float64 a right gradient is under 1e-7, a bug over 1e-3."""
    theta = reference.initialize((4, 5, 3, 1), seed=seed)
    right = fathom.check_gradient(cost, theta, backward, every=True, eps=1e-7)
    wrong = fathom.check_gradient(cost, theta, planted, every=True, eps=1e-7)
    assert (right.ratio <= 1e-7, right.band, right.verdict) == (True, "great", "great")
    assert (wrong.ratio > 1e-3, wrong.band, wrong.verdict) == (True, "worry", "bug")


@pytest.mark.parametrize("every", [False, True], ids=["directions", "every"])
@pytest.mark.parametrize("numbers", [False, True], ids=["callable", "mapping"])
@pytest.mark.parametrize("seed", range(4))
def test_the_exercise_names_its_two_faults_and_nothing_else(seed, numbers, every):
    theta = reference.initialize((4, 5, 3, 1), seed=seed)
    g = fathom.check_gradient(cost, theta, planted(theta) if numbers else planted, every=every)
    assert (g.verdict, g.culprits) == ("bug", ["b1", "W2"])
    assert [f.what for f in g.findings] == ["db1 is 4.00 times the slope of J.", "dW2 is 2.00 times the slope of J."]
    assert {f.id for f in g.findings} == {"gradient.parameter.scaled"}
    assert "dW2 is 2.00 times" in str(g)
    mended = fathom.check_gradient(cost, theta, backward(theta) if numbers else backward, every=every)
    assert (mended.verdict, mended.culprits, mended.findings) == ("great", [], ())


def test_the_penalty_belongs_to_both_sides(theta):
    """C2W1-58."""
    lambd, m = 0.7, X.shape[1]
    both = fathom.check_gradient(lambda p: cost(p, lambd), theta, lambda p: backward(p, lambd), l2=lambd, m=m)
    assert both.verdict == "great"
    share = np.linalg.norm(lambd / m * theta["W1"]) / np.linalg.norm(backward(theta, lambd)["dW1"])
    assert {p.name: p.penalty for p in both.parts}["W1"] == pytest.approx(share)
    assert {p.name: p.penalty for p in both.parts}["b1"] is None
    lacking = fathom.check_gradient(lambda p: cost(p, lambd), theta, backward, l2=lambd, m=m)
    assert lacking.culprits == ["W1", "W2", "W3"]
    assert "the gradient lacks (lambda/m) W1" in lacking.findings[0].what
    too_much = fathom.check_gradient(cost, theta, lambda p: backward(p, lambd), l2=lambd, m=m)
    assert "J lacks the penalty" in too_much.findings[0].what
    told_nothing = fathom.check_gradient(lambda p: cost(p, lambd), theta, backward)
    assert f"lambda/m = {lambd / m:.3g}" in told_nothing.findings[0].what


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_a_penalty_with_another_factor_is_told(theta, factor):
    """lambda/(2m) in place of lambda/m, or lambda in place of it (m = 3)."""
    lambd, m = 0.7, X.shape[1]
    term = {f"dW{layer}": (factor - 1.0) * lambd / m * theta[f"W{layer}"] for layer in (1, 2, 3)}
    gradient = {k: v + term.get(k, 0.0) for k, v in backward(theta, lambd).items()}
    g = fathom.check_gradient(lambda p: cost(p, lambd), theta, gradient, l2=lambd, m=m)
    assert g.culprits == ["W1", "W2", "W3"]
    assert f"(lambda/m) W2 is in the gradient {factor:.3g}" in g.findings[1].what.replace("3.00", "3").replace("0.50", "0.5")


def test_a_penalty_may_be_a_callable(theta):
    lambd, m = 0.7, X.shape[1]

    def penalty(p):
        return lambd / (2 * m) * sum(np.sum(p[f"W{layer}"] ** 2) for layer in (1, 2, 3))

    g = fathom.check_gradient(lambda p: cost(p, lambd), theta, backward, penalty=penalty)
    assert g.culprits == ["W1", "W2", "W3"]
    assert {p.name: p.penalty for p in g.parts}["W1"] > 0.0


def test_a_missing_1_over_m_is_told_where_m_is(theta):
    g = fathom.check_gradient(cost, theta, {k: 3 * v for k, v in backward(theta).items()}, m=3)
    assert g.culprits == list(theta)
    assert "1/m is missing, m = 3" in g.findings[0].what


def test_keys_extra_entries_and_shapes_of_homework(theta):
    """Entries of dA, dZ are ignored and counted; J of shape (1, 1) will do; W1 or dW1 or grad_W1."""
    extra = {"dA1": 1.0, "dZ2": np.zeros((3, 3)), **backward(theta)}
    g = fathom.check_gradient(lambda p: np.array([[cost(p)]]), theta, extra)
    assert (g.verdict, g.ignored) == ("great", ("dA1", "dZ2"))
    assert "2 entries of the gradient belong to no parameter and were ignored: dA1, dZ2." in str(g)
    for rename in (lambda k: k, lambda k: f"grad_{k}"):
        named = {rename(k[1:]): v for k, v in backward(theta).items()}
        assert fathom.check_gradient(cost, theta, named).verdict == "great"


def test_a_flat_gradient_of_a_column_is_the_broadcasting_trap(theta):
    gradients = {**backward(theta), "db1": backward(theta)["db1"].ravel()}
    g = fathom.check_gradient(cost, theta, gradients)
    assert (g.verdict, g.culprits) == ("bug", ["b1"])
    assert g.findings[0].id == "gradient.parameter.shape"
    assert "db1 has shape (5,), b1 has (5, 1): b1 - alpha db1 becomes (5, 5) by broadcasting." in g.findings[0].what


def test_a_gradient_that_was_not_summed_over_the_examples(theta):
    A = reference.forward(theta, X).A
    g = fathom.check_gradient(cost, theta, {**backward(theta), "db3": (A[-1] - Y) / 3})
    assert g.culprits == ["b3"]
    assert "not summed over the examples" in g.findings[0].what


def test_again_after_some_training(theta):
    """C2W1-60: a fault that shows only where the weights have left 0."""

    def with_penalty(p):  # whose term the backward pass lacks: at W1 = 0 it is nothing
        return reference.cost(p, reference.forward(p, X, activation="tanh"), Y) + 0.5 * np.sum(p["W1"] ** 4)

    def gradient(p):
        return reference.backward(p, reference.forward(p, X, activation="tanh"), Y, activation="tanh")

    zero = {**theta, "W1": np.zeros_like(theta["W1"])}
    assert fathom.check_gradient(with_penalty, zero, gradient).verdict == "great"
    later = fathom.check_gradient(with_penalty, zero, gradient, also_after=10)
    assert later.culprits == ["W1"]
    assert {part.point for part in later.parts} == {"at the start", "after 10 steps"}
    assert [part.point for part in later.parts if part.wrong] == ["after 10 steps"]
    thetas = [theta, {k: 2 * v for k, v in theta.items()}]
    assert fathom.check_gradient(with_penalty, thetas, gradient).culprits == ["W1"]
    with pytest.raises(fathom.UnusableInput, match="also_after"):
        fathom.check_gradient(with_penalty, theta, gradient(theta), also_after=3)


def test_it_is_never_called_while_a_net_trains():
    """C2W1-56: the check is for debugging."""
    from pathlib import Path

    source = Path(fathom.__file__).parent
    users = [p for folder in ("engine", "experiment", "tuning", "recipe") for p in (source / folder).rglob("*.py")]
    assert users
    assert not [p for p in users if "check_gradient" in p.read_text(encoding="utf-8")]

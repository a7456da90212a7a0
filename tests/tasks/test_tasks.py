import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from fathom.core.exceptions import UnusableInput
from fathom.core.records.target import Target
from fathom.tasks.binary import Binary
from fathom.tasks.choice import task_for
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression

SOURCE = np.random.default_rng(0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_logistic_loss_is_the_courses():
    """C1W2-07: -(y log p + (1 - y) log(1 - p)); C1W2-22: it is -log p(y|x)."""
    z, y = SOURCE.normal(size=50) * 3, SOURCE.integers(0, 2, 50)
    p = sigmoid(z)
    expected = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    loss = Binary(classes=("a", "b")).loss(torch.from_numpy(z)[:, None], torch.from_numpy(y))
    np.testing.assert_allclose(loss.numpy(), expected)
    np.testing.assert_allclose(-np.log(p**y * (1 - p) ** (1 - y)), expected)


def test_gradient_of_the_logistic_loss_is_a_minus_y():
    """C1W2-14."""
    z = torch.tensor([[0.3], [-2.0]], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1, 0])
    (dz,) = torch.autograd.grad(Binary(classes=("a", "b")).loss(z, y).sum(), z)
    torch.testing.assert_close(dz[:, 0], torch.sigmoid(z.detach()[:, 0]) - y)


def test_softmax_of_the_course_and_its_loss():
    """C2W3-16, 17: z = [5, 2, -1, 3]; dz = y_hat - y."""
    z = torch.tensor([[5.0, 2.0, -1.0, 3.0]], dtype=torch.float64, requires_grad=True)
    task = MultiClass(classes=tuple("abcd"))
    p = [float(task.decode(z.detach())[f"p_{c}"][0]) for c in "abcd"]
    np.testing.assert_allclose(p, [0.842, 0.042, 0.002, 0.114], atol=5e-4)
    loss = task.loss(z, torch.tensor([3]))
    assert float(loss.detach()) == pytest.approx(-math.log(p[3]))
    (dz,) = torch.autograd.grad(loss.sum(), z)
    np.testing.assert_allclose(dz.numpy()[0], np.array(p) - np.array([0, 0, 0, 1]), atol=1e-12)


def test_two_classes_of_softmax_are_logistic():
    """C2W3-16: C = 2 reduces to logistic regression."""
    z = torch.from_numpy(SOURCE.normal(size=(20, 1)))
    y = torch.from_numpy(SOURCE.integers(0, 2, 20))
    two = torch.cat([torch.zeros_like(z), z], dim=1)
    torch.testing.assert_close(MultiClass(classes=("a", "b")).loss(two, y), Binary(classes=("a", "b")).loss(z, y))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_label_smoothing_is_torchs(smoothing):
    z, y = torch.from_numpy(SOURCE.normal(size=(20, 1))), torch.from_numpy(SOURCE.integers(0, 2, 20))
    two = torch.cat([torch.zeros_like(z), z], dim=1)
    expected = functional.cross_entropy(two, y, reduction="none", label_smoothing=smoothing)
    torch.testing.assert_close(Binary(classes=("a", "b"), label_smoothing=smoothing).loss(z, y), expected)


def test_regression_error_is_a_share_of_the_baselines():
    y = SOURCE.normal(50.0, 7.0, 200)
    predicted = y + SOURCE.normal(size=200)
    baseline = np.abs(y - np.median(y)).mean()
    task = Regression(mean=y.mean(), std=y.std(), baseline=baseline)
    scaled = torch.from_numpy((predicted - y.mean()) / y.std())[:, None]
    targets = torch.from_numpy((y - y.mean()) / y.std())
    np.testing.assert_allclose(task.errors(scaled, targets).value, np.abs(predicted - y) / baseline)
    np.testing.assert_allclose(task.decode(scaled)["prediction"], predicted)
    np.testing.assert_allclose(task.loss(scaled, targets).numpy(), 0.5 * ((predicted - y) / y.std()) ** 2, rtol=1e-9)
    median = torch.full((200, 1), float((np.median(y) - y.mean()) / y.std()), dtype=torch.float64)
    assert task.errors(median, targets).rate == pytest.approx(1.0)


@pytest.mark.parametrize("task", [Binary(classes=("no", "yes")), MultiClass(classes=("a", "b", "c"))])
def test_probabilities_sum_to_one_and_errors_agree_with_predictions(task):
    outputs = torch.from_numpy(SOURCE.normal(size=(100, task.outputs)) * 20).float()
    y = torch.from_numpy(SOURCE.integers(0, len(task.classes), 100))
    columns = task.decode(outputs)
    p = np.stack([columns[f"p_{c}"] for c in task.classes], axis=1)
    np.testing.assert_allclose(p.sum(1), 1.0)
    np.testing.assert_array_equal(p.argmax(1)[np.abs(p[:, 0] - p[:, 1]) > 1e-9], columns["prediction"][np.abs(p[:, 0] - p[:, 1]) > 1e-9])
    np.testing.assert_array_equal(task.errors(outputs, y).value, columns["prediction"] != y.numpy())


def test_the_task_follows_from_the_target():
    assert task_for(Target(name="y", kind="binary", classes=("a", "b"))).outputs == 1
    assert task_for(Target(name="y", kind="multiclass", classes=("a", "b", "c"))).outputs == 3
    assert task_for(Target(name="y", kind="regression"), mean=1.0, std=2.0, baseline=3.0).outputs == 1
    with pytest.raises(UnusableInput, match="`label_smoothing`: expected 0 for a regression, got 0.1"):
        task_for(Target(name="y", kind="regression"), label_smoothing=0.1)


@pytest.mark.parametrize("name", ["squared", "absolute", "huber"])
def test_losses_of_a_regression(name):
    outputs, targets = torch.from_numpy(SOURCE.normal(size=(50, 1)) * 3), torch.from_numpy(SOURCE.normal(size=50))
    apart = np.abs(outputs.numpy()[:, 0] - targets.numpy())
    expected = {"squared": apart**2 / 2, "absolute": apart, "huber": np.where(apart < 1, apart**2 / 2, apart - 0.5)}[name]
    loss = Regression(mean=0.0, std=1.0, baseline=1.0, loss_name=name).loss(outputs, targets)
    np.testing.assert_allclose(loss.numpy(), expected)


def test_a_regression_s_loss_is_refused_for_classes():
    with pytest.raises(UnusableInput, match="`loss`: expected no value for classes, got 'absolute'"):
        task_for(Target(name="y", kind="binary", classes=("a", "b")), loss="absolute")

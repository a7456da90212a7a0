"""Every backward pass written by hand under the gradient check in float64: L1, L2, dropout masks and batch norm included."""

import pytest
import torch

import fathom
from fathom.core.records.settings import Settings
from fathom.engine.dense.plan import DensePlan
from fathom.engine.optimizers import penalize
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.nets.initialization import initialize
from fathom.nets.mlp import dense_net, mlp
from fathom.nets.seeded import seeded_dropout
from fathom.tasks.binary import Binary
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression

ROWS, INPUTS = 12, 5
TASKS = {
    "softmax": MultiClass(classes=("a", "b", "c")),
    "softmax, smoothed": MultiClass(classes=("a", "b", "c"), label_smoothing=0.1),
    "logistic": Binary(classes=("a", "b")),
    "squared": Regression(mean=0, std=1, baseline=1),
    "huber": Regression(mean=0, std=1, baseline=1, loss_name="huber"),
}


def engine_of(task, activation, batch_norm, dropout, l1, l2, member=0, members=2):
    """J and its gradient of one member of a population, as functions of its parameters by name; masks are those of step 0."""
    record = dense_net(INPUTS, task.outputs, hidden=(7, 4), activation=activation, batch_norm=batch_norm, dropout=dropout)
    nets = [mlp(record).double() for _ in range(members)]
    for k, net in enumerate(nets):
        initialize(net, scheme="xavier", gain=1.0, seed=k)
    with torch.no_grad():
        for p in (p for net in nets for p in net.parameters() if p.dim() == 1):  # off the kinks
            p.add_(0.1 * torch.randn(p.shape, generator=torch.Generator().manual_seed(3), dtype=p.dtype))
    source = torch.Generator().manual_seed(1)
    X = torch.randn(ROWS, INPUTS, generator=source, dtype=torch.float64)
    codes = not isinstance(task, Regression)
    y = torch.randint(0, max(2, task.outputs), (ROWS,), generator=source) if codes else torch.randn(ROWS, generator=source, dtype=X.dtype)
    population = Population.of([Member(net, Settings(epochs=1, l1=l1, l2=l2, seed=k)) for k, net in enumerate(nets)], ROWS)
    plan = DensePlan(population, record, TaskSide(task.loss, task.slope).losses_and_slopes)
    rows = torch.arange(ROWS)

    def put(theta):
        with torch.no_grad():
            for name, block in population.blocks.items():
                block[member].copy_(theta[name])
            return plan.step(X, y, rows)

    def J(theta):
        return float(put(theta)[member]) / ROWS + population.penalties()[member]

    def gradient(theta):
        put(theta)
        penalize(population.gradient, population.theta, population.hyper)
        return {name: block[member].clone() for name, block in population.gradients.items()}

    return nets, J, gradient, {name: block[member].clone() for name, block in population.blocks.items()}


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.7, 2.0)])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("task", TASKS)
def test_the_engine_passes_the_gradient_check(task, activation, dropout, batch_norm, l1, l2):
    nets, J, gradient, theta = engine_of(TASKS[task], activation, batch_norm, dropout, l1, l2)
    with seeded_dropout(nets[0]), seeded_dropout(nets[1]):
        checked = fathom.check_gradient(J, theta, gradient)
    assert not checked.culprits
    assert checked.verdict == "great"


def test_the_check_sees_a_pass_that_is_wrong(monkeypatch):
    nets, J, gradient, theta = engine_of(TASKS["softmax"], "tanh", False, 0.0, 0.0, 2.0)
    with seeded_dropout(nets[0]), seeded_dropout(nets[1]):
        lacking = fathom.check_gradient(
            J, theta, lambda t: {name: g * (1.1 if name == "2.weight" else 1.0) for name, g in gradient(t).items()}
        )
    assert list(lacking.culprits) == ["2.weight"]

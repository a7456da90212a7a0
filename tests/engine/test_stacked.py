"""The stacked plan against the loop, on makes of nets that no catalogue knows."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from fathom.core.records.settings import Settings
from fathom.engine.plans.loop import LoopPlan
from fathom.engine.plans.stacked import StackedPlan, same_make
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.experiment.stacking import why_alone
from fathom.nets.dropout import SeededDropout

ROWS, MEMBERS = 50, 3


def loss(outputs, targets):
    return functional.cross_entropy(outputs, targets, reduction="none")


class Residual(nn.Module):
    """With a frozen layer and a sum around a layer."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Linear(64, 16), nn.Linear(16, 16), nn.Linear(16, 10)
        self.a.requires_grad_(False)

    def forward(self, x):
        x = self.a(x).tanh()
        return self.out(x + self.b(x).relu())


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRU(8, 12, batch_first=True), nn.Linear(12, 10)

    def forward(self, x):
        return self.out(self.cell(x.view(-1, 8, 8))[0][:, -1])


MAKES = {
    "convolution, batch norm, dropout": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        SeededDropout(0.3, 1),
        nn.Linear(36, 10),
    ),
    "layer norm": lambda: nn.Sequential(nn.Linear(64, 32), nn.LayerNorm(32), nn.GELU(), nn.Linear(32, 10)),
    "residual and frozen": Residual,
    "attention": lambda: nn.Sequential(
        nn.Unflatten(1, (8, 8)),
        nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True),
        nn.Flatten(),
        nn.Linear(64, 10),
    ),
}


def data():
    source = torch.Generator().manual_seed(0)
    return torch.randn(ROWS, 64, generator=source, dtype=torch.float64), torch.randint(0, 10, (ROWS,), generator=source)


def members(make, count=MEMBERS):
    made = []
    for k in range(count):
        torch.manual_seed(k)
        made.append(Member(make().double(), Settings(seed=k, learning_rate=0.01 * (k + 1), l2=0.1 * k, epochs=1)))
    return made


@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize("make", MAKES)
def test_stacked_equals_loop(make, own_rows):
    X, y = data()
    results = []
    for plan_of in (lambda p: StackedPlan(p, TaskSide(loss)), lambda p: LoopPlan(p, loss)):
        population = Population.of(members(MAKES[make]), ROWS)
        plan = plan_of(population)
        for m in population.members:
            m.net.train()
        for step in range(5):
            rows = torch.arange(step, step + 20)
            losses = plan.step(X, y, torch.stack([rows + k for k in range(MEMBERS)]) if own_rows else rows)
            population.update([1.0] * MEMBERS)
        results.append((population.theta.clone(), plan.outputs(X), losses, *population.buffers.values()))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-8)


def test_what_cannot_be_stacked_says_why():
    X, y = data()
    side = TaskSide(loss)
    assert "gru" in why_alone(members(Recurrent), side, X, y, deterministic=True)
    random = members(lambda: nn.Sequential(nn.Linear(64, 10), nn.Dropout(0.5)))  # draws from the global generator
    assert "random" in why_alone(random, side, X, y, deterministic=True)
    other = [*members(MAKES["layer norm"], 1), *members(Residual, 1)]
    assert why_alone(other, side, X, y, deterministic=True) == "nets of different makes"
    assert why_alone(members(MAKES["layer norm"]), side, X, y, deterministic=True) == ""
    large = members(lambda: nn.Sequential(nn.Linear(64, 4000), nn.ReLU(), nn.Linear(4000, 10)))
    assert why_alone(large, side, X, y, deterministic=True) == "large nets"


def test_a_trial_leaves_the_nets_alone():
    X, y = data()
    made = members(MAKES["convolution, batch norm, dropout"])
    before = [{k: v.clone() for k, v in m.net.state_dict().items()} for m in made]
    why_alone(made, TaskSide(loss), X, y, deterministic=False)
    for m, kept in zip(made, before, strict=True):
        assert all(torch.equal(kept[k], v) for k, v in m.net.state_dict().items())


def test_makes_are_told_apart():
    assert same_make([nn.Linear(2, 3), nn.Linear(2, 3)])
    assert not same_make([nn.Linear(2, 3), nn.Linear(2, 4)])
    assert not same_make([nn.Sequential(nn.Linear(2, 3), nn.ReLU()), nn.Sequential(nn.Linear(2, 3), nn.Tanh())])

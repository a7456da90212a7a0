"""Many nets of the user's own: the same numbers as one after another, stacked or not, and dropout put back."""

import pytest
import torch
from torch import nn

import fathom
from fathom.engine import training
from fathom.nets.dropout import SeededDropout


def with_dropout(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 12), nn.ReLU(), nn.Dropout(0.3), nn.Linear(12, outputs))


class Recurrent(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.cell, self.out = nn.GRU(1, 4, batch_first=True), nn.Linear(4, outputs)

    def forward(self, x):
        return self.out(self.cell(x.unsqueeze(2))[0][:, -1])


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("wine"), seed=0)


@pytest.mark.parametrize(("net", "plan"), [(with_dropout, "stacked"), (Recurrent, "loop")])
def test_nets_of_ones_own_are_those_of_fit(splits, net, plan):
    settings = [{"learning_rate": 0.01, "seed": 3}, {"learning_rate": 0.002, "seed": 4}]
    runs = fathom.fit_many(splits, net=net, settings=settings, epochs=3, precision="float64", deterministic=True)
    assert [r.plan["plan"] for r in runs] == [plan] * 2
    assert (plan == "loop") == ("gru" in runs[0].plan.get("alone", ""))
    for run, own in zip(runs, settings, strict=True):
        alone = fathom.fit(splits, net=net, epochs=3, precision="float64", **own)
        for ours, theirs in zip(run.net.parameters(), alone.net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, rtol=0, atol=1e-9)
        assert run.history["J"] == pytest.approx(alone.history["J"], abs=1e-9)


def test_dropout_is_seeded_while_training_and_put_back(splits):
    torch.manual_seed(1)
    first = fathom.fit(splits, net=with_dropout, epochs=2, seed=0)
    torch.manual_seed(2)
    second = fathom.fit(splits, net=with_dropout, epochs=2, seed=0)
    assert torch.equal(first.net[0].weight, second.net[0].weight)
    assert type(first.net[2]) is nn.Dropout
    assert not any(isinstance(m, SeededDropout) for m in first.net.modules())
    assert not first.net[2].training


def test_shapes_that_differ_form_programs_of_their_own(splits):
    settings = [{"hidden": (8,)}, {"hidden": (4,)}, {"hidden": (8,), "l2": 1.0}, {"hidden": (8,), "optimizer": "sgd"}]
    runs = fathom.fit_many(splits, settings=settings, epochs=3)
    assert [r.plan["members"] for r in runs] == [2, 1, 2, 1]
    assert [r.experiment.shape for r in runs] == ["13-8-3", "13-4-3", "13-8-3", "13-8-3"]
    assert runs[2].settings.l2 == 1.0


def test_interrupted_many_keep_what_is_finished(splits, monkeypatch):
    passes = training._Running._pass
    calls = []

    def stop(self, epoch):
        calls.append(epoch)
        if len(calls) == 7:
            raise KeyboardInterrupt
        return passes(self, epoch)

    monkeypatch.setattr(training._Running, "_pass", stop)
    runs = fathom.fit_many(splits, settings=[{"hidden": (8,)}, {"hidden": (4,)}, {"hidden": (3,)}], epochs=4)
    assert [r.history.stopped for r in runs] == ["", "interrupted"]
    assert [len(r.history) for r in runs] == [4, 2]

"""A population that does not fit into the memory is split, not crashed, and nobody can tell from the numbers."""

import pytest
import torch

import fathom
from fathom.engine.dense.plan import DensePlan

SETTINGS = [{"learning_rate": 0.001 * (k + 1), "seed": k} for k in range(5)]


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("wine"), seed=0)


def weights(runs):
    return [torch.cat([p.detach().reshape(-1) for p in run.net.parameters()]) for run in runs]


@pytest.mark.parametrize("after", [0, 7])
def test_a_population_that_does_not_fit_is_halved(splits, monkeypatch, after):
    whole = weights(fathom.fit_many(splits, settings=SETTINGS, epochs=4, precision="float64"))
    real, sizes, steps = DensePlan.step, [], []

    def step(self, inputs, targets, rows):
        steps.append(1)
        if len(self.population) > 2 and len(steps) > after:
            sizes.append(len(self.population))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return real(self, inputs, targets, rows)

    monkeypatch.setattr(DensePlan, "step", step)
    runs = fathom.fit_many(splits, settings=SETTINGS, epochs=4, precision="float64")
    assert sizes == [5, 3]
    for ours, theirs in zip(weights(runs), whole, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-9)


def test_a_single_net_that_does_not_fit_says_so(splits, monkeypatch):
    def step(self, inputs, targets, rows):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(DensePlan, "step", step)
    with pytest.raises(torch.OutOfMemoryError, match="20.00 GiB"):
        fathom.fit(splits, epochs=2)

"""Batch norm as the course has it (C2W3-09..15), in the engine's own passes."""

import pytest
import torch

from fathom.core.records.settings import Settings
from fathom.engine.dense.passes import BATCH_NORM_EPS, forward
from fathom.engine.dense.plan import names_of
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.engine.training import Job, train
from fathom.engine.workspace import Workspace
from fathom.nets.initialization import initialize
from fathom.nets.mlp import dense_net, mlp
from fathom.tasks.multiclass import MultiClass

RECORD = dense_net(4, 3, hidden=(6,), batch_norm=True)
TASK = MultiClass(classes=("a", "b", "c"))


def net_of(seed=0):
    net = mlp(RECORD).double()
    initialize(net, scheme="he", gain=1.0, seed=seed)
    return net


def data(rows=400):
    source = torch.Generator().manual_seed(0)
    X = 3.0 * torch.randn(rows, 4, generator=source, dtype=torch.float64) + 2.0
    return X, (X[:, 0] > 2.0).long() + (X[:, 1] > 2.0).long()


def hidden(net, X):
    """What the passes leave of the hidden layer: normalized z, and the mean and variance of W x."""
    population = Population.of([Member(net, Settings(epochs=1))], len(X))
    _, cache = forward(RECORD, names_of(net), population.blocks, X, [None], None, Workspace(population.theta))
    z = X @ net[0].weight.detach().T
    return cache, z.mean(0), z.var(0, correction=0)


def test_z_has_mean_0_and_variance_1_over_the_batch():
    """C2W3-09."""
    cache, _, variance = hidden(net_of(), data(64)[0])
    normalized = cache.normalized[0].z[0]
    torch.testing.assert_close(normalized.mean(1), torch.zeros(6, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(normalized.var(1, correction=0), variance / (variance + BATCH_NORM_EPS))


def test_gamma_and_beta_can_restore_z():
    """C2W3-09: gamma = sqrt(sigma^2 + eps), beta = mu."""
    net, (X, _) = net_of(), data(64)
    _, mean, variance = hidden(net, X)
    with torch.no_grad():
        net[1].weight.copy_((variance + BATCH_NORM_EPS).sqrt())
        net[1].bias.copy_(mean)
    cache, _, _ = hidden(net, X)
    torch.testing.assert_close(cache.slopes[0][0], (net[0].weight.detach() @ X.T).relu())


def test_b_cancels_and_is_not_there():
    """C2W3-11: adding any b to z leaves the normalized z; gamma and beta have one number a unit."""
    net, (X, _) = net_of(), data(64)
    assert {name: tuple(p.shape) for name, p in net.named_parameters()} == {
        "0.weight": (6, 4), "1.weight": (6,), "1.bias": (6,), "3.weight": (3, 6), "3.bias": (3,)
    }  # fmt: skip
    shift = torch.linalg.lstsq(net[0].weight.detach(), torch.full((6, 1), 5.0, dtype=torch.float64)).solution.T
    z, moved = (x @ net[0].weight.detach().T for x in (X, X + shift))
    assert float((z - moved).abs().max()) > 0.1
    for a, b in zip(hidden(net, X)[0].normalized[0].z, hidden(net, X + shift)[0].normalized[0].z, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["momentum", "rmsprop", "adam"])
def test_every_optimizer_trains_W_beta_and_gamma_on_mini_batches(optimizer):
    """C2W3-12."""
    net, (X, y) = net_of(), data()
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    settings = Settings(optimizer=optimizer, learning_rate=0.05 if optimizer == "momentum" else 0.01, batch_size=32, epochs=30)
    (track,), _ = train(Job(members=[Member(net, settings)], inputs=X, targets=y, task=TaskSide(TASK.loss, TASK.slope, RECORD)))
    assert all(float((p.detach() - before[name]).abs().max()) > 1e-3 for name, p in net.named_parameters())
    assert track.epochs[-1].J < 0.5 * track.epochs[0].J


def test_its_noise_falls_as_the_batch_grows():
    """C2W3-14: the spread of a fixed example's normalized z over batches; 1/sqrt(batch), so 64 -> 512 is a third or so."""
    net, (X, _) = net_of(), data(5_000)

    def spread(batch):
        source = torch.Generator().manual_seed(1)
        seen = []
        for _ in range(60):
            rows = torch.randperm(len(X), generator=source)[: batch - 1] + 0
            seen.append(hidden(net, torch.cat([X[:1], X[rows]]))[0].normalized[0].z[0, :, 0])
        return float(torch.stack(seen).std(0).mean())

    assert 0.25 < spread(512) / spread(64) < 0.5


def test_at_test_time_it_takes_the_averages_over_training_and_works_for_one_example():
    """C2W3-15, and C2W3-13: what the next layer reads has the same distribution whatever the scale of the inputs was."""
    net, (X, y) = net_of(), data()
    settings = Settings(batch_size=32, epochs=20, learning_rate=1e-9)  # W stands still: the averages must reach those of all rows
    train(Job(members=[Member(net, settings)], inputs=X, targets=y, task=TaskSide(TASK.loss, TASK.slope, RECORD)))
    z = X @ net[0].weight.detach().T
    torch.testing.assert_close(net[1].running_mean, z.mean(0), rtol=0, atol=0.25 * float(z.std()))
    torch.testing.assert_close(net[1].running_var, z.var(0), rtol=0.25, atol=0)
    with torch.no_grad():
        torch.testing.assert_close(net.eval()(X[:1]), net(X)[:1])
    small = hidden(net_of(), data(64)[0])[0].normalized[0].z
    large = hidden(net_of(), 1_000 * data(64)[0])[0].normalized[0].z
    torch.testing.assert_close(small, large, rtol=0, atol=1e-4)

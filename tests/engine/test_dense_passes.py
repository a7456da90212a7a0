"""The passes derived by hand against autograd on torch's own modules, batch norm's running statistics included."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from fathom.core.records.settings import Settings
from fathom.engine.dense.evaluation import evaluate
from fathom.engine.dense.passes import backward, forward
from fathom.engine.dense.plan import names_of
from fathom.engine.population import Member, Population
from fathom.engine.workspace import Workspace
from fathom.nets.mlp import dense_net, mlp

MEMBERS, ROWS, INPUTS, CLASSES = 3, 6, 5, 3


def nets(record):
    source = torch.Generator().manual_seed(0)
    made = [mlp(record).double() for _ in range(MEMBERS)]
    with torch.no_grad():
        for net in made:
            for p in net.parameters():
                p.copy_(torch.randn(p.shape, generator=source, dtype=torch.float64) * 0.5)
    return made


@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("hidden", [(), (7,), (7, 4)])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
def test_passes_equal_autograd(activation, hidden, batch_norm, own_rows):
    record = dense_net(INPUTS, CLASSES, hidden=hidden, activation=activation, batch_norm=batch_norm)
    source = torch.Generator().manual_seed(1)
    X = torch.randn(*((MEMBERS,) if own_rows else ()), ROWS, INPUTS, generator=source, dtype=torch.float64)
    y = torch.randint(0, CLASSES, (MEMBERS, ROWS), generator=source)
    ours, theirs = nets(record), nets(record)
    population = Population.of([Member(net, Settings(epochs=1)) for net in ours], ROWS)
    layout, space = population.layout, Workspace(population.theta)
    blocks, gradients = layout.blocks(population.theta), layout.blocks(population.gradient)
    Z, cache = forward(record, names_of(ours[0]), blocks, X, [None] * len(hidden), population.buffers, space)
    outputs = Z.transpose(1, 2)
    dZ = torch.softmax(outputs, 2) - functional.one_hot(y, CLASSES)
    backward(record, names_of(ours[0]), blocks, cache, (dZ / ROWS).transpose(1, 2).contiguous(), gradients, space)
    for k, net in enumerate(theirs):
        answers = net(X[k] if own_rows else X)
        functional.cross_entropy(answers, y[k]).backward()
        assert torch.allclose(outputs[k], answers, atol=1e-12)
        for block, p in zip(gradients.values(), net.parameters(), strict=True):
            assert torch.allclose(block[k], p.grad, atol=1e-12)
        for stacked, b in zip(population.buffers.values(), net.buffers(), strict=True):
            assert b.dtype == torch.int64 or torch.allclose(stacked[k], b, atol=1e-12)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_evaluation_equals_the_modules(batch_norm):
    record = dense_net(INPUTS, CLASSES, hidden=(7, 4), batch_norm=batch_norm)
    made = nets(record)
    for net in made:
        net(torch.randn(20, INPUTS, dtype=torch.float64))  # batch norm has seen something
        net.eval()
    population = Population.of([Member(net, Settings(epochs=1)) for net in made], ROWS)
    X = torch.randn(10, INPUTS, dtype=torch.float64)
    outputs = evaluate(record, names_of(made[0]), population.layout.blocks(population.theta), X, population.buffers, chunk=4)
    assert all(torch.allclose(outputs[k], net(X), atol=1e-12) for k, net in enumerate(made))


def test_layers_are_found_with_and_without_batch_norm():
    plain = names_of(mlp(dense_net(3, 1, hidden=(4,), dropout=0.5)))
    assert [(n.W, n.b, n.gamma) for n in plain] == [("0.weight", "0.bias", None), ("3.weight", "3.bias", None)]
    normed = names_of(mlp(dense_net(3, 1, hidden=(4,), batch_norm=True)))
    assert [(n.W, n.b, n.gamma, n.mu) for n in normed] == [
        ("0.weight", None, "1.weight", "1.running_mean"),
        ("3.weight", "3.bias", None, None),
    ]
    assert isinstance(mlp(dense_net(3, 1, hidden=()))[0], nn.Linear)

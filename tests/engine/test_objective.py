"""J's penalties: on weights alone, their value by hand and their gradient by autograd."""

import numpy as np
import torch

from fathom.core.records.settings import Settings
from fathom.engine.hyper import Hyper
from fathom.engine.layout import Layout
from fathom.engine.optimizers import penalize
from fathom.engine.population import Member, Population
from fathom.engine.weights import weight_names
from fathom.nets.mlp import build_mlp


def test_penalty_equals_the_hand_sum_over_weights_alone():
    """C2W1-19: biases, gamma and beta are excluded."""
    net, _ = build_mlp(3, 2, hidden=(4, 3), batch_norm=True)
    weights = [m.weight.detach().numpy().copy() for m in net if isinstance(m, torch.nn.Linear)]
    expected = 0.7 / 20 * sum((w**2).sum() for w in weights) + 0.3 / 20 * sum(np.abs(w).sum() for w in weights)
    population = Population.of([Member(net, Settings(l2=0.7, l1=0.3))], rows=10)
    np.testing.assert_allclose(population.penalties(), [expected], rtol=1e-6)
    np.testing.assert_allclose(population.weight_norms(), [np.sqrt(sum((w**2).sum() for w in weights))], rtol=1e-6)


def test_gradient_of_the_penalty_equals_autograd():
    """C2W1-17, 18: (l2/m) W and (l1/2m) sign W."""
    theta = torch.linspace(-1, 1, 8, dtype=torch.float64, requires_grad=True)
    layout = Layout(("W1", "b1", "W2"), ((2, 1), (3,), (3, 1)), (True, False, True))
    value = (2.0 * theta[[0, 1, 5, 6, 7]].square().sum() + 0.5 * theta[[0, 1, 5, 6, 7]].abs().sum()) / (2 * 7)
    (expected,) = torch.autograd.grad(value, theta)
    hyper = Hyper.of([Settings(l2=2.0, l1=0.5)], [7], layout, theta.detach())
    gradient = torch.zeros(8, dtype=torch.float64)
    penalize(gradient, theta.detach(), hyper)
    torch.testing.assert_close(gradient, expected)


def test_layer_norm_of_two_dimensions_is_no_weight():
    net = torch.nn.Sequential(torch.nn.LayerNorm([4, 5]), torch.nn.Flatten(), torch.nn.Linear(20, 1))
    assert weight_names(net) == {"2.weight"}


def test_rows_of_a_flat_vector_are_its_members():
    layout = Layout(("W", "b"), ((2, 2), (2,)), (True, False))
    flat = torch.arange(12.0)  # W of member 0, W of member 1, b of member 0, b of member 1
    assert layout.by_member(flat).tolist() == [[0, 1, 2, 3, 8, 9], [4, 5, 6, 7, 10, 11]]
    assert layout.kept(flat, torch.tensor([1])).tolist() == [4, 5, 6, 7, 10, 11]
    assert layout.spread(torch.tensor([1.0, 2.0])).tolist() == [1] * 4 + [2] * 4 + [1] * 2 + [2] * 2
    assert layout.weights(2, flat).tolist() == [1] * 8 + [0] * 4

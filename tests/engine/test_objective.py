import numpy as np
import torch

from fathom.engine.objective import Penalty
from fathom.engine.parameters import flatten
from fathom.nets.mlp import build_mlp


def test_penalty_equals_the_hand_sum_over_weights_alone():
    """C2W1-19: biases, gamma and beta are excluded."""
    net, _ = build_mlp(3, 2, hidden=(4, 3), batch_norm=True)
    theta = flatten(net)
    weights = [m.weight.detach().numpy() for m in net if isinstance(m, torch.nn.Linear)]
    expected = 0.7 / 20 * sum((w**2).sum() for w in weights) + 0.3 / 20 * sum(np.abs(w).sum() for w in weights)
    value = Penalty(l2=0.7, l1=0.3, rows=10).value(theta.vector, theta.is_weight)
    np.testing.assert_allclose(float(value.detach()), expected, rtol=1e-6)


def test_gradient_of_the_penalty_equals_autograd():
    theta = torch.linspace(-1, 1, 8, dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([1, 1, 0, 1, 0, 1, 1, 0], dtype=torch.float64)
    penalty = Penalty(l2=2.0, l1=0.5, rows=7)
    (expected,) = torch.autograd.grad(penalty.value(theta, mask), theta)
    torch.testing.assert_close(penalty.add_gradient(torch.zeros(8, dtype=torch.float64), theta.detach(), mask), expected)


def test_flatten_keeps_values_and_shares_storage():
    net, _ = build_mlp(3, 1, hidden=(4,))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    theta = flatten(net)
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())
    theta.vector.zero_()
    assert all(not p.detach().any() for p in net.parameters())


def test_layer_norm_of_two_dimensions_is_no_weight():
    net = torch.nn.Sequential(torch.nn.LayerNorm([4, 5]), torch.nn.Flatten(), torch.nn.Linear(20, 1))
    assert int(flatten(net).is_weight.sum()) == 20

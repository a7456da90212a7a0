"""Masks are what random draws would be: the right share, and no memory of step, seed, layer or neighbor."""

import torch

from fathom.nets.dropout import SeededDropout
from fathom.nets.masks import keep, key, places


def masks(keys, shape, p):
    return torch.stack([keep(torch.tensor(k, dtype=torch.int32), places(shape), p) for k in keys]).double()


def test_shares_and_correlations_are_those_of_independent_draws():
    drawn = masks([key(seed, 1, step) for seed in range(5) for step in range(400)], (64, 64), 0.2) - 0.8
    variance, (count, units) = 0.16, (2000, 4096)
    flat = drawn.reshape(count, units)
    assert abs(float(flat.mean())) < 4 * (variance / (count * units)) ** 0.5
    assert abs(float(flat.mean(0).std()) / (variance / count) ** 0.5 - 1) < 0.05
    across_steps = (flat @ flat.T / units / variance).fill_diagonal_(0)
    assert abs(float(across_steps.std()) * units**0.5 - 1) < 0.02
    across_units = (flat[:, :512].T @ flat[:, :512] / count / variance).fill_diagonal_(0)
    assert abs(float(across_units.std()) * count**0.5 - 1) < 0.02


def test_rates_are_kept_at_the_ends():
    assert float(masks([1], (100, 100), 0.0).mean()) == 1.0
    assert abs(float(masks(range(20), (100, 100), 0.99).mean()) - 0.01) < 0.001


def test_a_smaller_batch_has_the_first_rows_of_a_larger_one():
    assert torch.equal(places((5, 7)), places((9, 7))[:5])


def test_rates_of_their_own_are_those_of_single_masks():
    keys = torch.tensor([3, 4], dtype=torch.int32).view(2, 1, 1)
    together = keep(keys, places((6, 5)), torch.tensor([0.1, 0.6], dtype=torch.float64).view(2, 1, 1))
    assert torch.equal(together[0], keep(keys[0, 0, 0], places((6, 5)), 0.1))
    assert torch.equal(together[1], keep(keys[1, 0, 0], places((6, 5)), 0.6))


def test_the_layer_divides_by_keep_prob_and_is_off_in_evaluation():
    """C2W1-27..29: E[a] is unchanged, the same mask forward and backward, a new one at the next step."""
    drop = SeededDropout(0.2, layer=1)
    drop.at(seed=0, step=0)
    a = torch.ones(400, 50, requires_grad=True)
    out = drop(a)
    assert abs(float(out.detach().mean()) - 1.0) < 0.02
    out.sum().backward()
    assert torch.equal(a.grad, out.detach())
    drop.at(seed=0, step=1)
    assert not torch.equal(drop(a), out)
    assert drop.eval()(a) is a

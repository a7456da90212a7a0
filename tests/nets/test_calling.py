from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from fathom.core.exceptions import UnusableInput
from fathom.nets.calling import call, inputs_and_targets, moved, raw
from fathom.nets.untouched import untouched


def test_a_batch_tells_its_target():
    assert inputs_and_targets((1, 2)) == (1, 2)
    assert inputs_and_targets([1, 2, 3]) == ((1, 2), 3)
    assert inputs_and_targets((1, 2, 3), target=0) == ((2, 3), 1)
    assert inputs_and_targets({"a": 1, "label": 2}) == ({"a": 1}, 2)
    assert inputs_and_targets({"a": 1, "b": 2}, target="b") == ({"a": 1}, 2)
    assert inputs_and_targets("whole", target=len) == ("whole", 5)


class Named(NamedTuple):
    label: int
    pixels: int


@dataclass
class Fields:
    pixels: int
    y: int


def test_a_named_tuple_and_a_dataclass_tell_it_by_name():
    assert inputs_and_targets(Named(label=1, pixels=2)) == (2, 1)
    assert inputs_and_targets(Named(label=1, pixels=2), target="pixels") == (1, 2)
    assert inputs_and_targets(Named(label=1, pixels=2), target=-1) == (1, 2)
    assert inputs_and_targets(Fields(pixels=2, y=1)) == ({"pixels": 2}, 1)
    with pytest.raises(UnusableInput, match="'nothing'"):
        inputs_and_targets(Named(label=1, pixels=2), target="nothing")


@pytest.mark.parametrize("batch", [(1,), 3.0, {"a": 1}, {"label": 1, "labels": 2, "a": 3}])
def test_a_batch_without_a_target_is_refused(batch):
    with pytest.raises(UnusableInput, match="expected"):
        inputs_and_targets(batch)


def test_a_target_that_is_not_there_is_refused():
    with pytest.raises(UnusableInput, match="'c'"):
        inputs_and_targets({"a": 1, "b": 2}, target="c")
    with pytest.raises(UnusableInput, match="place"):
        inputs_and_targets((1, 2), target=2)


class Two(nn.Module):
    def forward(self, ids, mask=None):
        return ids if mask is None else ids * mask


def test_a_net_is_called_as_its_inputs_are():
    ones, twos = torch.ones(2), 2 * torch.ones(2)
    assert call(Two(), ones).tolist() == [1, 1]
    assert call(Two(), (ones, twos)).tolist() == [2, 2]
    assert call(Two(), {"mask": twos, "ids": ones}).tolist() == [2, 2]
    assert call(nn.Identity(), {"pixels": twos}).tolist() == [2, 2]
    assert call(Two(), ones, lambda net, x: net(x, 3 * x)).tolist() == [3, 3]


@dataclass
class Output:
    loss: torch.Tensor
    logits: torch.Tensor


def test_raw_outputs_are_found():
    logits = torch.tensor([2.0])
    for outputs in (logits, Output(logits + 1, logits), {"logits": logits, "loss": logits + 1}, (logits, None)):
        assert raw(outputs) is logits
    with pytest.raises(UnusableInput, match="forward="):
        raw({"a": logits})


def test_everything_in_a_batch_is_moved():
    batch = moved({"a": np.ones(2), "b": (torch.ones(1), "text")}, "cpu")
    assert isinstance(batch["a"], torch.Tensor)
    assert batch["b"][1] == "text"


def test_a_net_is_left_as_it_was():
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    net[2].eval()
    net[0].weight.requires_grad_(False)
    seen = []
    hook = net[0].register_forward_hook(lambda *_: seen.append(1))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    with pytest.raises(ZeroDivisionError), untouched(net):
        hook.remove()
        net.register_forward_hook(lambda *_: None)
        net.train()
        net[0].weight.requires_grad_(True)
        net(torch.randn(8, 3)).sum().backward()
        np.random.rand()  # noqa: NPY002
        with torch.no_grad():
            net[0].weight.fill_(float("nan"))
        raise ZeroDivisionError
    assert torch.equal(torch.get_rng_state(), states[0])
    after = net.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert [m.training for m in net] == [True, True, False]
    assert [p.grad for p in net.parameters()] == [None] * 4
    assert not net[0].weight.requires_grad
    assert len(net._forward_hooks) == 0
    net(torch.randn(8, 3))
    assert seen == [1]
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002


def test_gradients_that_were_there_stay():
    net = nn.Linear(2, 1)
    net(torch.ones(1, 2)).sum().backward()
    gradient = net.weight.grad
    with untouched(net):
        net.zero_grad(set_to_none=False)
    assert net.weight.grad is gradient
    assert gradient.tolist() == [[1, 1]]

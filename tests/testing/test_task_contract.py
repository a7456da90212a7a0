"""Every task keeps the contract, and the contract catches tasks that do not."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest
import torch
from torch.nn import functional

import fathom.tasks
from fathom.core.records.errors import Errors
from fathom.core.records.target import Target
from fathom.nets.catalogue import ANY
from fathom.tasks.binary import Binary
from fathom.tasks.choice import task_for
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression
from fathom.tasks.task import Task
from fathom.testing.contract import Broken
from fathom.testing.task_contract import TASK_CONTRACT, TaskCase


def codes(classes):
    return lambda n, source: torch.randint(0, classes, (n,), generator=source)


def numbers(n, source):
    return torch.randn(n, generator=source)


def sign(y):
    return (40.0 * y - 20.0).unsqueeze(1).double()


def one_hot(classes):
    return lambda y: 40.0 * functional.one_hot(y, classes).double()


BINARY = TaskCase(Binary(classes=("no", "yes")), codes(2), sign)
SEVERAL = TaskCase(MultiClass(classes=tuple("abcd")), codes(4), one_hot(4))
NUMBER = TaskCase(Regression(mean=3.0, std=2.0, baseline=1.5), numbers, lambda y: y.unsqueeze(1))

CASES = {
    "binary": BINARY,
    "binary, smoothed": dataclasses.replace(BINARY, task=Binary(classes=("no", "yes"), label_smoothing=0.1), right=lambda y: 0.1 * sign(y)),
    "multiclass": SEVERAL,
    "multiclass, smoothed": dataclasses.replace(
        SEVERAL, task=MultiClass(classes=tuple("abcd"), label_smoothing=0.1), right=lambda y: 0.1 * one_hot(4)(y)
    ),
    "multiclass, many": TaskCase(MultiClass(classes=tuple(f"c{i}" for i in range(40))), codes(40), one_hot(40)),
    **{
        f"regression, {loss}": dataclasses.replace(NUMBER, task=Regression(mean=3.0, std=2.0, baseline=1.5, loss_name=loss))
        for loss in ("squared", "absolute", "huber")
    },
}


def test_every_task_of_ours_has_a_case():
    found = {
        kind
        for module in pkgutil.iter_modules(fathom.tasks.__path__, "fathom.tasks.")
        for kind in vars(importlib.import_module(module.name)).values()
        if isinstance(kind, type) and kind is not Task and {"loss", "slope", "errors", "decode"} <= set(dir(kind))
    }
    assert found == {type(case.task) for case in CASES.values()}


def test_every_kind_of_target_has_a_case():
    assert {case.task.kind for case in CASES.values()} == set(ANY)
    for kind in ANY:
        assert task_for(Target(name="y", kind=kind, classes=() if kind == "regression" else ("a", "b"))).kind == kind


@pytest.mark.parametrize("law", TASK_CONTRACT.laws)
@pytest.mark.parametrize("name", CASES)
def test_the_contract_holds(name, law):
    TASK_CONTRACT.laws[law](CASES[name])


class Smeared(Binary):
    """The loss of an example knows the batch."""

    def loss(self, outputs, targets):
        return super().loss(outputs, targets) - super().loss(outputs, targets).mean()


class TwiceAsSteep(MultiClass):
    def slope(self, outputs, targets):
        losses, slopes = super().slope(outputs, targets)
        return losses, 2 * slopes


class Percent(MultiClass):
    """Errors in percent."""

    def errors(self, outputs, targets):
        return Errors.of(100.0 * super().errors(outputs, targets).value)


class Logits(MultiClass):
    """p_ columns that are no probabilities."""

    def decode(self, outputs):
        return super().decode(outputs) | {f"p_{c}": outputs[:, i].numpy() for i, c in enumerate(self.classes)}


class Dropping(Regression):
    """One number for the whole batch."""

    def loss(self, outputs, targets):
        return super().loss(outputs, targets).mean()


class InPlace(Binary):
    def errors(self, outputs, targets):
        outputs.clamp_(-1.0, 1.0)
        return super().errors(outputs, targets)


class Noisy(Binary):
    def loss(self, outputs, targets):
        return super().loss(outputs, targets) + 0.1 * torch.rand(len(targets))


class Unwise(Binary):
    """Overflows far out."""

    def loss(self, outputs, targets):
        p = torch.exp(outputs[:, 0]) / (1 + torch.exp(outputs[:, 0]))
        return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p))


class Weighty(Binary):
    """A weight too few."""

    def errors(self, outputs, targets):
        return Errors(super().errors(outputs, targets).value, np.ones(len(targets) - 1))


class Unwritten(Binary):
    """The loss hangs on what is no field: a task made again from its fields is another."""

    once = 0.0

    def __post_init__(self):
        type(self).once += 1.0
        object.__setattr__(self, "own", type(self).once)

    def loss(self, outputs, targets):
        return super().loss(outputs, targets) * self.own


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        (Smeared, "examples do not see each other"),
        (TwiceAsSteep, "the slope is that of the loss"),
        (Percent, "errors are shares with weights"),
        (Logits, "decoded columns have a row for each example"),
        (Dropping, "the loss is a finite number for each example"),
        (InPlace, "the same is said twice and nothing is changed"),
        (Noisy, "the same is said twice and nothing is changed"),
        (Weighty, "errors are shares with weights"),
        (Unwritten, "it is made of what a file can hold"),
        (Unwise, "the loss is a finite number for each example"),
    ],
)
def test_a_task_with_a_fault_is_caught(fault, law):
    sound = next(case for case in (BINARY, SEVERAL, NUMBER) if isinstance(case.task, fault.__mro__[1]))
    broken = dataclasses.replace(sound, task=fault(**dataclasses.asdict(sound.task)))
    assert law in TASK_CONTRACT.broken(broken)
    with pytest.raises(Broken, match=f"task: {law}: "):
        TASK_CONTRACT.check(broken)

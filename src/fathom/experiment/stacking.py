"""Whether nets of the user's own can be trained as one program, and whether that pays."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from fathom.engine.plans.loop import LoopPlan
from fathom.engine.plans.plan import Plan
from fathom.engine.plans.stacked import StackedPlan, same_make
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide

TRIED = 4
"""Members that a trial stacks."""

SMALL = 200_000
"""Parameters up to which members are stacked where no clock may decide."""


def why_alone(members: Sequence[Member], task: TaskSide, inputs: Tensor, targets: Tensor, *, deterministic: bool) -> str:
    """Why members are better trained one after another; "" where they are stacked.

    A few of them are copied and make a few steps both ways: the gradients must agree, and the stacked way must be faster.

    Args:
        members: nets that are trained with settings of one population.
        task: of all.
        inputs, targets: rows of train.
        deterministic: decide by size in place of the clock, so that the same bits come out on every machine.
    """
    if not same_make([m.net for m in members]):
        return "nets of different makes"
    rows = torch.arange(min(len(inputs), members[0].settings.rows_a_batch(len(inputs))), device=inputs.device)
    try:
        stacked = _tried(members, lambda p: StackedPlan(p, task))
    except RuntimeError as error:
        return _short(error)
    looped = _tried(members, lambda p: LoopPlan(p, task.loss))
    try:
        stacked.step(inputs, targets, rows)
    except RuntimeError as error:
        return _short(error)
    looped.step(inputs, targets, rows)
    apart = (stacked.population.gradient - looped.population.gradient).norm() / looped.population.gradient.norm().clamp_min(1e-30)
    if not float(apart) < 1e-3:
        return "stacked gradients differ from those of the single nets"
    if deterministic:
        return "" if stacked.population.layout.size <= SMALL else "large nets"
    quick, slow = (_seconds(plan, inputs, targets, rows) for plan in (stacked, looped))
    return "" if quick < slow else "one after another is faster"


def _tried(members: Sequence[Member], make: Callable[[Population], Plan]) -> Plan:
    """A plan over copies of the first members, in training mode."""
    copies = [Member(copy.deepcopy(m.net).train(), m.settings, m.rows, m.shift, m.scale) for m in members[:TRIED]]
    return make(Population.of(copies, rows=1))


def _seconds(plan: Plan, inputs: Tensor, targets: Tensor, rows: Tensor) -> float:
    """The median of a few steps."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        plan.step(inputs, targets, rows)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _short(error: RuntimeError) -> str:
    """The first line of torch's own words."""
    return str(error).strip().splitlines()[0][:160]

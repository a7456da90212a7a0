"""Which plan a population is computed by: for one net from shapes, never from a clock."""

from __future__ import annotations

from fathom.engine.dense.plan import DensePlan
from fathom.engine.plans.loop import LoopPlan
from fathom.engine.plans.plan import Plan
from fathom.engine.population import Population
from fathom.engine.task import TaskSide


def plan_for(population: Population, task: TaskSide) -> Plan:
    """The dense plan for a fully connected net of the catalogue, else the loop."""
    if task.record is not None and population.members[0].settings.precision != "bfloat16":
        return DensePlan(population, task.record, task.losses_and_slopes)
    return LoopPlan(population, task.loss)

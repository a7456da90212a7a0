"""Which plan a population is computed by: from what it is, never from a clock."""

from __future__ import annotations

from fathom.engine.dense.plan import DensePlan
from fathom.engine.plans.loop import LoopPlan
from fathom.engine.plans.plan import Plan
from fathom.engine.plans.stacked import StackedPlan
from fathom.engine.population import Population
from fathom.engine.task import TaskSide


def plan_for(population: Population, task: TaskSide) -> Plan:
    """The dense plan for fully connected nets of the catalogue, the stacked one for several other nets, the loop for one.

    Whether several other nets may be stacked at all is asked before they are made a population.
    """
    if task.record is not None and population.members[0].settings.precision != "bfloat16":
        return DensePlan(population, task.record, task.losses_and_slopes)
    return StackedPlan(population, task) if len(population) > 1 else LoopPlan(population, task.loss)

"""One net through the engine, step by step or whole, for tests that compare it with something else."""

from __future__ import annotations

import torch

from fathom.engine.plans.loop import LoopPlan
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.engine.training import Job, train


def steps(net, loss, settings, inputs, targets, count):
    """`count` full-batch updates; yields J before each of them, then theta (P,) is that of the net's tensors."""
    population = Population.of([Member(net, settings)], len(inputs))
    plan = LoopPlan(population, loss)
    for _ in range(count):
        penalty = population.penalties()[0]
        data_term = plan.step(inputs, targets, torch.arange(len(inputs)))
        population.update([1.0])
        yield float(data_term) / len(inputs) + penalty


def theta_of(net):
    return torch.cat([p.detach().reshape(-1) for p in net.parameters()])


def job(net, inputs, targets, loss, settings, *, record=None, **more):
    return Job(members=[Member(net, settings)], inputs=inputs, targets=targets, task=TaskSide(loss, None, record), **more)


def history_of(one):
    """Train the job of a single net; its history, or its divergence raised."""
    (track,), seconds = train(one)
    if track.diverged is not None:
        raise track.diverged
    return track.history(seconds)

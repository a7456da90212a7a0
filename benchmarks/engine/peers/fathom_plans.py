"""fathom's engine without the rest of fathom: K members as one program, or one after another."""

from __future__ import annotations

import time

import torch

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.timing import Asked, Timing
from benchmarks.engine.torch_nets import loss_of, module, size, tensors
from fathom.core.dense import DenseNet
from fathom.core.records.settings import Settings
from fathom.engine.chunks import chunks_of, members_at_once
from fathom.engine.population import Member
from fathom.engine.task import TaskSide
from fathom.engine.threads import use_threads
from fathom.engine.training import Job, train
from fathom.tasks.multiclass import MultiClass


def timed(case: Case, asked: Asked, *, dense: bool = False, together: bool = True) -> Timing:
    """Train K nets; errors are not measured, J of each epoch is, because it comes from the steps themselves."""
    inputs, targets = tensors(case)
    task = MultiClass(classes=tuple(map(str, range(case.classes))))
    record = DenseNet(sizes=case.sizes, activation="relu", dropout=(0.0,) * (len(case.sizes) - 2)) if dense else None
    side = TaskSide(task.loss, task.slope, record)
    seconds, steps = 0.0, 0
    started = time.perf_counter()
    members = [
        Member(module(case, k), Settings(learning_rate=rate, batch_size=case.batch, epochs=asked.epochs, seed=k, data_seed=asked.seed))
        for k, rate in enumerate(rates(asked.members, each=asked.each))
    ]
    with use_threads(asked.threads):
        at_once = members_at_once(size(members[0].net)) if together else 1
        for part in chunks_of(members, at_once):
            tracks, took = train(Job(members=part, inputs=inputs, targets=targets, task=side))
            seconds += took
            steps += sum(track.epochs[-1].updates for track in tracks)
    call = time.perf_counter() - started
    net = members[0].net
    torch.set_num_threads(asked.threads)
    return Timing(seconds=seconds, call=call, steps=steps, parameters=size(net), loss=loss_of(net, case))

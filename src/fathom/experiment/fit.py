"""From an experiment to a run: fit one net, or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from fathom.core.exceptions import TrainingDiverged
from fathom.core.expectations import refuse
from fathom.core.records.experiment import Experiment
from fathom.core.records.history import History
from fathom.core.records.settings import Settings
from fathom.core.seeding import derive
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits
from fathom.engine.loop import Job, Progress, train
from fathom.engine.step import outputs_of
from fathom.engine.threads import threads_for, use_threads
from fathom.experiment.arguments import sort_arguments
from fathom.experiment.build import Built, NetLike, build, check_fit, device_of, dtype_of
from fathom.experiment.findings import findings_of, skewed
from fathom.experiment.outcome import outcome
from fathom.experiment.ready import Ready, make_ready
from fathom.experiment.run import Run, identity_of
from fathom.experiment.sample_size import AT_THE_END, WHILE_TRAINING, subset
from fathom.experiment.task import task_of
from fathom.experiment.tensors import Pair, pair
from fathom.nets.catalogue import entry
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl


def fit(
    splits: Splits | Dataset | Ready,
    *,
    net: NetLike = "mlp",
    progress: Progress | None = None,
    announce: Callable[[Experiment], None] | None = None,
    **arguments: Any,
) -> Run:
    """Train one net on train, measure it on train, train_dev and dev; test stays sealed.

    Without further arguments the fit learns: Adam at 0.001, mini-batches of 64, enough epochs for 2,000 updates.

    Args:
        splits: from `fathom.split`; a Dataset is split by the rule of sizes first.
        net: a name of the catalogue ("mlp", "logistic", "softmax", "linear"), a torch module (trained in place), or a
            callable that builds one, with (inputs, outputs) or with nothing.
        progress: called with updates done, updates in all, and a text.
        announce: called with the experiment once it is settled, before the training.
        **arguments: settings (`Settings` lists them) and the net's own arguments, by name; lr, keep_prob and lambd are read too.

    Returns:
        The run: the trained net, its history, its errors by role.

    Raises:
        UnusableInput: an argument that is unknown or outside its range.
        TrainingDiverged: J became infinite or NaN; the message names the epoch and what to try.

    Example:
        >>> import fathom
        >>> run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=20)
        >>> bool(run.errors["dev"].mean() < 0.1)
        True
    """
    return _fit(make_ready(splits), net, progress, arguments, announce)


def fit_many(
    splits: Splits | Dataset,
    *,
    settings: Sequence[Mapping[str, Any]],
    net: NetLike = "mlp",
    progress: Progress | None = None,
    **arguments: Any,
) -> list[Run]:
    """Train one net for each of several settings, on the same splits, prepared once.

    A member that diverges does not end the others: its run has `history.stopped == "diverged"`, no errors, and a finding.

    Args:
        splits: as in `fit`.
        settings: one mapping of arguments a member, on top of `arguments`.
        net: as in `fit`; a module is refused, because every member needs one of its own.
        progress: as in `fit`, for each member in turn.
        **arguments: what all members share.

    Raises:
        UnusableInput: no settings, or a module in place of a builder.
    """
    if not settings or not all(isinstance(member, Mapping) for member in settings):
        raise refuse("`settings`", expected="at least one mapping of arguments", got=repr(settings)[:80])
    if isinstance(net, nn.Module):
        raise refuse("`net`", expected="a name or a callable that builds a module", got="a module", fix="pass lambda: MyNet(...)")
    ready = make_ready(splits)
    return [_member(ready, net, progress, {**arguments, **member}) for member in settings]


def _member(ready: Ready, net: NetLike, progress: Progress | None, arguments: dict[str, Any]) -> Run:
    try:
        return _fit(ready, net, progress, arguments)
    except TrainingDiverged as diverged:
        return Run.diverged(ready, str(diverged), arguments)


def _fit(
    ready: Ready,
    net: NetLike,
    progress: Progress | None,
    arguments: Mapping[str, Any],
    announce: Callable[[Experiment], None] | None = None,
) -> Run:
    net_arguments = entry(net).arguments if isinstance(net, str) else None
    for_settings, for_net = sort_arguments(arguments, net_arguments)
    rows = len(ready.prepared.targets["train"])
    settings = Settings(**for_settings).at(rows=rows)
    if settings.early_stopping and not len(ready.prepared.targets.get("dev", ())):
        raise refuse("`early_stopping`", expected="a dev set to stop by", got="splits without one")
    target = ready.splits.target
    task = task_of(target, ready.prepare, settings)
    with torch.random.fork_rng():  # a user's own module may draw from torch's global generator
        torch.manual_seed(derive(settings.seed, "global"))
        built = build(net, inputs=len(ready.prepare.names), outputs=task.outputs, settings=settings, arguments=for_net, kind=target.kind)
        experiment = _experiment(ready, built, settings)
        if announce is not None:
            announce(experiment)
        history, tables = _train(ready, built, task, settings, progress)
    findings = (*ready.findings, *findings_of(history, settings, rows), *skewed(ready, settings))
    return Run(
        experiment=experiment,
        target=target,
        task=task,
        prepare=ready.prepare,
        net=built.module,
        history=history,
        tables=tables,
        findings=findings,
        ready=ready,
        plan={"threads": threads_for(settings.rows_a_batch(rows), built.parameters), "device": device_of(settings).type},
    )


def _train(
    ready: Ready, built: Built, task: Task, settings: Settings, progress: Progress | None
) -> tuple[History, dict[str, pl.DataFrame]]:
    """Train the built net; returns the history and what it says of every role but test."""
    pairs = _pairs(ready, settings)
    check_fit(built, pairs["train"].inputs[:2], task.outputs, settings.rows_a_batch(len(pairs["train"])))
    with use_threads(threads_for(settings.rows_a_batch(len(pairs["train"])), built.parameters)):
        history = train(_job(built, task, settings, pairs, progress))
        tables = {role: outcome(built.module, task, ready.splits.target, *_measured(ready, pairs, role)) for role in pairs}
    return history, tables


def _experiment(ready: Ready, built: Built, settings: Settings) -> Experiment:
    train = ready.splits.train
    return Experiment(
        data={
            "name": train.name,
            "path": train.path,
            "digest": train.digest,
            "generated": train.generated,
            "columns": [c.to_json() for c in train.columns],
            **identity_of(ready.splits),
        },
        net=built.name,
        arguments=built.arguments,
        shape=built.shape,
        parameters=built.parameters,
        settings=settings,
        rows={role: len(targets) for role, targets in ready.prepared.targets.items()},
        features=len(ready.prepare.names),
    )


def _pairs(ready: Ready, settings: Settings) -> dict[str, Pair]:
    """Tensors of the roles that a fit may see."""
    device, dtype = device_of(settings), dtype_of(settings)
    seen = [role for role in ready.prepared.targets if role != "test"]
    return {role: pair(ready.prepared.inputs[role], ready.prepared.targets[role], device=device, dtype=dtype) for role in seen}


def _job(built: Built, task: Task, settings: Settings, pairs: dict[str, Pair], progress: Progress | None) -> Job:
    watched = {role: p.take(subset(len(p), WHILE_TRAINING, settings.seed)) for role, p in pairs.items()}

    def measure() -> dict[str, float]:
        numbers = {}
        for role, p in watched.items():
            outputs = outputs_of(built.module, p.inputs)
            numbers[role] = task.errors(outputs, p.targets).rate
            if role == "dev" and settings.early_stopping:
                numbers["dev_loss"] = float(task.loss(outputs, p.targets).double().mean())
        return numbers

    return Job(
        net=built.module,
        inputs=pairs["train"].inputs,
        targets=pairs["train"].targets,
        loss=task.loss,
        settings=settings,
        measure=measure,
        measured_rows=sum(map(len, watched.values())),
        progress=progress,
    )


def _measured(ready: Ready, pairs: dict[str, Pair], role: str) -> tuple[Pair, Any, Any]:
    """Tensors, ids and groups of the rows of a role that the ladder is measured on."""
    rows = subset(len(pairs[role]), AT_THE_END, 0) if role == "train" else slice(None)
    ids, groups = ready.prepared.ids[role][rows], ready.prepared.groups.get(role)
    taken = pairs[role] if isinstance(rows, slice) else pairs[role].take(rows)
    return taken, ids, None if groups is None else groups[rows]

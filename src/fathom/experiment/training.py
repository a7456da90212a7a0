"""From candidates to trained nets: those that are alike train as one program, the others one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from fathom.core.exceptions import TrainingDiverged
from fathom.core.records.history import History
from fathom.core.records.settings import Settings
from fathom.core.seeding import derive
from fathom.engine.checkpoints import Checkpoints
from fathom.engine.population import Member
from fathom.engine.task import TaskSide
from fathom.engine.threads import threads_for, use_threads
from fathom.engine.track import Track
from fathom.engine.training import Job, Outputs, Progress, train
from fathom.experiment.build import check_fit, device_of, dtype_of
from fathom.experiment.candidate import Candidate
from fathom.experiment.outcome import outcome
from fathom.experiment.ready import Ready
from fathom.experiment.sample_size import AT_THE_END, WHILE_TRAINING, subset
from fathom.experiment.saving import versions
from fathom.experiment.stacking import why_alone
from fathom.experiment.tensors import Pair, pair
from fathom.nets.seeded import seeded_dropout
from fathom.nets.untouched import untouched_random
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 64
"""Members that are trained as one program at most."""


@dataclass(frozen=True)
class Trained:
    """What a training made of a candidate.

    Attributes:
        history: epoch by epoch.
        tables: what the net says of every role but test; none where it diverged.
        plan: what the bits depend on besides seed and versions.
        diverged: what went wrong, where it diverged.
    """

    history: History
    tables: dict[str, pl.DataFrame]
    plan: Mapping[str, Any]
    diverged: TrainingDiverged | None = None


def train_all(
    ready: Ready,
    candidates: Sequence[Candidate],
    progress: Progress | None,
    *,
    deterministic: bool = False,
    checkpoints: Checkpoints | None = None,
) -> dict[int, Trained]:
    """Train the modules of all candidates in place.

    Args:
        ready: the data.
        candidates: the nets.
        progress: told of updates done, updates in all, and the latest figures.
        deterministic: no clock decides anything.
        checkpoints: of a single candidate; a training that was cut off goes on from there.

    Returns:
        By place in `candidates`, what became of them. After Ctrl-C those are missing whose first epoch was not finished;
        where there is none at all it goes through to the caller.
    """
    chunks = list(_chunks(candidates))
    told = _told(progress, chunks, candidates)
    done: dict[int, Trained] = {}
    for chunk, tell in zip(chunks, told, strict=True):
        try:
            trained = _train(ready, [candidates[place] for place in chunk], tell, deterministic, checkpoints)
        except KeyboardInterrupt:
            if not done:
                raise
            break
        done |= zip(chunk, trained, strict=False)  # fewer, where the program was interrupted
        if any(t.history.stopped == "interrupted" for t in trained):
            break
    return dict(sorted(done.items()))


def _chunks(candidates: Sequence[Candidate]) -> Iterator[list[int]]:
    """The places of candidates that train together."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, candidate in enumerate(candidates):
        groups.setdefault(candidate.alike, []).append(place)
    for group in groups.values():
        yield from (group[start : start + AT_ONCE] for start in range(0, len(group), AT_ONCE))


def _told(progress: Progress | None, chunks: Sequence[Sequence[int]], candidates: Sequence[Candidate]) -> list[Progress | None]:
    """The progress of each chunk as a part of the whole, counted in updates of single nets."""
    if progress is None:
        return [None] * len(chunks)
    updates = [len(chunk) * updates_of(candidates[chunk[0]]) for chunk in chunks]

    def teller(number: int) -> Progress:
        before, size = sum(updates[:number]), len(chunks[number])
        return lambda done, total, text: progress(before + size * done, sum(updates), text)

    return [teller(number) for number in range(len(chunks))]


def updates_of(candidate: Candidate) -> int:
    """The updates of a candidate's training."""
    return candidate.settings.updates_an_epoch(candidate.experiment.rows["train"]) * (candidate.settings.epochs or 1)


def _train(
    ready: Ready, candidates: Sequence[Candidate], progress: Progress | None, deterministic: bool, checkpoints: Checkpoints | None
) -> list[Trained]:
    """Train candidates that are alike: as one program where that can be done and pays, else one after another."""
    settings = candidates[0].settings
    pairs = _pairs(ready, settings)
    measured = {role: _measured(ready, pairs, role) for role in pairs}
    with ExitStack() as lent:
        for candidate in candidates:
            lent.enter_context(seeded_dropout(candidate.built.module))
        why = _why_alone(candidates, pairs["train"], deterministic)
        done: list[Trained] = []
        for part in [[c] for c in candidates] if why else [candidates]:
            tracks, seconds, plan = _program(part, pairs, progress, checkpoints)
            plan |= {"alone": why} if why and len(candidates) > 1 else {}
            for candidate, track in zip(part, tracks, strict=True):
                tables = {} if track.diverged else {role: _outcome(ready, candidate, *parts) for role, parts in measured.items()}
                done.append(Trained(track.history(seconds), tables, plan, track.diverged))
            if tracks[0].stopped == "interrupted":
                break
    return done


def _why_alone(candidates: Sequence[Candidate], pair: Pair, deterministic: bool) -> str:
    """Why candidates that are alike are better trained one after another; "" where they are not."""
    if candidates[0].dense or len(candidates) == 1:
        return ""
    task = candidates[0].task
    check_fit(candidates[0].built, pair.inputs[:2], task.outputs, candidates[0].settings.rows_a_batch(len(pair)))
    with untouched_random():
        side = TaskSide(task.loss, task.slope)
        return why_alone([_member(c) for c in candidates], side, pair.inputs, pair.targets, deterministic=deterministic)


def _program(
    candidates: Sequence[Candidate], pairs: dict[str, Pair], progress: Progress | None, checkpoints: Checkpoints | None
) -> tuple[list[Track], float, dict[str, Any]]:
    """Train candidates as one program; their tracks, the seconds, and what the bits depend on."""
    first, rows = candidates[0], len(pairs["train"])
    batch = first.settings.rows_a_batch(rows)
    check_fit(first.built, pairs["train"].inputs[:2], first.task.outputs, batch)
    threads = threads_for(batch, len(candidates) * first.built.parameters)
    name = "dense" if first.dense else "stacked" if len(candidates) > 1 else "loop"
    plan = {"plan": name, "members": len(candidates), "threads": threads, "device": device_of(first.settings).type}
    if checkpoints is not None:
        checkpoints.identity = {**first.experiment.to_json(), **plan, **versions()}
    with torch.random.fork_rng(), use_threads(threads):  # a user's own module may draw from torch's global generator
        torch.manual_seed(derive(first.settings.seed, "global"))
        tracks, seconds = train(_job(candidates, pairs, progress, checkpoints))
    return tracks, seconds, plan


def _member(candidate: Candidate) -> Member:
    return Member(candidate.built.module, candidate.settings)


def _outcome(ready: Ready, candidate: Candidate, taken: Pair, ids: Any, groups: Any) -> pl.DataFrame:
    return outcome(candidate.built.module, candidate.task, ready.splits.target, taken, ids, groups)


def _pairs(ready: Ready, settings: Settings) -> dict[str, Pair]:
    """Tensors of the roles that a fit may see."""
    device, dtype = device_of(settings), dtype_of(settings)
    seen = [role for role in ready.prepared.targets if role != "test"]
    return {role: pair(ready.prepared.inputs[role], ready.prepared.targets[role], device=device, dtype=dtype) for role in seen}


def _job(candidates: Sequence[Candidate], pairs: dict[str, Pair], progress: Progress | None, checkpoints: Checkpoints | None) -> Job:
    task, settings, record = candidates[0].task, candidates[0].settings, candidates[0].built.record
    watched = {role: p.take(subset(len(p), WHILE_TRAINING, 0)) for role, p in pairs.items()}

    def measure(outputs: Outputs) -> list[dict[str, float]]:
        numbers: list[dict[str, float]] = []
        for role, p in watched.items():
            for place, of_member in enumerate(outputs(p.inputs)):
                if place == len(numbers):
                    numbers.append({})
                numbers[place] |= _numbers(task, role, of_member, p.targets, early_stopping=bool(settings.early_stopping))
        return numbers

    return Job(
        members=[_member(c) for c in candidates],
        inputs=pairs["train"].inputs,
        targets=pairs["train"].targets,
        task=TaskSide(task.loss, task.slope, record),
        measure=measure,
        measured_rows=sum(map(len, watched.values())),
        progress=progress,
        checkpoints=checkpoints,
    )


def _numbers(task: Task, role: str, outputs: Tensor, targets: Tensor, *, early_stopping: bool) -> dict[str, float]:
    """The error of a role, and the dev loss where early stopping wants it for ties."""
    numbers = {role: task.errors(outputs, targets).rate}
    if role == "dev" and early_stopping:
        numbers["dev_loss"] = float(task.loss(outputs, targets).double().mean())
    return numbers


def _measured(ready: Ready, pairs: dict[str, Pair], role: str) -> tuple[Pair, Any, Any]:
    """Tensors, ids and groups of the rows of a role that the ladder is measured on."""
    rows = subset(len(pairs[role]), AT_THE_END, 0) if role == "train" else slice(None)
    ids, groups = ready.prepared.ids[role][rows], ready.prepared.groups.get(role)
    taken = pairs[role] if isinstance(rows, slice) else pairs[role].take(rows)
    return taken, ids, None if groups is None else groups[rows]

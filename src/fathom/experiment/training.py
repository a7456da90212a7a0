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
from fathom.core.seeding import derive
from fathom.engine.checkpoints import Checkpoints
from fathom.engine.chunks import chunks_of, members_at_once, out_of_memory
from fathom.engine.measured import Measured
from fathom.engine.population import Member
from fathom.engine.task import TaskSide
from fathom.engine.threads import threads_for, use_threads
from fathom.engine.track import Track, restore, snapshot
from fathom.engine.training import Job, Outputs, Progress, train
from fathom.experiment.augmented import alter_of
from fathom.experiment.blocks import Blocks, tensors_of
from fathom.experiment.build import check_fit, device_of
from fathom.experiment.candidate import Candidate
from fathom.experiment.outcome import outcome
from fathom.experiment.sample_size import AT_THE_END, WHILE_TRAINING, subset
from fathom.experiment.saving import versions
from fathom.experiment.stacking import why_alone
from fathom.experiment.tensors import Pair
from fathom.nets.seeded import seeded_dropout
from fathom.nets.untouched import untouched_random
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl

STACKED = 2**27
"""Numbers in the stacked inputs of members that read rows of their own: half a gibibyte in float32."""


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
    candidates: Sequence[Candidate],
    progress: Progress | None,
    *,
    deterministic: bool = False,
    checkpoints: Checkpoints | None = None,
) -> dict[int, Trained]:
    """Train the modules of all candidates in place.

    Args:
        candidates: the nets, each with its data; those on other rows of as many examples and features join the same program.
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
            trained = _train([candidates[place] for place in chunk], tell, deterministic, checkpoints)
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
        yield from chunks_of(group, _at_once([candidates[place] for place in group]))


def _at_once(candidates: Sequence[Candidate]) -> int:
    """Members of one program at most; fewer where each has large blocks of rows of its own."""
    first = candidates[0]
    most = members_at_once(first.built.parameters, device_of(first.settings).type)
    if all(c.ready is first.ready for c in candidates):
        return most
    return min(most, max(1, STACKED // (first.experiment.rows["train"] * first.experiment.features)))


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
    candidates: Sequence[Candidate], progress: Progress | None, deterministic: bool, checkpoints: Checkpoints | None
) -> list[Trained]:
    """Train candidates that are alike: as one program where that can be done and pays, else one after another."""
    tensors = tensors_of(candidates)
    with ExitStack() as lent:
        for candidate in candidates:
            lent.enter_context(seeded_dropout(candidate.built.module))
        why = _why_alone(candidates, Blocks.of(candidates, tensors), deterministic)
        done: list[Trained] = []
        parts = [[c] for c in candidates] if why else [list(candidates)]
        while parts:
            part = parts.pop(0)
            made = _program_if_it_fits(part, Blocks.of(part, tensors), progress, checkpoints)
            if made is None:  # there was not memory enough
                parts[:0] = [part[: len(part) // 2], part[len(part) // 2 :]]
                continue
            tracks, seconds, plan = made
            plan |= {"alone": why} if why and len(candidates) > 1 else {}
            for candidate, track in zip(part, tracks, strict=True):
                tables = {} if track.diverged else _tables(candidate, tensors[id(candidate.ready)])
                done.append(Trained(track.history(seconds), tables, plan, track.diverged))
            if tracks[0].stopped == "interrupted":
                break
    return done


def _why_alone(candidates: Sequence[Candidate], blocks: Blocks, deterministic: bool) -> str:
    """Why candidates that are alike are better trained one after another; "" where they are not."""
    if candidates[0].dense or len(candidates) == 1:
        return ""
    task, train = candidates[0].task, blocks.train
    check_fit(candidates[0].built, train.inputs[:2], task.outputs, _batch(candidates[0]))
    with untouched_random():
        side = TaskSide(task.loss, task.slope)
        return why_alone([_member(c) for c in candidates], side, train.inputs, train.targets, deterministic=deterministic)


def _program_if_it_fits(
    candidates: Sequence[Candidate], blocks: Blocks, progress: Progress | None, checkpoints: Checkpoints | None
) -> tuple[list[Track], float, dict[str, Any]] | None:
    """`_program`; None, with the nets as they were, where several do not fit into the memory together."""
    before = [snapshot(c.built.module) for c in candidates] if len(candidates) > 1 else []
    try:
        return _program(candidates, blocks, progress, checkpoints)
    except RuntimeError as error:
        if not before or not out_of_memory(error):
            raise
    for candidate, kept in zip(candidates, before, strict=True):
        for tensor in (*candidate.built.module.parameters(), *candidate.built.module.buffers()):
            tensor.data = tensor.detach().clone()  # no longer a view of the population's
        restore(candidate.built.module, kept)
    return None


def _program(
    candidates: Sequence[Candidate], blocks: Blocks, progress: Progress | None, checkpoints: Checkpoints | None
) -> tuple[list[Track], float, dict[str, Any]]:
    """Train candidates as one program; their tracks, the seconds, and what the bits depend on."""
    first, batch = candidates[0], _batch(candidates[0])
    check_fit(first.built, blocks.train.inputs[:2], first.task.outputs, batch)
    threads = threads_for(batch, len(candidates) * max(first.built.work, first.built.parameters))
    name = "dense" if first.dense else "stacked" if len(candidates) > 1 else "loop"
    plan = {"plan": name, "members": len(candidates), "threads": threads, "device": device_of(first.settings).type}
    if checkpoints is not None:
        checkpoints.identity = {**first.experiment.to_json(), **plan, **versions()}
    with torch.random.fork_rng(), use_threads(threads):  # a user's own module may draw from torch's global generator
        torch.manual_seed(derive(first.settings.seed, "global"))
        tracks, seconds = train(_job(candidates, blocks, progress, checkpoints))
    return tracks, seconds, plan


def _batch(candidate: Candidate) -> int:
    """Rows of a mini-batch."""
    return candidate.settings.rows_a_batch(candidate.experiment.rows["train"])


def _member(candidate: Candidate, rows: Tensor | None = None) -> Member:
    return Member(candidate.built.module, candidate.settings, rows, alter=alter_of(candidate.settings, candidate.ready))


def _job(candidates: Sequence[Candidate], blocks: Blocks, progress: Progress | None, checkpoints: Checkpoints | None) -> Job:
    task, record = candidates[0].task, candidates[0].built.record
    watched = [{role: p.take(subset(len(p), WHILE_TRAINING, 0)) for role, p in roles.items()} for roles in _distinct(blocks)]

    def measure(outputs: Outputs, whole: bool) -> list[Measured]:
        looked_at = _looked_at(watched[0], whole)
        by_role = [outputs(p.inputs) for _, p in looked_at]
        return [_measured(candidates[0], looked_at, of_member) for of_member in zip(*by_role, strict=True)]

    def measure_member(place: int, outputs: Outputs, whole: bool) -> Measured:
        looked_at = _looked_at(watched[place], whole)
        return _measured(candidates[place], looked_at, [outputs(p.inputs) for _, p in looked_at])

    return Job(
        members=[_member(c, rows) for c, rows in zip(candidates, blocks.rows, strict=True)],
        inputs=blocks.train.inputs,
        targets=blocks.train.targets,
        task=TaskSide(task.loss, task.slope, record),
        measure=measure if blocks.shared else None,
        measure_member=None if blocks.shared else measure_member,
        measured_rows=max(sum(map(len, roles.values())) for roles in watched),
        progress=progress,
        checkpoints=checkpoints,
    )


def _looked_at(roles: Mapping[str, Pair], whole: bool) -> list[tuple[str, Pair]]:
    """The roles of a measurement: all of them, or dev alone."""
    return [(role, p) for role, p in roles.items() if whole or role == "dev"]


def _distinct(blocks: Blocks) -> Sequence[Mapping[str, Pair]]:
    """The tensors by role that are measured: once where all share them, else by candidate."""
    return blocks.roles[:1] if blocks.shared else blocks.roles


def _measured(candidate: Candidate, roles: Sequence[tuple[str, Pair]], outputs: Sequence[Tensor]) -> Measured:
    """The errors by role, and the dev loss where early stopping may want it for ties."""
    task = candidate.task
    errors = {role: task.errors(said, p.targets).rate for (role, p), said in zip(roles, outputs, strict=True)}
    if not candidate.settings.early_stopping or "dev" not in errors:
        return Measured(errors)
    said, targets = next((said, p.targets) for (role, p), said in zip(roles, outputs, strict=True) if role == "dev")
    return Measured(errors, lambda: _mean_loss(task, said, targets))


def _mean_loss(task: Task, outputs: Tensor, targets: Tensor) -> float:
    with torch.no_grad():
        return float(task.loss(outputs, targets).double().mean())


def _tables(candidate: Candidate, pairs: Mapping[str, Pair]) -> dict[str, pl.DataFrame]:
    """What a trained net says of every role, of the rows that the ladder is measured on."""
    return {role: _table(candidate, role, p) for role, p in pairs.items()}


def _table(candidate: Candidate, role: str, pair: Pair) -> pl.DataFrame:
    ready = candidate.ready
    rows = subset(len(pair), AT_THE_END, 0) if role == "train" else slice(None)
    ids, groups = ready.prepared.ids[role][rows], ready.prepared.groups.get(role)
    taken = pair if isinstance(rows, slice) else pair.take(rows)
    return outcome(candidate.built.module, candidate.task, ready.splits.target, taken, ids, None if groups is None else groups[rows])

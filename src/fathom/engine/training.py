"""The training loop of a population, of one net or of many: the one place of the engine with side effects."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from fathom.core.records.history import Epoch
from fathom.engine.altering import batches_of
from fathom.engine.checkpoints import Checkpoints
from fathom.engine.choice import plan_for
from fathom.engine.measured import NOTHING, Measured
from fathom.engine.order_of_members import Order
from fathom.engine.plans.plan import Plan
from fathom.engine.population import Member, Population
from fathom.engine.resumption import Position, put_back, taken
from fathom.engine.schedules import Factors
from fathom.engine.task import TaskSide
from fathom.engine.track import Track

Outputs = Callable[[Tensor], Tensor]
"""Inputs (n, ...) -> the raw outputs (K, n, width) of all members in evaluation mode."""

Measure = Callable[[Outputs, bool], Sequence[Measured]]
"""What each member does wrong by role; on dev alone where the second argument is False."""

MeasureMember = Callable[[int, Outputs, bool], Measured]
"""The same of the member at a place of the job, from its own outputs: inputs (n, ...) -> (n, width)."""

Progress = Callable[[int, int, str], None]
"""Updates done, updates in all, a text with the latest figures."""

STEPS_BETWEEN_LOOKS = 256
"""Losses are fetched from the device, and looked at, once in so many steps."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the loop trains.

    Attributes:
        members: of one population: the same shape, optimizer, batch size and number of epochs.
        inputs, targets: (m, ...) and (m,) tensors on the device.
        task: the loss, and its derivative where there is one.
        measure: called at intervals; None measures nothing.
        measure_member: the same of the member at a place, where members are measured on rows of their own.
        measured_rows: rows that a measurement evaluates with each member; the interval follows from it.
        progress: called now and then.
        checkpoints: where to write them, and where to go on from the newest; None keeps none.
    """

    members: Sequence[Member]
    inputs: Tensor
    targets: Tensor
    task: TaskSide
    measure: Measure | None = None
    measure_member: MeasureMember | None = None
    measured_rows: int = 0
    progress: Progress | None = None
    checkpoints: Checkpoints | None = None


def interval(job: Job) -> int:
    """Epochs between two measurements: at most a tenth of the examples that are trained on are evaluated, but a run is
    measured at least ten times. With early stopping dev is measured in the epochs between as well.
    """
    epochs = job.members[0].settings.epochs or 1
    own = job.members[0].rows
    cheap = math.ceil(10 * job.measured_rows / max(1, len(job.inputs) if own is None else len(own)))
    return max(1, min(cheap, epochs // 10))


def train(job: Job) -> tuple[list[Track], float]:
    """Train the modules of all members in place.

    Ctrl-C ends the training with the epochs that are finished (`Track.stopped` says "interrupted"); before the first is
    finished it goes through to the caller. A member that diverges is retired alone.

    Returns:
        One track a member, in their order, and the seconds that they took together. With early stopping a net holds the
        weights of its best measured epoch.
    """
    running = _Running.begin(job)
    try:
        for epoch in range(running.resume(), running.epochs + 1):
            running.one_epoch(epoch)
            if not running.active:
                break
    except KeyboardInterrupt:
        if not any(t.epochs for t in running.tracks):
            raise
        running.back_to_the_last_epoch()
    seconds = time.perf_counter() - running.started
    running.population.keep([])
    for track in running.tracks:
        track.finish()
    return running.tracks, seconds


@dataclass
class _Running:
    """A training under way."""

    job: Job
    population: Population
    plan: Plan
    tracks: list[Track]
    active: list[int]
    order: Order
    factors: Factors
    every: int
    started: float = field(default_factory=time.perf_counter)
    finished: tuple[Tensor, dict[str, Tensor]] | None = None
    resumed: Position | None = None

    @classmethod
    def begin(cls, job: Job) -> _Running:
        population = Population.of(job.members, len(job.inputs))
        tracks = [Track(m.net, m.settings) for m in job.members]
        order = Order(job.members, len(job.inputs), job.inputs.device)
        plan = plan_for(population, job.task)
        settings = [m.settings for m in job.members]
        return cls(job, population, plan, tracks, list(range(len(tracks))), order, Factors(settings, order.steps), interval(job))

    @property
    def epochs(self) -> int:
        """Of every member."""
        return self.job.members[0].settings.epochs or 1

    def one_epoch(self, epoch: int) -> None:
        """Visit all rows once, measure where it is due, and write the epoch down."""
        self._mode(training=True)
        terms = self._pass(epoch)
        if not self.active:
            return
        norms = self.population.weight_norms()
        figures = list(zip(terms, self.population.penalties(norms), norms, strict=True))
        fine = [self.tracks[k].guard(epoch, a + b) for k, (a, b, _) in zip(self.active, figures, strict=True)]
        if not all(fine):
            figures = [of_member for of_member, good in zip(figures, fine, strict=True) if good]
            self._retire()
            if not self.active:
                return
        self._write_down(epoch, figures)
        self._retire()
        self.finished = (self.population.theta.clone(), {name: b.clone() for name, b in self.population.buffers.items()})
        self._checkpoint(Position(epoch + 1, 0, ()))
        self._report(epoch)

    def resume(self) -> int:
        """Go on from the newest checkpoint, where there is one; the epoch to begin with."""
        newest = None if self.job.checkpoints is None else self.job.checkpoints.newest()
        if newest is None:
            return 1
        self.active, self.resumed = put_back(newest, self.population, self.tracks)
        self.factors.keep(self.active)
        return self.resumed.epoch

    def _checkpoint(self, position: Position) -> None:
        if self.job.checkpoints is not None and self.job.checkpoints.due():
            self.job.checkpoints.write(*taken(self.population, self.tracks, self.active, position))

    def _write_down(self, epoch: int, figures: Sequence[tuple[float, float, float]]) -> None:
        """The data term, the penalty and the norm of the weights of each active member, and its errors where they are due."""
        measured = self._measure(epoch)
        for place, (k, (term, penalty, norm)) in enumerate(zip(self.active, figures, strict=True)):
            settings = self.tracks[k].settings
            rate = settings.learning_rate * self.factors.at(place, epoch, self.population.updates - 1)
            done = Epoch(
                epoch=epoch,
                J=term + penalty,
                data_term=term,
                penalty=penalty,
                errors=measured[place].errors,
                learning_rate=rate,
                weight_norm=norm,
                updates=self.population.updates,
            )
            self.tracks[k].add(done, measured[place].dev_loss)

    def _pass(self, epoch: int) -> list[float]:
        """All mini-batches of an epoch; returns the mean loss of an example, by active member."""
        job, totals, pending = self.job, [0.0] * len(self.active), []
        batches = self.order.of(epoch, self.population.members)
        if self.resumed is not None and self.resumed.batches:
            totals = list(self.resumed.totals)
        done = 0 if self.resumed is None else self.resumed.batches
        self.resumed = None
        for inputs, targets, rows in batches_of(job.inputs, job.targets, batches, self.population, epoch, behind=done):
            done += 1
            losses = self.plan.step(inputs, targets, rows)
            self.population.update(self.factors.of(epoch, self.population.updates))
            pending.append(losses)
            if len(pending) == STEPS_BETWEEN_LOOKS:
                totals = self._look(epoch, totals, pending)
                if not self.active:
                    return []
                self._checkpoint(Position(epoch, done, totals))
        totals = self._look(epoch, totals, pending)
        return [t / n for t, n in zip(totals, self.population.counts[: len(self.active)], strict=True)]

    def _look(self, epoch: int, totals: list[float], pending: list[Tensor]) -> list[float]:
        """Add the losses since the last look to the totals; a member that has already blown up is retired."""
        if pending:
            sums = torch.stack(pending).double().sum(0).tolist()
            totals = [t + s for t, s in zip(totals, sums, strict=True)]
            pending.clear()
        fine = [math.isfinite(t) or self.tracks[k].guard(epoch, t) for k, t in zip(self.active, totals, strict=True)]
        self._retire()
        self._report(epoch)
        return [t for t, good in zip(totals, fine, strict=True) if good]

    def _retire(self) -> None:
        """Go on without the members that have stopped."""
        going = [place for place, k in enumerate(self.active) if not self.tracks[k].stopped]
        if len(going) == len(self.active):
            return
        self.active = [self.active[place] for place in going]
        self.population.keep(going)
        self.factors.keep(going)

    def _measure(self, epoch: int) -> Sequence[Measured]:
        job, due = self.job, epoch % self.every == 0 or epoch in (1, self.epochs)
        watched = due or any(member.settings.early_stopping for member in self.population.members)
        if not (job.measure or job.measure_member) or not watched:
            return [NOTHING] * len(self.active)
        self._mode(training=False)
        with torch.no_grad():
            if job.measure_member is not None:
                return [job.measure_member(k, partial(self.plan.outputs_of, place), due) for place, k in enumerate(self.active)]
            return job.measure(self.plan.outputs, due) if job.measure else []

    def _mode(self, *, training: bool) -> None:
        """Put the modules in training or evaluation mode; passes derived by hand do not run them."""
        if self.plan.name != "dense":
            for member in self.population.members:
                member.net.train(training)

    def back_to_the_last_epoch(self) -> None:
        """After Ctrl-C: the weights of the last epoch that is in the histories."""
        for k in self.active:
            self.tracks[k].stopped = "interrupted"
        if self.finished is not None and len(self.finished[0]) == len(self.population.theta):
            theta, buffers = self.finished
            self.population.theta.copy_(theta)
            for name, b in self.population.buffers.items():
                b.copy_(buffers[name])

    def _report(self, epoch: int) -> None:
        if self.job.progress is None:
            return
        many = f"{len(self.active)} nets, " if len(self.tracks) > 1 else ""
        text = f"{many}epoch {epoch}/{self.epochs}" + (self.tracks[self.active[0]].progress() if self.active else "")
        self.job.progress(self.population.updates, self.order.steps, text)

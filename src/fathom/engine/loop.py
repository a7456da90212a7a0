"""The training loop: the one place of the engine with side effects."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from fathom.core.exceptions import TrainingDiverged
from fathom.core.records.history import Epoch, History
from fathom.core.records.settings import Settings
from fathom.engine.objective import Penalty
from fathom.engine.order import batches
from fathom.engine.state import State
from fathom.engine.step import Loss, Step, make_step, mode

Measure = Callable[[], Mapping[str, float]]
"""Errors by role in evaluation mode, and "dev_loss" for ties of early stopping."""

Progress = Callable[[int, int, str], None]
"""Updates done, updates in all, a text with the latest figures."""

BLOWN_UP = 1e6
"""A J this many times the first epoch's (at least 1) is divergence, even where it is still finite."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the loop trains.

    Attributes:
        net: the module; its parameters are changed in place.
        inputs, targets: (m, ...) and (m,) tensors on the device.
        loss: raw outputs and targets -> (B,).
        settings: with `epochs` decided.
        measure: called in evaluation mode at intervals; None measures nothing.
        measured_rows: rows that one call of `measure` evaluates; the interval follows from it.
        progress: called now and then.
    """

    net: nn.Module
    inputs: Tensor
    targets: Tensor
    loss: Loss
    settings: Settings
    measure: Measure | None = None
    measured_rows: int = 0
    progress: Progress | None = None


def interval(job: Job) -> int:
    """Epochs between two measurements: every epoch with early stopping; else at most a tenth of the examples that are
    trained on are evaluated, but a run is measured at least ten times.
    """
    if job.settings.early_stopping:
        return 1
    epochs = job.settings.epochs or 1
    cheap = math.ceil(10 * job.measured_rows / max(1, len(job.inputs)))
    return max(1, min(cheap, epochs // 10))


def train(job: Job) -> History:
    """Train `job.net` in place.

    Ctrl-C ends the training with the epochs that are finished (`History.stopped` says "interrupted"); before the first
    is finished it goes through to the caller.

    Returns:
        The history. With early stopping the net holds the weights of the best measured epoch.

    Raises:
        TrainingDiverged: J became infinite or NaN, or a million times what it was.
    """
    run = _Running.begin(job)
    started = time.perf_counter()
    stopped = ""
    try:
        for epoch in range(1, (job.settings.epochs or 1) + 1):
            run.one_epoch(epoch)
            if run.out_of_patience(epoch):
                stopped = "early"
                break
    except KeyboardInterrupt:
        if not run.epochs:
            raise
        stopped = "interrupted"
        run.state.restore(run.finished)  # the weights of the last epoch that is in the history
    if run.best is not None:
        run.state.restore(run.best)
    mode(job.net, False)
    return History(run.epochs, run.best_epoch, time.perf_counter() - started, stopped)


@dataclass
class _Running:
    """A training under way."""

    job: Job
    state: State
    step: Step
    penalty: Penalty
    every: int
    per_epoch: int
    epochs: list[Epoch] = field(default_factory=list)
    finished: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] | None = None
    best_epoch: int | None = None
    best_score: tuple[float, float] = (math.inf, math.inf)

    @classmethod
    def begin(cls, job: Job) -> _Running:
        rows = len(job.inputs)
        penalty = Penalty(l2=job.settings.l2, l1=job.settings.l1, rows=rows)
        state = State.start(job.net, job.settings)
        step = make_step(job.net, job.loss, job.settings, penalty)
        return cls(job, state, step, penalty, interval(job), job.settings.updates_an_epoch(rows))

    @property
    def total(self) -> int:
        return self.per_epoch * (self.job.settings.epochs or 1)

    def one_epoch(self, epoch: int) -> None:
        """Visit all rows once, measure where it is due, and write the epoch down."""
        mode(self.job.net, True)
        data_term, rate = self._pass(epoch)
        theta = self.state.theta
        penalty = float(self.penalty.value(theta.vector, theta.is_weight))
        self._guard(epoch, data_term + penalty)
        errors = self._measure(epoch)
        score = errors.pop("dev_loss", math.inf)
        self.epochs.append(
            Epoch(
                epoch=epoch,
                J=data_term + penalty,
                data_term=data_term,
                penalty=penalty,
                errors=errors,
                learning_rate=rate,
                weight_norm=theta.weight_norm(),
                updates=self.state.step,
            )
        )
        self.finished = self.state.snapshot()
        self._keep_best(epoch, errors, score)
        self._report(epoch)

    def _pass(self, epoch: int) -> tuple[float, float]:
        """All mini-batches of an epoch; returns the mean loss of an example and the last learning rate."""
        job, total, rate = self.job, 0.0, job_rate(self.job.settings, epoch, self.state.step, self.total)
        device = job.inputs.device
        pending: list[tuple[Tensor, int]] = []
        for rows in batches(len(job.inputs), epoch, job.settings):
            rate = job_rate(job.settings, epoch, self.state.step, self.total)
            self.state, value = self.step(self.state, job.inputs, job.targets, rows.to(device), rate)
            pending.append((value, len(rows)))
            if len(pending) == 256:
                total += self._collect(epoch, pending)
        return (total + self._collect(epoch, pending)) / len(job.inputs), rate

    def _collect(self, epoch: int, pending: list[tuple[Tensor, int]]) -> float:
        """Sum of the losses of all examples since the last call; stops a training that has already blown up."""
        if not pending:
            return 0.0
        values = torch.stack([v for v, _ in pending]).double().cpu()
        total = float((values * torch.tensor([n for _, n in pending], dtype=torch.float64)).sum())
        pending.clear()
        if not math.isfinite(total):
            self._guard(epoch, total)
        self._report(epoch)
        return total

    def _measure(self, epoch: int) -> dict[str, float]:
        last = self.job.settings.epochs or 1
        if self.job.measure is None or not (epoch % self.every == 0 or epoch in (1, last)):
            return {}
        mode(self.job.net, False)
        return dict(self.job.measure())

    def _guard(self, epoch: int, objective: float) -> None:
        """Raise where J is no longer a number to go by."""
        first = max(1.0, self.epochs[0].J) if self.epochs else max(1.0, objective if math.isfinite(objective) else 1.0)
        if math.isfinite(objective) and objective <= BLOWN_UP * first:
            return
        became = "NaN" if math.isnan(objective) else "infinite" if math.isinf(objective) else f"{objective:.3g}"
        rate = self.job.settings.learning_rate
        raise TrainingDiverged(
            f"Training diverged in epoch {epoch} of {self.job.settings.epochs}: J became {became} "
            f"({self.job.settings.optimizer}, learning rate {rate:g}). "
            f"Try a learning rate of {rate / 10:g}, or clip_norm=1."
        )

    def _keep_best(self, epoch: int, errors: Mapping[str, float], dev_loss: float) -> None:
        """With early stopping, keep the weights of the lowest dev error; of equal ones the lower dev loss."""
        if not self.job.settings.early_stopping or "dev" not in errors:
            return
        score = (errors["dev"], dev_loss)
        if score < self.best_score:
            self.best_score, self.best_epoch, self.best = score, epoch, self.finished

    def out_of_patience(self, epoch: int) -> bool:
        """Whether early stopping has waited long enough."""
        patience = self.job.settings.early_stopping
        return bool(patience) and self.best_epoch is not None and epoch - self.best_epoch >= patience

    def _report(self, epoch: int) -> None:
        if self.job.progress is None:
            return
        text = f"epoch {epoch}/{self.job.settings.epochs}"
        if self.epochs:
            last = next((e for e in reversed(self.epochs) if e.errors), self.epochs[-1])
            text += f"  J {self.epochs[-1].J:.4g}" + "".join(f"  {role} {error:.2%}" for role, error in last.errors.items())
        self.job.progress(self.state.step, self.total, text)


def job_rate(settings: Settings, epoch: int, step: int, total: int) -> float:
    """The learning rate of the step after `step` steps out of `total`, in an epoch counted from 1."""
    schedule = settings.schedule
    if schedule is None:
        return settings.learning_rate
    rate = settings.learning_rate * schedule.factor(epoch, step / max(1, total))
    return rate * min(1.0, (step + 1) / schedule.warmup) if schedule.warmup else rate

"""What a training itself shows: unfinished, interrupted, too weak a penalty."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from fathom.core.records.finding import Finding
from fathom.core.records.history import History
from fathom.core.records.settings import Settings
from fathom.engine.checkpoints import Checkpoints
from fathom.experiment.ready import Ready


def findings_of(history: History, settings: Settings, rows: int) -> list[Finding]:
    """The findings of one training; `rows` is the number of train rows that the errors are measured on."""
    return [*_still_falling(history, settings, rows), *_stopped(history), *_weak_penalty(settings, rows)]


def _still_falling(history: History, settings: Settings, rows: int) -> Iterator[Finding]:
    """The train error's mean over the last eighth of the run lies below the eighth before it, by more than its noise."""
    before, late = last_eighths(history, "train")
    drop = before - late
    if history.stopped or not late > 0 or drop * rows < 3 or drop < 0.05 * before:
        return
    dev_before, dev_late = last_eighths(history, "dev")
    dev_followed = not dev_late >= dev_before
    longer = f"Train longer: epochs={2 * (settings.epochs or len(history))}, or a higher learning rate."
    yield Finding(
        id="engine.train.still_falling",
        severity="warning" if dev_followed else "info",
        what=f"The train error was still falling at the end: {before:.2%} to {late:.2%} over the last eighth of the epochs"
        + ("." if dev_followed else "; the dev error was not, so that longer training is not what is missing."),
        where="train",
        evidence={"before": before, "end": late, "dev_before": dev_before, "dev_end": dev_late, "epochs": len(history)},
        fix=longer if dev_followed else "",
    )


def last_eighths(history: History, role: str) -> tuple[float, float]:
    """The mean error of a role over the second last and the last eighth of its measurements; NaN where there are too few."""
    errors = [error for _, error in history.measured(role)]
    few = len(errors) // 8
    if few < 1:
        return math.nan, math.nan
    return sum(errors[-2 * few : -few]) / few, sum(errors[-few:]) / few


def _stopped(history: History) -> Iterator[Finding]:
    if history.stopped == "interrupted":
        yield Finding(
            id="engine.run.interrupted",
            severity="warning",
            what=f"Interrupted after {len(history)} epochs; what was finished is kept.",
            evidence={"epochs": len(history)},
        )


def of_checkpoints(kept: Checkpoints | None) -> Iterator[Finding]:
    """Checkpoints that could not be written, or not be read."""
    if kept is None:
        return
    if kept.trouble:
        yield Finding(
            id="engine.checkpoint.not_written",
            severity="warning",
            what=f"The last checkpoint could not be written ({kept.trouble}); the training went on without it.",
            where=str(kept.folder),
            fix="Make room on the disk.",
        )
    if kept.passed_over:
        yield Finding(
            id="engine.checkpoint.damaged",
            severity="warning",
            what=f"The newest checkpoint was damaged ({'; '.join(kept.passed_over)[:160]}); the training went on from the one before.",
            where=str(kept.folder),
        )


def _weak_penalty(settings: Settings, rows: int) -> Iterator[Finding]:
    if settings.l2 and settings.l2 / rows < 1e-6:
        yield Finding(
            id="engine.l2.too_small",
            severity="warning",
            what=f"l2 {settings.l2:g} is lambda of lambda/(2m): at m = {rows:,} a weight decay of {settings.l2 / rows:.1e}: nothing.",
            where="l2",
            evidence={"l2": settings.l2, "weight_decay": settings.l2 / rows},
            fix=f"If you meant torch's weight_decay, say weight_decay={settings.l2:g}; as l2 it is {settings.l2 * rows:g}.",
        )


AIM = 0.05
"""By how much aiming at the mean may cost more than aiming at the median before it is said."""


def skewed(ready: Ready, settings: Settings) -> Iterator[Finding]:
    """A target whose mean is a bad guess in absolute terms: squared loss aims at the mean, the error counts absolute distance."""
    if ready.splits.target.kind != "regression" or settings.loss != "squared":
        return
    t = ready.prepared.targets["train"]
    cost = float(np.abs(t - t.mean()).mean() / np.abs(t - np.median(t)).mean())
    if cost < 1 + AIM:
        return
    yield Finding(
        id="engine.loss.skewed_target",
        severity="warning",
        what=f"The target is skewed: its mean, which squared loss aims at, has {cost:.0%} of the median's error.",
        where=ready.splits.target.name,
        evidence={"mean_over_median": cost},
        fix="Try loss='absolute', or predict the target's logarithm.",
    )

"""One step: an idea, its experiment, its result."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fathom.core.comparison_lines import probability
from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.core.records.logbook import LoggedExperiment, Tried
from fathom.core.records.remedy import Remedy
from fathom.core.settings_apart import text_of
from fathom.engine.training import Progress
from fathom.experiment.candidate import Candidate
from fathom.experiment.ready import Ready
from fathom.recipe.asked import Asked, Incumbent
from fathom.recipe.clock import Clock, work_of
from fathom.recipe.judging import Bench, Judged
from fathom.recipe.starts import Matrix, correlation_of, dev_errors, stopped_errors

STOPPING = "early_stopping"

OF_STOPPING = 3.0
"""Two halves, and dev is measured after every epoch: the work of early stopping against that of one training."""


@dataclass(frozen=True)
class Ground:
    """What all steps of an improvement stand on."""

    ready: Ready
    asked: Asked
    bench: Bench
    clock: Clock
    starts: int
    progress: Progress | None = None


@dataclass(frozen=True)
class Result:
    """A step that was carried out: its record, and the errors (n,) and changes of what was kept."""

    entry: LoggedExperiment
    errors: Any = None
    changes: Mapping[str, Any] | None = None


def carry_out(ground: Ground, remedy: Remedy, reason: str, so_far: Incumbent) -> Result:
    """Train every value of a remedy from several starts as one population, and hold each against the experiment so far.

    Kept is the value with the lowest dev error of those that are better beyond noise. A step that would take longer than what is left of
    the budget is not begun.

    Raises:
        KeyboardInterrupt: Ctrl-C, or the budget ran out in the middle (`clock.rang`).
    """
    before, began = ground.bench.rate(so_far.errors), time.monotonic()
    listed = [{**so_far.changes, **choice} for choice in remedy.choices]
    work = _work(ground, listed, stopping=STOPPING in remedy.choices[0])
    if ground.clock.estimate(work) > ground.clock.left:
        return Result(_not_tried(ground, remedy, reason, before, ground.clock.estimate(work)))
    measured = _measured(ground, listed, ground.clock.watched(ground.progress, remedy.name))
    seconds = time.monotonic() - began
    ground.clock.learn(work, seconds)
    sound = [m.mean(axis=0) for m in measured if m is not None]
    judged = iter(ground.bench.judge(so_far.errors, sound) if sound else [])
    tried = [
        _tried(label_of(choice), None if m is None else ground.bench.rate(m.mean(axis=0)), None if m is None else next(judged))
        for choice, m in zip(remedy.choices, measured, strict=True)
    ]
    place = _choose(tried)
    kept = place is not None and tried[place].verdict == "better"
    entry = LoggedExperiment(
        remedy=remedy,
        reason=reason,
        tried=tuple(tried),
        starts=ground.starts,
        outcome="kept" if kept else "not kept",
        chosen="" if place is None else tried[place].label,
        before=before,
        after=tried[place].error if kept and place is not None else before,
        says=_says(tried, place),
        alike=correlation_of(np.stack(sound)) if sound else None,
        seconds=seconds,
    )
    if not kept or place is None:
        return Result(entry)
    chosen = measured[place]
    return Result(entry, None if chosen is None else chosen.mean(axis=0), listed[place])


def label_of(choice: Mapping[str, Any]) -> str:
    """'l2 12', 'hidden 128-64'.

    Example:
        >>> label_of({"net": "mlp", "hidden": (64, 32)})
        'net mlp, hidden 64-32'
    """
    return ", ".join(f"{CALLED.get(name, name)} {text_of(value)}" for name, value in choice.items())


CALLED = {STOPPING: "patience"}
"""What stands for a setting whose name is a verb of its own."""


def reason_of(gap: Gap) -> str:
    """'variance is high: 20.5 points (17.0 to 24.1)'."""
    ends = "" if gap.low is None or gap.high is None else f" ({percent(gap.low)} to {percent(gap.high)})"
    verb = "is high" if gap.verdict == "high" else "may be high"
    return f"{gap.title} {verb}: {percent(gap.value)} points{ends}"


def _work(ground: Ground, listed: Sequence[Mapping[str, Any]], *, stopping: bool) -> float:
    net, arguments = ground.asked.with_changes(listed[0])
    work = work_of([Candidate.of(ground.ready, net, arguments)], ground.starts * len(listed))
    return work * OF_STOPPING if stopping else work


def _measured(ground: Ground, listed: Sequence[Mapping[str, Any]], progress: Progress) -> list[Matrix | None]:
    """The errors (starts, n) on dev of each; one that stops early is measured where it did not stop by."""
    asked = [ground.asked.with_changes(changes) for changes in listed]
    net, choices = asked[0][0], [arguments for _, arguments in asked]
    if choices[0].get(STOPPING):
        return [stopped_errors(ground.ready, net, choice, starts=ground.starts, progress=progress) for choice in choices]
    return dev_errors(ground.ready, net, choices, starts=ground.starts, progress=progress)


def _tried(label: str, error: float | None, judged: Judged | None) -> Tried:
    if error is None or judged is None:
        return Tried(label=label, error=float("nan"), verdict="diverged")
    return Tried(label=label, error=error, difference=judged.difference, p=judged.p, verdict=judged.verdict)


def _choose(tried: Sequence[Tried]) -> int | None:
    """The place of the lowest dev error among those that are better, else among all that did not diverge."""
    sound = [i for i, t in enumerate(tried) if t.verdict != "diverged"]
    better = [i for i in sound if tried[i].verdict == "better"]
    return min(better or sound, key=lambda i: tried[i].error, default=None)


def _says(tried: Sequence[Tried], place: int | None) -> str:
    """The result in a sentence."""
    if place is None:
        return "every value diverged."
    chosen, many = tried[place], len(tried) > 1
    d = chosen.difference
    figures = f"{change_text(d)}, {probability(chosen.p)}" + (f" for {len(tried)} values" if many else "") if d is not None else ""
    if chosen.verdict == "better":
        return f"{chosen.label} is better on dev: {figures}."
    if chosen.verdict == "worse":
        return f"{'even the best, ' if many else ''}{chosen.label}{',' if many else ''} is worse on dev: {figures}."
    return f"{'the best, ' if many else ''}{chosen.label}{',' if many else ''} is not better as far as dev can show: {figures}."


def change_text(e: Estimate | None) -> str:
    """'-3.3 points (-5.1 to -1.5)'."""
    if e is None:
        return ""
    ends = "" if e.low is None or e.high is None else f" ({_signed(e.low)} to {_signed(e.high)})"
    return f"{_signed(e.value)} points{ends}"


def _signed(value: float) -> str:
    text = percent(value)
    return text if text.startswith("-") or text.strip("0.") == "" else f"+{text}"


def _not_tried(ground: Ground, remedy: Remedy, reason: str, before: float, seconds: float) -> LoggedExperiment:
    left = max(ground.clock.left, 0.0)
    says = f"about {seconds:.0f} s would go over the budget of {ground.clock.budget:.0f} s, of which {left:.0f} s are left."
    return LoggedExperiment(remedy=remedy, reason=reason, outcome="not tried", before=before, after=before, says=says)

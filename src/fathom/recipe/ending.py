"""How an improvement ends: which of the endings it is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fathom.core.expectations import shown
from fathom.core.ladder_figures import ends_figure, error_figure
from fathom.core.percent import percent
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.ladder import Ladder
from fathom.core.records.logbook import Ending, LoggedExperiment, Tried

NEXT = 2
"""Steps of advice that are left to the reader at the end."""


@dataclass(frozen=True)
class End:
    """One of the endings, and a sentence on why it is that one."""

    ending: Ending
    says: str


def met(d: Diagnosis) -> End | None:
    """The goal is met, or there is none and neither gap is in the way; None where there is work left."""
    dev = d.ladder["dev"].estimate
    if d.goal is not None:
        if round(dev.value - d.goal, 9) > 0:
            return None
        sure = "" if dev.high is None or dev.high <= d.goal else f", though by its interval it may be as high as {percent(dev.high)}%"
        return End("goal met", f"dev {error_figure(dev.value, d.ladder)} is at or below the goal of {percent(d.goal)}%{sure}.")
    known = [d.gaps[name] for name in ("avoidable_bias", "variance") if name in d.gaps]
    if any(gap.verdict != "low" for gap in known):
        return None
    values = " and ".join(f"{gap.title} ({percent(gap.value)} points)" for gap in known)
    return End("sound", f"{values} {'are both' if len(known) > 1 else 'is'} low: below {percent(d.tolerance)} points (C2W1-14).")


def exhausted(entries: Sequence[LoggedExperiment], d: Diagnosis, dev: int) -> End:
    """No idea is left: because of the budget, because dev cannot tell, or because nothing helps."""
    last = max((i for i, e in enumerate(entries) if e.outcome == "kept"), default=-1)
    since = entries[last + 1 :]
    skipped = [e.remedy.name for e in since if e.outcome == "not tried"]
    if skipped:
        return End("budget", f"{shown(list(dict.fromkeys(skipped)))} would have gone over the budget; everything else was tried.")
    unclear = [e for e in since if (t := e.best) is not None and _may_help(t, d.tolerance)]
    if not unclear:
        return End("nothing helps", _nothing(since, d))
    best = min(unclear, key=lambda e: _ends(e.best)[0])
    low, high = _ends(best.best)
    return End(
        "dev cannot tell",
        f"{best.remedy.name} may be up to {percent(-low)} points better{_worse(high)}: with n = {dev:,} dev shows"
        f" differences from about {percent((high - low) / 2)} points on (C3W1-13).",
    )


def _worse(high: float) -> str:
    return f", or {percent(high)} worse" if high >= 0.0005 else ""


def _may_help(tried: Tried, tolerance: float) -> bool:
    """Nothing was shown, and a gain of half the tolerance, which would matter, is not excluded either."""
    return tried.verdict not in ("better", "worse", "diverged") and _ends(tried)[0] <= -tolerance / 2


def _ends(tried: Tried | None) -> tuple[float, float]:
    d = None if tried is None else tried.difference
    return (0.0, 0.0) if d is None or d.low is None or d.high is None else (d.low, d.high)


def _nothing(since: Sequence[LoggedExperiment], d: Diagnosis) -> str:
    names = shown(list(dict.fromkeys(e.remedy.name for e in since)))
    if not since:
        return "no remedy of the recipe is left for what stands in the way."
    least = min(_ends(e.best)[0] for e in since)
    return f"{names} did not help: none is better by more than {percent(max(-least, 0.0))} points, as far as dev shows."


def headline(before: Ladder, after: Ladder, entries: Sequence[LoggedExperiment], name: str, end: End) -> str:
    """From where to where, by what, and why it stopped."""
    kept = [e.chosen for e in entries if e.outcome == "kept"]
    dev = [error_figure(ladder["dev"].estimate.value, ladder) for ladder in (before, after)]
    first = f"{name}: dev {dev[0]} to {dev[1]} by {', '.join(kept)}" if kept else f"{name}: dev stays at {dev[0]}"
    test = ""
    if "test" in after:
        e = after["test"].estimate
        ends = ends_figure(e.low, e.high, after)
        test = f"; test {error_figure(e.value, after)}" + (f" ({ends})" if ends else "")
    return f"{first}{test}. {REASONS[end.ending]}"


REASONS = {
    "goal met": "The goal is met.",
    "sound": "Bias and variance are low.",
    "nothing helps": "Nothing else helps.",
    "dev cannot tell": "Of what is left, this dev set cannot tell whether it helps.",
    "budget": "The budget is spent.",
    "interrupted": "Interrupted.",
}


def next_steps(d: Diagnosis, end: End, entries: Sequence[LoggedExperiment], dev: int) -> tuple[str, ...]:
    """What is left to do: what `improve` cannot do itself, first things first."""
    if end.ending in ("goal met", "interrupted"):
        return ()
    tried = {e.remedy.name for e in entries}
    found = [f"A larger dev set than {dev:,}: it cannot tell what helps (C3W1-13)."] if end.ending == "dev cannot tell" else []
    found += ["A larger --budget: not everything was tried."] if end.ending == "budget" else []
    for step in d.steps:
        if not _done(step.what, tried):
            found.append(f"{step.what[0].upper()}{step.what[1:]}{': ' + step.how if step.how else ''}.")
    return tuple(found[:NEXT])


DONE = {"L2": "l2", "dropout": "dropout", "bigger network": "wider", "train longer": "longer"}


def _done(what: str, tried: set[str]) -> bool:
    return any(word in what and name in tried for word, name in DONE.items())

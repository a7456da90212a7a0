"""A diagnosis with what its data mismatch is made of: which columns differ, how much of the gap they explain, where to begin (C3W2-12)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from fathom.core.percent import between, decimals_of, percent
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.gap import Gap
from fathom.core.records.mismatch import Mismatch
from fathom.core.records.step import Step

NAME = "data_mismatch"

TARGET = " (target)"
"""At the end of the name under which the target is compared beside the inputs."""

NAMED = 3
"""Columns that a sentence names."""

APART = 0.6
"""From here on a classifier tells dev from train_dev."""


def explained(d: Diagnosis, look: Callable[[], Mismatch | None]) -> Diagnosis:
    """The diagnosis with the columns that differ between train_dev and dev, where a mismatch is high or unclear.

    Args:
        d: the diagnosis.
        look: makes the comparison; not called where the mismatch is low or cannot be told.
    """
    gap = d.gaps.get(NAME)
    if gap is None or gap.verdict == "low":
        return d
    seen = look()
    if seen is None:
        return d
    gap = dataclasses.replace(gap, says=" ".join([*filter(None, [gap.says]), *_sentences(d, gap, seen)]))
    steps = tuple(_step(step, seen) for step in d.steps)
    return dataclasses.replace(d, gaps={**d.gaps, NAME: gap}, steps=steps, mismatch=seen)


def _sentences(d: Diagnosis, gap: Gap, seen: Mismatch) -> Iterator[str]:
    if seen.shifts:
        listed = "; ".join(shift.says for shift in seen.shifts[:NAMED])
        more = len(seen.shifts) - NAMED
        yield f"{'Most' if more > 0 else 'What'} differs: {listed}{f'; {more} more' if more > 0 else ''}."
    elif gap.verdict == "high":
        yield _nothing_differs(seen)
    if gap.verdict == "high" and d.balance is None:
        yield from _mix(d, seen)


def _nothing_differs(seen: Mismatch) -> str:
    if seen.told_apart is not None and seen.told_apart >= APART:
        return (
            f"No single column differs, but together they do: a classifier ranks dev above train-dev in {seen.told_apart:.0%} of the pairs."
        )
    return (
        f"None of {seen.tested} columns differs: the same inputs have other answers in dev (another way of labeling, a rule that changed), "
        "or what differs is in no column."
    )


def _mix(d: Diagnosis, seen: Mismatch) -> Iterator[str]:
    """With dev's mix of columns train-dev would have so much."""
    start, end = d.ladder["train_dev"].estimate.value, d.ladder["dev"].estimate.value
    if seen.reweighted is None:
        if seen.alike is not None:
            yield f"How much of the gap that explains cannot be told: the rows of train-dev that are like dev's are worth {seen.alike:.0f}."
        return
    places, mixed = decimals_of(d.ladder), seen.reweighted
    ends = "" if mixed.low is None or mixed.high is None else f" ({percent(mixed.low, places)} to {percent(mixed.high, places)})"
    share = (mixed.value - start) / (end - start)
    explains = f"about {min(share, 1):.0%} of the gap" if share > 0.05 else "next to nothing of the gap"
    rest = percent(end, places)
    yield (
        f"With dev's mix of columns train-dev would have {percent(mixed.value, places)}%{ends} instead of {percent(start, places)}%: "
        f"the mix explains {explains}."
    )
    if share < 0.5:
        others = between(mixed.value, end, places)
        yield f"The other {others} points up to {rest}% lie in how the answer follows from the columns, or in none."


def _step(step: Step, seen: Mismatch) -> Step:
    """Where to begin, in the steps that are for the mismatch."""
    inputs = list(dict.fromkeys(shift.column for shift in seen.shifts if not shift.column.endswith(TARGET)))
    if step.gap != NAME or not inputs:
        return step
    names = " and ".join(inputs[:2])
    if step.source == "C3W2-13":
        return dataclasses.replace(
            step, how=f"add to train examples with the {names} of dev; vary it, or the net learns the one sample of it"
        )
    if step.what == "look at the difference":
        return dataclasses.replace(step, how=f"100 wrong dev examples beside 100 of train; begin with {names}")
    return step

"""What a gap has to say beyond its verdict: what is sure, what is not, and what would decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.percent import decimals_of, percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.diagnosis.gaps import wholly_below
from fathom.diagnosis.learned import NOTHING
from fathom.diagnosis.planning import Plan, sharpened_by, times_both, wide

WORDS = {"train_dev": "train-dev"}


@dataclass(frozen=True)
class Scene:
    """What the sentences are made from."""

    ladder: Ladder
    rungs: Mapping[str, Estimate]
    floor: Floor
    tolerance: float
    plans: Mapping[str, Plan | None]
    nothing: Finding | None = None
    noun: str = "error"

    def percent(self, value: float) -> str:
        """A figure with the decimals of the ladder."""
        return percent(value, decimals_of(self.ladder))


def says(gap: Gap, scene: Scene) -> str:
    """The sentence of a gap; empty where the verdict says it all."""
    if gap.verdict == "unclear" and scene.nothing is not None and scene.nothing.id == NOTHING:
        return ""  # of a net that has learned nothing no more can be said
    if gap.name == "avoidable_bias" and scene.floor.known == "bounded by reference":
        return _bounded(gap, scene) if gap.verdict == "unclear" else ""
    if gap.name == "avoidable_bias" and wholly_below(gap):
        return _better_than_human(gap, scene)
    if gap.verdict == "unclear":
        return _unclear(gap, scene)
    return _easier(gap, scene) if _falls(gap) else ""


def _better_than_human(gap: Gap, scene: Scene) -> str:
    return (
        f"sure: train is {scene.percent(-gap.value)} points better than human. Not sure: how much bias is left, since the floor lies below "
        "human. A better bound of it would decide."
    )


def _bounded(gap: Gap, scene: Scene) -> str:
    bound = f"{scene.percent(scene.floor.value)}% here ({scene.floor.source})"
    low, high = scene.percent(gap.low or 0.0), scene.percent(gap.high or 0.0)
    return f"avoidable bias is between {low} and {high} points: nothing tried gets below {bound}; give --human."


def _unclear(gap: Gap, scene: Scene) -> str:
    assert gap.low is not None
    assert gap.high is not None
    low, high, bar = (scene.percent(x) for x in (gap.low, gap.high, scene.tolerance))
    if gap.low > 0:
        known, open_question = f"{gap.title} is there, {low} to {high} points", f"whether it reaches {bar}"
    else:
        known, open_question = f"{gap.title} is under {high} points", f"whether it is there, or reaches {bar}"
    return f"sure: {known}. Not sure: {open_question}. {_decides(gap, scene)}"


def _decides(gap: Gap, scene: Scene) -> str:
    plan = scene.plans.get(gap.name)
    if plan is not None:
        return f"About {plan.rows:,} {_word(plan.role)} examples (now {plan.now:,}) would decide, if the error stays as it is."
    times = times_both(gap, scene.rungs, scene.tolerance)
    if times is not None:
        return f"About {times} times as many examples of both {_word(gap.start)} and {_word(gap.end)} would decide."
    if wide(gap, scene.tolerance):
        return _sharpened(gap, scene)
    return "It lies so near the tolerance that more examples will hardly decide; take it as borderline."


def _sharpened(gap: Gap, scene: Scene) -> str:
    """Of a gap that lies on the tolerance and might as well be nothing, or twice that."""
    plan = sharpened_by(gap, scene.rungs, scene.tolerance)
    if plan is None:
        return "It lies on the tolerance by the luck of small sets; many more examples would tell."
    near = scene.percent(scene.tolerance / 2)
    examples = f"{plan.rows:,} {_word(plan.role)} examples (now {plan.now:,})"
    return f"It lies on the tolerance by the luck of a small set: {examples} would tell it to {near}."


def _word(role: str) -> str:
    return WORDS.get(role, role)


def _falls(gap: Gap) -> bool:
    """A gap that is below zero for sure, or by its value where nothing else is known."""
    return round(gap.value if gap.high is None else gap.high, 9) < 0


def _easier(gap: Gap, scene: Scene) -> str:
    start, end = (WORDS.get(rung, rung) for rung in (gap.start, gap.end))
    cause = {
        "variance": f"{end} is not drawn like {start}, or train was measured with dropout or augmentation on",
        "data_mismatch": f"{end} is of an easier kind than what the net was trained on",
        "dev_overfit": f"{end} is easier than {start}; were both drawn alike?",
    }.get(gap.name, "")
    return f"{end} is easier than {start} by {scene.percent(-gap.value)} points: {cause}."

"""What was measured and what was inferred, as sentences kept apart."""

from __future__ import annotations

from collections.abc import Iterator

from fathom.core.expectations import shown
from fathom.core.intervals import LEVEL
from fathom.core.percent import percent
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.estimate import Estimate
from fathom.core.records.floor import Floor
from fathom.core.records.ladder import Ladder
from fathom.diagnosis.sayings import Scene


def measured(scene: Scene, goal: float | None) -> Iterator[str]:
    """One sentence for each error that was counted, and whether the goal is reached."""
    for role, estimate in scene.rungs.items():
        if role in scene.ladder and estimate.low is not None and estimate.high is not None:
            over = "" if estimate.n is None else f" over {estimate.n:,} examples"
            yield f"{role.replace('_', '-')} {scene.noun} is {_interval(estimate, scene)}{over}."
    dev = scene.rungs.get("dev")
    if goal is not None and dev is not None:
        yield f"The goal of {scene.percent(goal)}% is {_reached(dev, goal)}: dev is at {_interval(dev, scene)}."


def _interval(estimate: Estimate, scene: Scene) -> str:
    text = f"{scene.percent(estimate.value)}%"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({LEVEL:.0%} interval {scene.percent(estimate.low)} to {scene.percent(estimate.high)})"


def _reached(dev: Estimate, goal: float) -> str:
    low, high = (dev.value if end is None else end for end in (dev.low, dev.high))
    return (
        "reached" if round(high - goal, 9) <= 0 else "not reached" if round(low - goal, 9) > 0 else "near: reached or not, dev cannot tell"
    )


def _others(floor: Floor) -> str:
    """Whom the floor was taken from the lowest of; nothing where one was given."""
    others = [f"{name} {_rated(e)}" for name, e in floor.raters.items() if name != floor.source]
    own = floor.raters.get(floor.source)
    known = (
        f" ({percent(own.low, 2)} to {percent(own.high, 2)})" if own is not None and own.low is not None and own.high is not None else ""
    )
    return f"{known}, the lowest of {len(others) + 1} ({shown(others, 6)})" if others else known


def _rated(e: Estimate) -> str:
    return f"{percent(e.value, 2)}%"


def of_folds(facts: Circumstances | None) -> Iterator[str]:
    """What the figures of folds are the figures of."""
    if facts is not None and facts.folds:
        rows = f" on {facts.train_rows:,} examples" if facts.train_rows else ""
        yield f"the errors are those of {facts.folds} nets trained{rows}; one trained on all examples should be no worse."


def inferred(ladder: Ladder, floor: Floor, tolerance: float) -> Iterator[str]:
    """The assumptions that the verdicts rest on (C2W1-11)."""
    bare = [rung.name.replace("_", "-") for rung in ladder if rung.estimate.low is None and rung.name not in ("human", "floor")]
    if floor.known == "assumed" and "train" in ladder:
        yield "the floor of 0% is assumed; if people make errors here, give --human."
    if floor.known == "given" and floor.source:
        yield f"the floor is {percent(floor.value, 2)}%, {floor.source}{_others(floor)}: Bayes error is at most that (C3W1-20)."
    if bare and len(bare) == sum(rung.name not in ("human", "floor") for rung in ladder):
        yield "rates alone have no intervals: the verdicts hold if the sets are large; give --n-train, --n-dev or (wrong, n)."
    elif bare:
        yield f"{' and '.join(bare)} {'is' if len(bare) == 1 else 'are'} taken as exact: a rate without its number of examples."
    if "dev" in ladder and "train" in ladder and "train_dev" not in ladder:
        yield "dev is taken as drawn like train: without train-dev a data mismatch counts as variance (C2W1-11)."
    yield f"a gap counts as high from {percent(tolerance)} points on."

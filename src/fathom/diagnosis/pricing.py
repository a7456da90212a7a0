"""The step 'more data' with its price, where a learning curve is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fathom.core.curve_figures import step_text
from fathom.core.expectations import refuse
from fathom.core.records.learning_curve import LearningCurve
from fathom.core.records.step import Step

MORE_DATA = "more data"


def priced(steps: Sequence[Step], curve: LearningCurve | None) -> tuple[Step, ...]:
    """The steps, with what twice the rows would bring beside 'more data'; where that is nothing it comes last and says so.

    Args:
        steps: of advice.
        curve: errors against rows of train; None leaves all as it is.

    Raises:
        UnusableInput: a curve of another kind.

    Example:
        >>> priced((Step(gap="variance", what="more data", why="the surest cure"),), None)[0].what
        'more data'
    """
    if curve is None:
        return tuple(steps)
    if curve.against != "rows":
        raise refuse("`curve`", expected="a learning curve against rows of train", got=f"one against {curve.against}")
    found = [_with_price(step, curve) if step.what == MORE_DATA else step for step in steps]
    if curve.verdict == "will not help":
        found.sort(key=lambda step: step.what == MORE_DATA)
    return tuple(found)


def _with_price(step: Step, curve: LearningCurve) -> Step:
    """What the curve says of twice the rows."""
    price = step_text(curve.at(curve.n), curve.twice)
    if curve.verdict == "helps":
        return replace(step, why=f"twice the rows: {price} by the learning curve")
    if curve.verdict == "unclear":
        return replace(step, why=f"twice the rows: {price} by the learning curve, which cannot tell yet whether that helps")
    return replace(step, why=f"the learning curve says that it will not help: twice the rows bring {price}")

"""The sentence that a person needs of a learning curve."""

from __future__ import annotations

from fathom.core.curve_figures import rounded_rows, step_text
from fathom.core.percent import percent
from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.learning_curve import Verdict
from fathom.core.records.power_law import PowerLaw

MORE = {"rows": ("Twice the data", "More data"), "width": ("A net twice as wide", "A wider net")}


def headline(against: str, verdict: Verdict, last: CurvePoint, law: PowerLaw, twice: Estimate, goal: float | None = None) -> str:
    """'Twice the data: 5.2% to 4.4% (3.9 to 4.9).', or 'More data will not help: ...'.

    Args:
        against: "rows" or "width".
        verdict: whether it helps.
        last: the largest size.
        law: fitted.
        twice: the error at twice the largest size.
        goal: the error that is wanted.
    """
    twofold, more = MORE[against]
    step = step_text(law.error(law.at), twice)
    if verdict == "will not help":
        text = f"{more} will not help: {twofold[0].lower()}{twofold[1:]} brings {step}."
        if against == "rows" and last.train >= 0.8 * last.error.value:
            text += f" Train and dev have met (train {percent(last.train)}%): this is bias."
    elif verdict == "helps":
        text = f"{twofold}: {step}."
    else:
        text = f"{twofold}: {step}; these rows cannot tell whether that helps."
    return f"{text} {_of_goal(against, law, goal)}".rstrip()


def _of_goal(against: str, law: PowerLaw, goal: float | None) -> str:
    """How much the goal asks for."""
    if goal is None:
        return ""
    what = "rows" if against == "rows" else "units a layer"
    value, low, high = law.needed(goal)
    if value is not None and value <= law.at:
        return f"The goal of {percent(goal)}% is reached with what is there."
    if value is None:
        least = "" if low is None else f"; with luck {rounded_rows(low)} are enough"
        return f"The goal of {percent(goal)}% is out of reach of more {what}{least}."
    ends = f" ({rounded_rows(low or 0)} to {'no end' if high is None else rounded_rows(high)})"
    return f"The goal of {percent(goal)}% needs about {rounded_rows(value)} {what}{ends}."

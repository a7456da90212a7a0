"""Reading what `LearningCurve.to_json` wrote; the file may have been made by someone else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fathom.core.expectations import number, one_of, whole
from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.power_law import PossibleLaw, PowerLaw

LONGEST = 2_000
"""Characters of a text."""

MOST = 10_000
"""Points, or laws."""


def fields_of(values: Mapping[str, Any], verdict: Any) -> dict[str, Any]:
    """The fields of a `LearningCurve`.

    Args:
        values: as `to_json` gives them.
        verdict: the type of its verdicts.

    Raises:
        UnusableInput, KeyError, TypeError, ValueError, AttributeError: they are something else.
    """
    points = tuple(map(_point, _list(values["points"])))
    if len(points) < 2 or any(b.size <= a.size for a, b in itertools.pairwise(points)):
        raise ValueError("fewer than two sizes, or sizes that do not ascend")
    made = values["law"]
    law = PowerLaw(at=number("at", made["at"], low=0.0, low_open=True), possible=tuple(map(_law, _list(made["possible"]))))
    if not 0 < sum(c.weight for c in law.possible) < 1.1:
        raise ValueError("laws whose probabilities are not those of all")
    texts = {name: _text(values[name]) for name in ("headline", "net", "measured_on", "unit")}
    return {
        **texts,
        "against": one_of("against", values["against"], ("rows", "width")),
        "verdict": one_of("verdict", values["verdict"], get_args(verdict)),
        "points": points,
        "law": law,
        "twice": _estimate(values["twice"]),
        "gain": _estimate(values["gain"]),
        "goal": None if values["goal"] is None else number("goal", values["goal"], low=0.0),
        "epochs": None if values["epochs"] is None else whole("epochs", values["epochs"], low=1),
        "balanced": values["balanced"] is True,
        "scale": None if values["scale"] is None else number("scale", values["scale"], low=0.0, low_open=True),
        "notes": tuple(map(_text, _list(values["notes"]))),
    }


def _list(values: Any) -> Sequence[Any]:
    if not isinstance(values, list) or len(values) > MOST:
        raise TypeError("no list of such a length")
    return values


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise TypeError("no text of such a length")
    return value


def _point(values: Mapping[str, Any]) -> CurvePoint:
    size, nets = (whole(name, values[name], low=1) for name in ("size", "nets"))
    train, spread = (number(name, values[name], low=0.0) for name in ("train", "spread"))
    return CurvePoint(size=size, nets=nets, train=train, error=_estimate(values["error"]), spread=spread)


def _estimate(values: Mapping[str, Any]) -> Estimate:
    value, low, high = (number(name, values[name]) for name in ("value", "low", "high"))
    return Estimate(
        value=value, low=low, high=high, method=_text(values["method"]), level=number("level", values["level"], low=0.0, high=1.0)
    )


def _law(values: Mapping[str, Any]) -> PossibleLaw:
    least = {"weight": 0.0, "b": 0.0, "share": 0.0, "level": -10.0, "sd": 0.0, "shift": 0.0, "wander": 0.0}
    return PossibleLaw(**{name: number(name, values[name], low=low, high=1e6) for name, low in least.items()})

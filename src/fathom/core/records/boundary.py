"""Boundary: what a net with two inputs answers over the plane, and the examples on it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.records.record import Record

MOST_PLACES, MOST_POINTS = 250, 2_000
"""Places of a grid each way, and examples of a role, in a file that is read."""


@dataclass(frozen=True)
class Points(Record):
    """Examples of a role on the plane of two inputs.

    Attributes:
        x, y: the two inputs in the user's own units, one number an example.
        truth: the index of the class, or the target of a regression.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    truth: tuple[float, ...]


@dataclass(frozen=True)
class Boundary(Record):
    """A net's answers on a grid over its two inputs (C2W1-08).

    Attributes:
        axes: the names of the two inputs, x then y.
        x, y: the grid in the user's own units, increasing.
        answer: rows of y, columns of x: the index of the likeliest class, or the prediction of a regression.
        sureness: the probability of that class in the same layout; () for a regression.
        classes: the labels; () for a regression.
        points: by role, "train" and "dev".
    """

    axes: tuple[str, str]
    x: tuple[float, ...]
    y: tuple[float, ...]
    answer: tuple[tuple[float, ...], ...]
    sureness: tuple[tuple[float, ...], ...]
    classes: tuple[str, ...]
    points: Mapping[str, Points]

    @classmethod
    def from_json(cls, values: Any) -> Boundary:
        """Read what `to_json` wrote; the file may have been made by someone else.

        Raises:
            UnusableInput: it is something else, or does not hold together.
        """
        try:
            return _read(values)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            why = f"{type(error).__name__}: {error}"
            raise refuse("boundary", expected="a grid with an answer at each place", got=f"something else ({why[:120]})") from None

    def __str__(self) -> str:
        kind = f"{len(self.classes)} classes" if self.classes else "regression"
        return f"{self.axes[0]} by {self.axes[1]}: {len(self.x)} x {len(self.y)} grid, {kind}"


def _read(values: Mapping[str, Any]) -> Boundary:
    classes, axes = (tuple(_text(v) for v in values[name]) for name in ("classes", "axes"))
    x, y = (_numbers(values[name], MOST_PLACES) for name in ("x", "y"))
    if len(axes) != 2 or any(len(places) < 2 or any(b <= a for a, b in itertools.pairwise(places)) for places in (x, y)):
        raise ValueError("a grid of other than two axes, or with places that do not increase")
    made = Boundary(
        axes=(axes[0], axes[1]),
        x=x,
        y=y,
        answer=_rows(values["answer"], x, y),
        sureness=_rows(values["sureness"], x, y) if classes else (),
        classes=classes,
        points={_role(role): _points(points) for role, points in values["points"].items()},
    )
    indices = [*itertools.chain(*made.answer), *itertools.chain(*(p.truth for p in made.points.values()))]
    if classes and not all(v == int(v) and 0 <= v < len(classes) for v in indices):
        raise ValueError("an answer or a truth that is none of the classes")
    if not all(0 <= p <= 1 for row in made.sureness for p in row):
        raise ValueError("a probability outside 0 to 1")
    return made


def _rows(rows: Any, x: tuple[float, ...], y: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    if len(rows) != len(y) or any(len(row) != len(x) for row in rows):
        raise ValueError("rows that do not fit the grid")
    return tuple(_numbers(row, MOST_PLACES) for row in rows)


def _points(values: Mapping[str, Any]) -> Points:
    x, y, truth = (_numbers(values[name], MOST_POINTS) for name in ("x", "y", "truth"))
    if not len(x) == len(y) == len(truth):
        raise ValueError("points with a coordinate missing")
    return Points(x, y, truth)


def _role(name: str) -> str:
    if name not in ("train", "dev"):
        raise ValueError("points of another role than train and dev")
    return name


def _numbers(values: Any, most: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) > most or any(type(v) not in (int, float) for v in values):
        raise ValueError(f"other than at most {most:,} numbers")
    numbers = tuple(float(v) for v in values)
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number that is not finite")
    return numbers


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a name that is no text")
    return value

"""Boundary: what a net with two inputs answers over the plane, and the examples on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fathom.core.records.record import Record


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

    def __str__(self) -> str:
        kind = f"{len(self.classes)} classes" if self.classes else "regression"
        return f"{self.axes[0]} by {self.axes[1]}: {len(self.x)} x {len(self.y)} grid, {kind}"

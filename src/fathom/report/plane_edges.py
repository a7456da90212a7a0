"""Where on a grid one class ends and another begins: the lines of a decision boundary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Place = tuple[float, float]
Segment = tuple[Place, Place]

LEAST = 0.02
"""The margin of a class that is the likeliest with a probability under one half."""


def edges_of(answer: Sequence[Sequence[float]], sureness: Sequence[Sequence[float]]) -> list[Segment]:
    """The lines between classes, in steps of the grid.

    On a side of a cell whose two ends have different classes the line crosses at the share m1 / (m1 + m2), where
    m = 2 p - 1 is how far the likeliest class of an end is ahead of all others: for two classes the place where a straight
    line from p to 1 - p' passes one half. A cell with two crossings has one line; with more, they meet in the middle.

    Args:
        answer: rows of y, columns of x: the index of the likeliest class.
        sureness: its probability, in the same layout.

    Returns:
        Pairs of (column, row), with fractions.

    Example:
        >>> edges_of([[0, 1], [0, 1]], [[0.9, 0.7], [0.9, 0.7]])
        [((0.667, 0.0), (0.667, 1.0))]
    """
    found: list[Segment] = []
    for j in range(len(answer) - 1):
        low, high = answer[j], answer[j + 1]
        for i in range(len(low) - 1):
            if not low[i] == low[i + 1] == high[i] == high[i + 1]:
                found += _lines(list(_crossings(answer, sureness, i, j)), (i + 0.5, j + 0.5))
    return found


def _crossings(answer: Sequence[Sequence[float]], sureness: Sequence[Sequence[float]], i: int, j: int) -> Iterator[Place]:
    """Where the lines cross the four sides of a cell, bottom, top, left, right."""
    for (i1, j1), (i2, j2) in (
        ((i, j), (i + 1, j)),
        ((i, j + 1), (i + 1, j + 1)),
        ((i, j), (i, j + 1)),
        ((i + 1, j), (i + 1, j + 1)),
    ):
        if answer[j1][i1] != answer[j2][i2]:
            first, second = _margin(sureness[j1][i1]), _margin(sureness[j2][i2])
            share = first / (first + second) if first + second > 0.0 else 0.5
            yield round(i1 + share * (i2 - i1), 3), round(j1 + share * (j2 - j1), 3)


def _margin(p: float) -> float:
    ahead = 2.0 * p - 1.0
    return ahead if ahead >= 0.0 else LEAST


def _lines(crossings: Sequence[Place], middle: Place) -> list[Segment]:
    if len(crossings) == 2:
        return [(crossings[0], crossings[1])]
    return [(crossing, middle) for crossing in crossings]

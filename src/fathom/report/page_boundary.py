"""What a net answers over the plane of its two inputs, with the examples of train and dev on it (C2W1-08)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fathom.core.records.boundary import Boundary, Points
from fathom.report.page_axis import Axis, linear, plain
from fathom.report.page_chart import SPAN, frame, stretched
from fathom.report.page_markup import Html, across, cut, element, word
from fathom.report.page_numbers import role_name
from fathom.report.plane_colors import STEPS, hexes, of_class, of_classes, of_numbers
from fathom.report.plane_edges import edges_of
from fathom.report.png import address

HEIGHT = 340

MOST = 8
"""Classes that the legend names."""

LINES = 20_000
"""Pieces of the boundary; a net with more has drawn noise, and no line says more than its ground."""

SHAPES = ("round", "square")
"""Of points, class by class, so that two classes differ in more than color."""


def boundary_section(boundary: Boundary | None) -> Html | None:
    """The section: a drawing of train and one of dev over the same answers; None where there is no plane."""
    if boundary is None:
        return None
    heading = "The decision boundary" if boundary.classes else "What it predicts over its two inputs"
    drawn = [panel(boundary, role, role_name(role)) for role in boundary.points]
    note = element("p", note_of(boundary), class_="faint")
    return element("section", element("h2", heading), note, key(boundary), element("div", *drawn, class_="charts"))


def note_of(boundary: Boundary) -> str:
    """How to read the drawing."""
    if boundary.classes:
        return "Ground: the likeliest class, paler where the net is less sure; the line is where two are level. Points: the true class."
    return "Ground: the prediction. Points: the true value, in the same colors; one that stands out from its ground is far off."


def panel(boundary: Boundary, role: str, title: str) -> Html:
    """One role's examples over the net's answers."""
    points = boundary.points[role]
    shown = f"{len(points.x):,} examples"
    return element(
        "figure",
        element("h3", title),
        element("div", _drawing(boundary, points, f"{title}: {shown} over the plane of {' and '.join(boundary.axes)}."), class_="plot"),
        class_="chart plane",
    )


def key(boundary: Boundary) -> Html:
    """The classes with their colors and shapes, or the scale of the numbers."""
    return _scale(boundary) if not boundary.classes else _classes(boundary.classes)


def _classes(classes: Sequence[str]) -> Html:
    items = [element("li", _dot(i), " ", word(name, 40)) for i, name in enumerate(classes[:MOST])]
    if len(classes) > MOST:
        items.append(element("li", f"and {len(classes) - MOST:,} more, in the same colors again"))
    return element("ul", *items, class_="legend")


def _dot(index: int) -> Html:
    mark = element("path", d="M7 6h0", class_=f"point {SHAPES[index % 2]}", stroke=of_class(index))
    return element("svg", mark, width=14, height=12, aria_hidden="true")


def _scale(boundary: Boundary) -> Html:
    """The colors of the predictions with their numbers below."""
    low, high = range_of(boundary)
    axis = linear(low, high, steps=4)
    ticks = [tick for tick in axis.ticks if low <= tick <= high]
    share = [0.0 if high == low else (tick - low) / (high - low) for tick in ticks]
    bands = hexes(of_numbers(np.arange(STEPS) + 0.5, 0.0, float(STEPS)))
    fills = (element("rect", x=across(i / STEPS), y=0, width="4.4%", height=12, fill=color) for i, color in enumerate(bands))
    texts = (element("text", plain(t), x=across(s), y=28, class_=f"tick foot{_side(s)}") for t, s in zip(ticks, share, strict=True))
    spoken = element("title", f"Colors from {plain(low)} to {plain(high)}.")
    return element("div", element("svg", spoken, *fills, *texts, role="img", width="100%", height=34), class_="scale")


def range_of(boundary: Boundary) -> tuple[float, float]:
    """The smallest and largest number of answers and truths, so that both have the same colors."""
    values = [v for row in boundary.answer for v in row] + [v for points in boundary.points.values() for v in points.truth]
    return min(values), max(values)


def _drawing(boundary: Boundary, points: Points, spoken: str) -> Html:
    across_axis, axis = _axis(boundary.x), _axis(boundary.y)
    return element(
        "svg",
        element("title", spoken),
        frame(axis, HEIGHT, plain),
        *_feet(across_axis),
        stretched(HEIGHT, _ground(boundary), _edges(boundary), *_points(boundary, points, across_axis, axis), clipped=True),
        element("text", word_of(boundary.axes[1]), x=-8, y=-10, class_="tick axis"),
        element("text", word_of(boundary.axes[0]), x="50%", y=HEIGHT + 35, class_="tick foot"),
        role="img",
        width="100%",
        height=HEIGHT + 40,
    )


def word_of(name: str) -> str:
    """The name of an axis, short enough for it."""
    return cut(name, 40)


def _axis(values: Sequence[float]) -> Axis:
    """The ends of the grid, and round numbers between them."""
    low, high = values[0], values[-1]
    return Axis(low=low, high=high, ticks=tuple(tick for tick in linear(low, high, steps=5).ticks if low <= tick <= high))


def _feet(axis: Axis) -> Iterator[Html]:
    for tick in axis.ticks:
        yield element("text", plain(tick), x=across(axis.share(tick)), y=HEIGHT + 17, class_=f"tick foot{_side(axis.share(tick))}")


def _side(share: float) -> str:
    return " first" if share < 0.03 else " last" if share > 0.97 else ""


def _ground(boundary: Boundary) -> Html:
    """The answers as a picture, one pixel a place of the grid; half a pixel hangs over each side, since a place is a pixel's middle."""
    answer = boundary.answer[::-1]  # a picture begins at the top
    if boundary.classes:
        pixels = of_classes(answer, boundary.sureness[::-1], len(boundary.classes))
    else:
        pixels = of_numbers(answer, *range_of(boundary))
    rows, columns = pixels.shape[:2]
    wide, high = SPAN / (columns - 1), HEIGHT / (rows - 1)
    place = {"x": f"{-wide / 2:.2f}", "y": f"{-high / 2:.2f}", "width": f"{wide * columns:.2f}", "height": f"{high * rows:.2f}"}
    return element("image", href=address(pixels), preserveAspectRatio="none", **place)


def _edges(boundary: Boundary) -> Html | None:
    """The lines between classes."""
    lines = edges_of(boundary.answer, boundary.sureness) if boundary.classes else []
    if not 0 < len(lines) <= LINES:
        return None
    wide, high = SPAN / (len(boundary.x) - 1), HEIGHT / (len(boundary.y) - 1)
    places = (f"M{wide * x1:.1f} {HEIGHT - high * y1:.1f}L{wide * x2:.1f} {HEIGHT - high * y2:.1f}" for (x1, y1), (x2, y2) in lines)
    return element("path", d="".join(places), class_="edge")


def _points(boundary: Boundary, points: Points, across_axis: Axis, axis: Axis) -> Iterator[Html]:
    """A path for each color: lines of no length whose ends are round or square, over wider ones in the color of the page."""
    for color, shape, rows in _colored(boundary, points):
        d = "".join(f"M{SPAN * across_axis.share(points.x[i]):.0f} {HEIGHT * (1 - axis.share(points.y[i])):.1f}h0" for i in rows)
        yield element("path", d=d, class_=f"halo {shape}")
        yield element("path", d=d, class_=f"point {shape}", stroke=color)


def _colored(boundary: Boundary, points: Points) -> Iterator[tuple[str, str, Sequence[int]]]:
    truth = np.asarray(points.truth, dtype=np.float64)
    if boundary.classes:
        for index in range(len(boundary.classes)):
            rows = np.flatnonzero(truth == index).tolist()
            if rows:
                yield of_class(index), SHAPES[index % 2], rows
        return
    colors = np.array(hexes(of_numbers(truth, *range_of(boundary))), dtype=object)
    for color in sorted(set(colors.tolist())):
        yield color, SHAPES[0], np.flatnonzero(colors == color).tolist()

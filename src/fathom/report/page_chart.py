"""Line charts over the epochs: fixed type, curves that stretch with the page, drawn without a script.

Places across are percentages and places down are pixels, so that letters keep their size on a narrow screen; the curves
stand in an inner drawing that is stretched, with strokes that are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fathom.report.page_axis import Axis, fitting, linear, plain
from fathom.report.page_markup import Html, across, element, joined

SPAN = 1000
"""Units across of the inner drawing."""

MOST = 240
"""Points of a curve; of more, the lowest and highest of each stretch are kept."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line of a chart.

    Attributes:
        name: in the legend.
        points: (epoch, value), epochs ascending; values that are not finite are left out.
        style: a class of the style sheet: "a", "b", "c".
    """

    name: str
    points: tuple[Point, ...]
    style: str = "a"

    @classmethod
    def of(cls, name: str, points: Sequence[Point], style: str = "a") -> Curve:
        """Without the values that no axis has a place for."""
        return cls(name=name, points=tuple((x, y) for x, y in points if math.isfinite(y)), style=style)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn.

    Attributes:
        title: above the chart and read aloud.
        curves: at least one, with a point each.
        epochs: how far the axis below reaches.
        label: how a tick of the axis on the left is written.
        zero: whether the axis is linear from 0, as for errors, where it is the distances that count.
        ceiling: what the axis need not reach over; curves above it leave the drawing. None for the largest value.
        height: in pixels.
        mark: an epoch to point out, with its label.
        about: a sentence below.
    """

    title: str
    curves: tuple[Curve, ...]
    epochs: int
    label: Callable[[float], str] = plain
    zero: bool = False
    ceiling: float | None = None
    height: int = 180
    mark: tuple[int, str] | None = None
    about: str = ""

    @property
    def drawn(self) -> tuple[Curve, ...]:
        """The curves that have a point."""
        return tuple(curve for curve in self.curves if curve.points)


def line_chart(chart: Chart) -> Html:
    """The chart as a figure: heading, legend, drawing, note."""
    curves = chart.drawn
    values = [y for curve in curves for _, y in curve.points]
    axis = linear(0.0, min(chart.ceiling or math.inf, max(values)), steps=4) if chart.zero else fitting(values)
    below = Axis(low=min(1.0, chart.epochs - 1.0), high=float(chart.epochs), ticks=_epochs(chart.epochs))
    note = " ".join(filter(None, (chart.about, "The axis on the left is logarithmic." if axis.log else "")))
    return element(
        "figure",
        element("h3", chart.title),
        legend(curves) if len(curves) > 1 else None,
        element("div", _drawing(chart, curves, axis, below), class_="plot"),
        element("figcaption", note) if note else None,
        class_="chart",
    )


def legend(curves: Sequence[Curve]) -> Html:
    """The names of the curves, each beside a piece of its line."""
    return element("ul", *(element("li", _key(curve), " ", curve.name) for curve in curves), class_="legend")


def frame(axis: Axis, height: int, label: Callable[[float], str]) -> Html:
    """Lines across at the ticks of the axis on the left, with their labels."""
    return joined(*_frame(axis, height, label))


def stretched(height: float, *children: object, clipped: bool = False) -> Html:
    """An inner drawing, SPAN units wide, as wide as the outer one; clipped, nothing of it is seen outside."""
    box = {"viewBox": f"0 0 {SPAN} {height}", "preserveAspectRatio": "none", "class": "clipped" if clipped else None}
    return element("svg", *children, width="100%", height=height, aria_hidden="true", **box)


def thinned(points: Sequence[Point], most: int = MOST) -> list[Point]:
    """At most `most` points with the ups and downs of all: of each stretch its ends' lowest and highest stay.

    Example:
        >>> len(thinned([(i, i % 7) for i in range(10_000)], most=100)) <= 100
        True
    """
    if len(points) <= most:
        return list(points)
    kept = {0, len(points) - 1}
    stretches = (most - 2) // 2
    for k in range(stretches):
        part = range(k * len(points) // stretches, (k + 1) * len(points) // stretches)
        kept |= {min(part, key=lambda i: points[i][1]), max(part, key=lambda i: points[i][1])}
    return [points[i] for i in sorted(kept)]


def _drawing(chart: Chart, curves: Sequence[Curve], axis: Axis, below: Axis) -> Html:
    lines = [_curve(curve, axis, below, chart.height) for curve in curves]
    return element(
        "svg",
        element("title", _spoken(chart, curves)),
        *_frame(axis, chart.height, chart.label),
        *_feet(below, chart.height),
        stretched(chart.height, *lines, clipped=chart.ceiling is not None),
        *_alone(curves, axis, below, chart.height),
        _mark(chart.mark, below, chart.height) if chart.mark else None,
        role="img",
        width="100%",
        height=chart.height + 22,
    )


def _frame(axis: Axis, height: int, label: Callable[[float], str]) -> Iterator[Html]:
    for tick in axis.ticks:
        y = f"{height * (1 - axis.share(tick)):.1f}"
        yield element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid")
        yield element("text", label(tick), x=-8, y=y, dy="0.32em", class_="tick left")


def _feet(below: Axis, height: int) -> Iterator[Html]:
    for i, tick in enumerate(below.ticks):
        side = " first" if below.share(tick) < 0.05 else " last" if below.share(tick) > 0.95 else ""
        text = f"epoch {plain(tick)}" if i == 0 else plain(tick)
        yield element("text", text, x=across(below.share(tick)), y=height + 17, class_=f"tick foot{side}")


def _curve(curve: Curve, axis: Axis, below: Axis, height: int) -> Html:
    places = (f"{SPAN * below.share(x):.0f} {height * (1 - axis.share(y)):.1f}" for x, y in thinned(curve.points))
    return element("path", d="M" + "L".join(places), class_=f"curve {curve.style}")


def _alone(curves: Sequence[Curve], axis: Axis, below: Axis, height: int) -> Iterator[Html]:
    """A dot where a curve has one point and hence no length."""
    for curve in curves:
        if len(curve.points) == 1:
            x, y = curve.points[0]
            yield element("circle", cx=across(below.share(x)), cy=f"{height * (1 - axis.share(y)):.1f}", r=3, class_=f"dot {curve.style}")


def _mark(mark: tuple[int, str], below: Axis, height: int) -> Html:
    epoch, label = mark
    share = below.share(epoch)
    x, side = across(share), "before" if share > 0.5 else "after"
    line = element("line", x1=x, x2=x, y1=0, y2=height, class_="mark")
    return joined(line, element("text", label, x=x, y=11, dx=-6 if share > 0.5 else 6, class_=f"tick {side}"))


def _key(curve: Curve) -> Html:
    line = element("path", d="M1 6H27", class_=f"curve {curve.style}")
    return element("svg", line, width=28, height=12, aria_hidden="true")


def _spoken(chart: Chart, curves: Sequence[Curve]) -> str:
    """What a screen reader says: each curve's first and last value, and the mark."""
    parts = [f"{c.name} from {chart.label(_digits(c.points[0][1]))} to {chart.label(_digits(c.points[-1][1]))}" for c in curves]
    return f"{chart.title}, epochs 1 to {chart.epochs:,}: {'; '.join(parts)}" + (f"; {chart.mark[1]}" if chart.mark else "") + "."


def _digits(value: float) -> float:
    return float(f"{value:.3g}")


def _epochs(epochs: int) -> tuple[float, ...]:
    """The first epoch, round ones between, the last."""
    if epochs <= 1:
        return (float(epochs),)
    inner = [t for t in linear(0.0, float(epochs), steps=4).ticks if t == int(t) and 0.28 * epochs < t < 0.82 * epochs]
    return (1.0, *inner, float(epochs))

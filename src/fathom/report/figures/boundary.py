"""The figure "boundary": what a net with two inputs answers over the plane, and the examples on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.amount import amount
from fathom.core.records.boundary import Boundary, Points
from fathom.report.figures.multiples import label_axes, side_by_side
from fathom.report.figures.theme import COLORS, INK, MARKERS, faded, label, role_label

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEAST, MOST = 0.05, 0.38
"""How much of a class's color its ground has where the net is least and most sure."""


def boundary_figure(boundaries: Mapping[str, Boundary]) -> go.Figure:
    """The answers as colors of the ground, deeper where the net is surer; train points hollow, dev points full (C2W1-08).

    Args:
        boundaries: by the name of the run; all over the same two inputs and classes.

    Returns:
        A drawing for each run, with the same axes.
    """
    first = next(iter(boundaries.values()))
    figure, places = side_by_side(
        list(boundaries),
        "The boundary, with train and dev points" if first.classes else "The answers, with train and dev points",
        height=480,
        gap=0.04,
    )
    colors = _Range(boundaries.values()) if not first.classes else None
    for i, (boundary, place) in enumerate(zip(boundaries.values(), places, strict=True)):
        ground = _answers(boundary, colors) if colors else _classes(boundary)
        for trace in (*ground, *_points(boundary, colors, shown=i == 0)):
            figure.add_trace(trace, **place)
    x, y = (_span(boundaries.values(), name) for name in ("x", "y"))
    label_axes(
        figure,
        places,
        label(first.axes[0]),
        label(first.axes[1]),
        of_x={"range": x, "showgrid": False},
        of_y={"range": y, "showgrid": False},
    )
    figure.update_layout(legend={"itemsizing": "constant"})
    return figure


class _Range:
    """The colors of a regression: the same numbers have the same color in all drawings."""

    SCALE = (COLORS[0], COLORS[3], COLORS[1])

    def __init__(self, boundaries: Any) -> None:
        listed = list(boundaries)
        values = [v for b in listed for row in b.answer for v in row] + [v for b in listed for p in b.points.values() for v in p.truth]
        finite = [v for v in values if np.isfinite(v)]
        self.low: float = min(finite, default=0.0)
        self.high: float = max(finite, default=1.0)

    def scale(self, share: float) -> list[list[Any]]:
        return [[i / 2, faded(color, share)] for i, color in enumerate(self.SCALE)]


def _classes(b: Boundary) -> list[Any]:
    """A ground for each class, and lines where the answer changes."""
    import plotly.graph_objects as go

    answer, sure = np.asarray(b.answer), np.asarray(b.sureness)
    if len(b.classes) == 2:
        return [_two_classes(b, _levels(b, answer, sure)[0]), *_lines(b, _levels(b, answer, sure))]
    base = 1 / max(len(b.classes), 1)
    depth = LEAST + (MOST - LEAST) * np.clip((sure - base) / (1 - base), 0, 1)
    traces: list[Any] = []
    for k in range(len(b.classes)):
        color = COLORS[k % len(COLORS)]
        z = [
            [v if own else None for v, own in zip(row, owned, strict=True)]
            for row, owned in zip(depth.tolist(), (answer == k).tolist(), strict=True)
        ]
        scale = [[0, faded(color, 0.0)], [1, faded(color, 1.0)]]
        traces.append(go.Heatmap(x=b.x, y=b.y, z=z, zmin=0, zmax=1, colorscale=scale, showscale=False, hoverinfo="skip", zsmooth=False))
    return [*traces, *_lines(b, _levels(b, answer, sure))]


def _two_classes(b: Boundary, p: Any) -> Any:
    """One smooth ground from the color of the first class to that of the second, with next to none where the net is least sure."""
    import plotly.graph_objects as go

    first, second = COLORS[:2]
    scale = [[0, faded(first, MOST)], [0.5, faded(first, LEAST)], [0.5, faded(second, LEAST)], [1, faded(second, MOST)]]
    return go.Heatmap(x=b.x, y=b.y, z=p.tolist(), zmin=0, zmax=1, colorscale=scale, showscale=False, hoverinfo="skip", zsmooth="best")


def _lines(b: Boundary, levels: Sequence[Any]) -> list[Any]:
    """Where the answer changes."""
    import plotly.graph_objects as go

    traces = []
    for level in levels:
        lines = {"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"}
        traces.append(
            go.Contour(
                x=b.x,
                y=b.y,
                z=level.tolist(),
                contours=lines,
                line={"color": INK, "width": 2},
                showscale=False,
                hoverinfo="skip",
                showlegend=False,
            )
        )
    return traces


def _levels(b: Boundary, answer: Any, sure: Any) -> list[Any]:
    """Surfaces that cross 1/2 where the answer changes: the probability of the second of two classes, else a class against the rest."""
    if len(b.classes) == 2:
        return [np.where(answer == 1, sure, 1 - sure)]
    return [_softened((answer == k).astype(float)) for k in range(len(b.classes)) if (answer == k).any() and not (answer == k).all()]


def _softened(surface: Any) -> Any:
    """Averaged over a cell's neighbors, twice, so that the line between two classes has no stairs."""
    for _ in range(2):
        for ax in (0, 1):
            wide = np.pad(surface, [(1, 1) if i == ax else (0, 0) for i in (0, 1)], mode="edge")
            before, after = (np.take(wide, np.arange(surface.shape[ax]) + step, axis=ax) for step in (0, 2))
            surface = (before + 2 * surface + after) / 4
    return surface


def _answers(b: Boundary, colors: _Range) -> list[Any]:
    import plotly.graph_objects as go

    bar = {"title": {"text": "answer"}, "thickness": 12, "outlinewidth": 0}
    z = [list(row) for row in b.answer]
    return [
        go.Heatmap(
            x=b.x,
            y=b.y,
            z=z,
            zmin=colors.low,
            zmax=colors.high,
            colorscale=colors.scale(0.55),
            colorbar=bar,
            hoverinfo="skip",
            zsmooth="best",
        )
    ]


def _points(b: Boundary, colors: _Range | None, *, shown: bool) -> list[Any]:
    """The examples: a trace a role and class; a regression's have the color of their target."""
    traces = []
    for role, points in b.points.items():
        if colors is not None:
            marker = {
                "color": list(points.truth),
                "cmin": colors.low,
                "cmax": colors.high,
                "colorscale": colors.scale(1.0),
                "line": {"color": INK, "width": 1},
            }
            traces.append(_scatter(points, range(len(points.x)), marker, role, b, role_label(role), shown))
            continue
        for k, name in enumerate(b.classes):
            rows = [i for i, t in enumerate(points.truth) if int(t) == k]
            marker = {
                "color": COLORS[k % len(COLORS)],
                "line": {"color": "#ffffff" if role == "dev" else COLORS[k % len(COLORS)], "width": 1},
            }
            traces.append(_scatter(points, rows, marker, role, b, f"{label(name, 20)}, {role_label(role)}", shown))
    return traces


def _scatter(points: Points, rows: Sequence[int], marker: dict[str, Any], role: str, b: Boundary, name: str, shown: bool) -> Any:
    import plotly.graph_objects as go

    return go.Scatter(
        x=[points.x[i] for i in rows],
        y=[points.y[i] for i in rows],
        mode="markers",
        marker={
            **marker,
            "symbol": MARKERS.get(role, "circle"),
            "size": 6 if role == "train" else 9,
            "opacity": 0.9 if role == "train" else 1.0,
        },
        hovertext=[_sentence(points, i, role, b) for i in rows],
        hoverinfo="text",
        name=name,
        legendgroup=name,
        showlegend=shown and bool(len(rows)),
    )


def _sentence(points: Points, i: int, role: str, b: Boundary) -> str:
    truth = label(b.classes[int(points.truth[i])]) if b.classes else amount(points.truth[i])
    place = f"{label(b.axes[0], 24)} {amount(points.x[i])} and {label(b.axes[1], 24)} {amount(points.y[i])}"
    return f"A {role_label(role)} example of {truth} at {place}."


def _span(boundaries: Any, name: str) -> list[float]:
    """The same ends for all drawings."""
    grids = [getattr(b, name) for b in boundaries]
    return [min(g[0] for g in grids), max(g[-1] for g in grids)]

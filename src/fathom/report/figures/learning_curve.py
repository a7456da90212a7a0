"""The figure of a learning curve: errors against size, the law with its band, and what twice as much would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fathom.core.curve_figures import places_for, with_ends
from fathom.core.percent import percent
from fathom.core.records.learning_curve import LearningCurve
from fathom.report.figures.theme import COLORS, axis, faded, styled

if TYPE_CHECKING:
    import plotly.graph_objects as go

FARTHEST = 4
"""Times the largest size: how far the law is drawn."""

SIZE = {"rows": "rows of train", "width": "units of the first hidden layer"}


def learning_curve_figure(curve: LearningCurve) -> go.Figure:
    """Points with their intervals, the law with its 90% band, the train errors; both axes by factors.

    Args:
        curve: with two points or more.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    _band(figure, curve)
    places = places_for([curve.twice.value, *(p.error.value for p in curve.points)])
    _points(figure, curve, places)
    train = [p for p in curve.points if p.train > 0]
    hover = [f"At {p.size:,} the nets got {percent(p.train, places)}% of their own rows wrong." for p in train]
    figure.add_scatter(
        x=[p.size for p in train],
        y=[p.train for p in train],
        name="train",
        mode="lines+markers",
        hovertext=hover,
        hoverinfo="text",
        line={"color": COLORS[1], "width": 1.5, "dash": "dot"},
    )
    looks = {"type": "log", "tickformat": ".2~%"}
    sizes = [p.size for p in curve.points] + [2 * curve.n, FARTHEST * curve.n]
    ticks = {"type": "log", "tickvals": sizes, "ticktext": [f"{n:,}" for n in sizes]}
    return styled(figure, curve.headline.split(". ")[0], xaxis=axis(SIZE[curve.against], **ticks), yaxis=axis("error", **looks))


def _band(figure: go.Figure, curve: LearningCurve) -> None:
    """The law from the smallest size to four times the largest, and the interval around it."""
    sizes = np.geomspace(curve.points[0].size, FARTHEST * curve.n, 60)
    found = [curve.at(float(n)) for n in sizes]
    least = min(e.value for e in found if e.value > 0) / 4 if any(e.value > 0 for e in found) else 1e-6
    low, high = [max(e.low or 0.0, least) for e in found], [e.high or e.value for e in found]
    plain = {"mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(x=sizes, y=high, line={"width": 0}, showlegend=False, **plain)
    figure.add_scatter(x=sizes, y=low, line={"width": 0}, fill="tonexty", fillcolor=faded(COLORS[0], 0.18), name="90%", **plain)
    line = {"color": COLORS[0], "width": 2}
    figure.add_scatter(x=sizes, y=[max(e.value, least) for e in found], name="law", line=line, **plain)


def _points(figure: go.Figure, curve: LearningCurve, places: int) -> None:
    """What was measured, and the forecast at twice the largest size."""
    measured = [(p.size, p.error, "measured", f"At {p.size:,}: {with_ends(p.error, places)}, {p.nets} nets.") for p in curve.points]
    forecast = [(2 * curve.n, curve.twice, "expected", f"Expected at {2 * curve.n:,}: {with_ends(curve.twice, places)}.")]
    for rows, symbol in ((measured, "circle"), (forecast, "circle-open")):
        shown = [(n, e, text) for n, e, _, text in rows if e.value > 0]
        figure.add_scatter(
            x=[n for n, _, _ in shown],
            y=[e.value for _, e, _ in shown],
            error_y={
                "array": [(e.high or e.value) - e.value for _, e, _ in shown],
                "arrayminus": [min(e.value - (e.low or 0.0), 0.98 * e.value) for _, e, _ in shown],
                "color": COLORS[0],
                "thickness": 1.5,
            },
            name=rows[0][2],
            mode="markers",
            hovertext=[text for _, _, text in shown],
            hoverinfo="text",
            marker={"color": COLORS[0], "size": 8, "symbol": symbol},
        )

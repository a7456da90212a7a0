"""The figure "residuals": how far off a regression is on dev."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fathom.core.amount import amount
from fathom.report.figures.multiples import label_axes, side_by_side
from fathom.report.figures.theme import COLORS, INK, label
from fathom.report.page_residuals import points_of

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

MOST = 3_000
"""Points of a run; of more examples a fixed sample is drawn."""


def residuals_figure(tables: Mapping[str, pl.DataFrame], unit: str = "") -> go.Figure:
    """Truth minus prediction against the prediction; a band around 0 without a shape is what is wanted.

    Args:
        tables: errors on dev by the name of the run: truth and prediction in the target's unit.
        unit: what the figures are called.

    Returns:
        A drawing for each run, with the same axes.
    """
    import plotly.graph_objects as go

    figure, places = side_by_side(list(tables), "How far off, on dev (validation)", height=440)
    for i, (table, place) in enumerate(zip(tables.values(), places, strict=True)):
        prediction, residual = points_of(table, MOST)
        figure.add_trace(
            go.Scatter(
                x=prediction.tolist(),
                y=residual.tolist(),
                mode="markers",
                marker={"color": COLORS[i % len(COLORS)], "size": 7, "opacity": 0.6},
                hovertext=[_sentence(p, r, unit) for p, r in zip(prediction.tolist(), residual.tolist(), strict=True)],
                hoverinfo="text",
                showlegend=False,
            ),
            **place,
        )
        figure.add_hline(y=0, line={"color": INK, "width": 1.5}, **place)
    named = f" ({label(unit, 24)})" if unit else ""
    label_axes(figure, places, f"prediction{named}", f"truth minus prediction{named}", of_x={}, of_y={})
    return figure


def _sentence(prediction: float, residual: float, unit: str) -> str:
    turn = "too low" if residual > 0 else "too high"
    named = f" {label(unit, 24)}" if unit else ""
    if not np.isfinite(residual) or residual == 0:
        return f"Predicted {amount(prediction)}{named}, which is right."
    return f"Predicted {amount(prediction)}{named}, {amount(abs(residual))} {turn}."

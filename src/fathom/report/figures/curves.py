"""Curves over the epochs: one color a run, one dash a role."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fathom.core.records.history import History
from fathom.report.figures.theme import COLORS, GRID, INK, axis, label, styled
from fathom.report.page_axis import WIDE

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve.

    Attributes:
        name: in the legend.
        points: (epoch, value); values that are not finite are left out.
        hover: a sentence for each of the points.
        color: its place among the colors.
        dash: plotly's name of the dash.
        dots: whether the points are marked, because not every epoch was measured.
    """

    name: str
    points: Sequence[tuple[int, float]]
    hover: Sequence[str]
    color: int = 0
    dash: str = "solid"
    dots: bool = False

    @property
    def finite(self) -> list[tuple[int, float, str]]:
        """Epoch, value and sentence, without what no axis has a place for."""
        return [(x, y, text) for (x, y), text in zip(self.points, self.hover, strict=True) if math.isfinite(y)]


def line_figure(lines: Sequence[Line], histories: Mapping[str, History], title: str, unit: str, **looks: Any) -> go.Figure:
    """The curves, and where early stopping kept weights.

    Args:
        lines: at least one.
        histories: by the name of the run, in the order of the colors.
        title: of the figure.
        unit: what stands at the axis on the left.
        **looks: of that axis.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for line in lines:
        points = line.finite
        figure.add_scatter(
            x=[x for x, _, _ in points],
            y=[y for _, y, _ in points],
            hovertext=[text for _, _, text in points],
            hoverinfo="text",
            name=line.name,
            mode="lines+markers" if line.dots or len(points) == 1 else "lines",
            line={"color": COLORS[line.color % len(COLORS)], "width": 2, "dash": line.dash},
            marker={"size": 5},
        )
    log = log_axis([y for line in lines for _, y, _ in line.finite])
    looks = {**({"type": "log", "dtick": 1, "tickformat": "~g"} if log else {}), **looks}
    styled(
        figure, title, xaxis=axis("epoch", showgrid=False, range=_reach(histories)), yaxis=axis(unit, **looks), showlegend=len(lines) > 1
    )
    _mark_kept(figure, histories)
    return figure


def _reach(histories: Mapping[str, History]) -> list[float]:
    """From the first epoch to the last of all, with a little room for the marks."""
    last = max(h.epochs[-1].epoch for h in histories.values())
    room = max(0.015 * (last - 1), 0.05)
    return [1 - room, last + room]


def log_axis(values: Sequence[float]) -> bool:
    """Whether a log axis shows more: all above 0, and a factor of 50 between the largest and the smallest."""
    return bool(values) and min(values) > 0 and max(values) / min(values) >= WIDE


def kept_epochs(histories: Mapping[str, History]) -> list[tuple[int, str, int]]:
    """Color, name and epoch of each run that early stopping kept the weights of."""
    return [(i, name, h.best_epoch) for i, (name, h) in enumerate(histories.items()) if h.best_epoch is not None]


def _mark_kept(figure: go.Figure, histories: Mapping[str, History]) -> None:
    """A line down at each kept epoch, named at its top."""
    alone = len(histories) == 1
    for i, name, epoch in kept_epochs(histories):
        last = histories[name].epochs[-1].epoch
        figure.add_vline(x=epoch, line={"color": INK if alone else COLORS[i % len(COLORS)], "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=epoch,
            y=1,
            yref="paper",
            yshift=-4 - 18 * i,
            text=f"kept: epoch {epoch:,}" if alone else f"{label(name, 24)}: kept epoch {epoch:,}",
            showarrow=False,
            xanchor="right" if epoch > 0.5 * last else "left",
            xshift=-5 if epoch > 0.5 * last else 5,
            yanchor="top",
            font={"size": 12},
            bgcolor="rgba(0,0,0,0)",
            bordercolor=GRID,
            borderwidth=0,
        )


def whose(name: str, alone: bool) -> str:
    """' of l2 0.7' in a sentence about one of several runs."""
    return "" if alone else f" of {label(name)}"

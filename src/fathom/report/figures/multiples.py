"""Small multiples: a drawing for each run, side by side, with the same axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fathom.report.figures.theme import INK, axis, label, styled

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_ACROSS = 3


def side_by_side(names: Sequence[str], title: str, *, height: int = 420, gap: float = 0.08) -> tuple[go.Figure, list[dict[str, int]]]:
    """An empty figure with a place for each run; one run has the whole of it and no heading.

    Returns:
        The figure, and row and column of each run's place as plotly takes them.
    """
    from plotly.subplots import make_subplots

    across = min(len(names), MOST_ACROSS)
    down = -(-len(names) // across)
    titles = [label(name, 36) for name in names] if len(names) > 1 else None
    vertical = gap if down == 1 else min(0.24 / down, 0.12)
    figure = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=titles,
        horizontal_spacing=gap,
        vertical_spacing=vertical,
        shared_yaxes="all",
        shared_xaxes="all",
    )
    styled(figure, title, height=height if down == 1 else 110 + (height - 110) * down)
    if names[1:]:
        tall = figure.layout.height
        figure.update_layout(margin={"t": 112}, legend={"y": 1 + 30 / (tall - 168)})
    figure.update_annotations(font={"size": 14, "color": INK})
    return figure, [{"row": i // across + 1, "col": i % across + 1} for i in range(len(names))]


def label_axes(figure: go.Figure, places: Sequence[dict[str, int]], x: str, y: str, *, of_x: dict[str, Any], of_y: dict[str, Any]) -> None:
    """The looks of all axes; x is named below the lowest drawing of a column, y at the left."""
    columns: dict[int, int] = {}
    for place in places:
        columns[place["col"]] = max(place["row"], columns.get(place["col"], 0))
    for place in places:
        lowest, leftmost = columns[place["col"]] == place["row"], place["col"] == 1
        figure.update_xaxes(axis(x if lowest else "", **{"showticklabels": lowest, **of_x}), **place)
        figure.update_yaxes(axis(y if leftmost else "", **{"showticklabels": leftmost, **of_y}), **place)

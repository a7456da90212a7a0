"""The figure "confusion": what was taken for what on dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fathom.core.percent import percent
from fathom.report.figures.multiples import label_axes, side_by_side
from fathom.report.figures.theme import COLORS, INK, faded, label

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

MOST_COUNTS = 20
"""Classes up to which the counts are written into the cells."""

SCALE = (
    (0.0, faded(COLORS[1], 0.95)),
    (0.499, faded(COLORS[1], 0.08)),
    (0.4995, faded(INK, 0.07)),
    (0.5005, faded(INK, 0.07)),
    (0.501, faded(COLORS[0], 0.08)),
    (1.0, faded(COLORS[0], 0.85)),
)
"""Orange from -1, next to nothing at 0, blue to 1."""


def confusion_figure(tables: Mapping[str, pl.DataFrame], classes: Sequence[str]) -> go.Figure:
    """Counts of truth (down) against prediction (across), shaded by the share of the row: blue what is right, orange what is wrong.

    Args:
        tables: errors on dev by the name of the run: truth and prediction, one row an example.
        classes: in the order of the rows and columns; labels that are not among them come after.

    Returns:
        A matrix for each run.
    """
    labels = list(
        dict.fromkeys(
            [
                *map(str, classes),
                *(str(v) for t in tables.values() for c in ("truth", "prediction") for v in t.get_column(c).unique().sort().to_list()),
            ]
        )
    )
    counts = [counts_of(table, labels) for table in tables.values()]
    size = min(max(300, 46 * len(labels)), 620)
    figure, places = side_by_side(list(tables), "What was taken for what, on dev (validation)", height=size + 150)
    for matrix, name, place in zip(counts, tables, places, strict=True):
        figure.add_heatmap(**_heat(matrix, labels, name if len(tables) > 1 else ""), **place)
    ticks = {"tickvals": list(range(len(labels))), "ticktext": [label(name, 16) for name in labels], "showgrid": False}
    turned = {"tickangle": -90 if max(map(len, labels)) > 3 and len(labels) > 6 else 0}
    label_axes(figure, places, "prediction", "truth", of_x={**ticks, **turned}, of_y={**ticks, "autorange": "reversed"})
    return figure


def counts_of(table: pl.DataFrame, labels: Sequence[str]) -> NDArray[np.int64]:
    """How often each truth (row) was taken for each class (column), (C, C).

    Example:
        >>> import polars as pl
        >>> counts_of(pl.DataFrame({"truth": ["a", "a", "b"], "prediction": ["a", "b", "b"]}), ["a", "b"]).tolist()
        [[1, 1], [0, 1]]
    """
    place = {name: i for i, name in enumerate(labels)}
    found = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for truth, prediction, n in table.group_by("truth", "prediction").len().rows():
        found[place[str(truth)], place[str(prediction)]] += n
    return found


def _heat(counts: NDArray[np.int64], labels: Sequence[str], name: str) -> dict[str, object]:
    """A heat map from -1 (all of the row wrong here) over 0 (nothing) to 1 (all of the row right)."""
    rows = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(rows, 1)
    sign = np.where(np.eye(len(labels), dtype=bool), 1.0, -1.0)
    written = [[f"{v:,}" if v else "" for v in row] for row in counts.tolist()] if len(labels) <= MOST_COUNTS else None
    return {
        "z": np.where(counts > 0, sign * (0.12 + 0.88 * share), 0.0).tolist(),
        "zmin": -1,
        "zmax": 1,
        "colorscale": SCALE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertext": [[_sentence(counts, i, j, labels, name) for j in range(len(labels))] for i in range(len(labels))],
        "hoverinfo": "text",
        **({"text": written, "texttemplate": "%{text}", "textfont": {"size": 13 if len(labels) <= 10 else 10}} if written else {}),
    }


def _sentence(counts: NDArray[np.int64], i: int, j: int, labels: Sequence[str], name: str) -> str:
    n, of = int(counts[i, j]), int(counts[i].sum())
    share = f" ({percent(n / of)}%)" if of else ""
    whose = f"{label(name)}: " if name else ""
    return f"{whose}{n:,} of {of:,} examples of {label(labels[i])}{share} were taken for {label(labels[j])}."

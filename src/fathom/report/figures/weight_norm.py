"""The figure "weight_norm": the Frobenius norm of all weights by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fathom.core.records.history import History
from fathom.report.figures.curves import Line, line_figure, whose
from fathom.report.figures.theme import label

if TYPE_CHECKING:
    import plotly.graph_objects as go


def weight_norm_figure(histories: Mapping[str, History]) -> go.Figure:
    """The norm of W, biases and norm layers left out: what L2 holds down (C2W1-19).

    Args:
        histories: by the name of the run; each with an epoch.

    Returns:
        Curves over the epochs.
    """
    alone = len(histories) == 1
    lines = [
        Line(
            name=label(name),
            points=[(e.epoch, e.weight_norm) for e in h],
            hover=[f"At the end of epoch {e.epoch:,} the norm of W{whose(name, alone)} was {e.weight_norm:.4g}." for e in h],
            color=i,
        )
        for i, (name, h) in enumerate(histories.items())
    ]
    return line_figure(lines, histories, "Norm of W", "Frobenius norm of W")

"""The figure "learning_rate": alpha by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fathom.core.records.history import History
from fathom.report.figures.curves import Line, line_figure, whose
from fathom.report.figures.theme import label

if TYPE_CHECKING:
    import plotly.graph_objects as go


def learning_rate_figure(histories: Mapping[str, History]) -> go.Figure:
    """The learning rate at the last step of each epoch (C2W2-13).

    Args:
        histories: by the name of the run; each with an epoch.

    Returns:
        Curves over the epochs, on a log axis where the rate falls by a factor of 50.
    """
    alone = len(histories) == 1
    lines = [
        Line(
            name=label(name),
            points=[(e.epoch, e.learning_rate) for e in h],
            hover=[f"At the end of epoch {e.epoch:,} the learning rate{whose(name, alone)} was {e.learning_rate:.4g}." for e in h],
            color=i,
        )
        for i, (name, h) in enumerate(histories.items())
    ]
    return line_figure(lines, histories, "Learning rate", "learning rate", rangemode="tozero")

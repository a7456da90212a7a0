"""The figure "cost": J by epoch with its penalty, and the data term without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fathom.core.records.history import Epoch, History
from fathom.report.figures.curves import Line, line_figure, whose
from fathom.report.figures.theme import label

if TYPE_CHECKING:
    import plotly.graph_objects as go


def cost_figure(histories: Mapping[str, History]) -> go.Figure:
    """J, which falls by the epoch only with the penalty in it (C2W1-25), and dashed the data term where there is a penalty.

    Args:
        histories: by the name of the run; each with an epoch.

    Returns:
        Curves over the epochs, on a log axis where J falls by a factor of 50.
    """
    lines = [line for i, (name, h) in enumerate(histories.items()) for line in _lines(i, name, h, len(histories) == 1)]
    penalized = any(e.penalty for h in histories.values() for e in h)
    title = "J, the objective, and its data term" if penalized else "J, the objective"
    return line_figure(lines, histories, title, "J")


def _lines(i: int, name: str, history: History, alone: bool) -> Iterator[Line]:
    hover = [_sentence(e, name, alone) for e in history]
    whole, bare = ("J, with the penalty", "data term") if alone else (label(name), f"{label(name)}, data term")
    yield Line(name=whole, points=[(e.epoch, e.J) for e in history], hover=hover, color=i)
    if any(e.penalty for e in history):
        yield Line(name=bare, points=[(e.epoch, e.data_term) for e in history], hover=hover, color=1 if alone else i, dash="dash")


def _sentence(e: Epoch, name: str, alone: bool) -> str:
    parts = f" = data term {e.data_term:.4g} + penalty {e.penalty:.4g}" if e.penalty else ", without a penalty"
    return f"In epoch {e.epoch:,} J{whose(name, alone)} was {e.J:.4g}{parts}."

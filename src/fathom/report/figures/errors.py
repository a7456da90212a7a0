"""The figure "errors": the error by role and epoch, where it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fathom.core.percent import percent
from fathom.core.records.history import History
from fathom.core.roles import ROLES
from fathom.report.figures.curves import Line, line_figure, whose
from fathom.report.figures.theme import DASHES, label, role_label

if TYPE_CHECKING:
    import plotly.graph_objects as go


def errors_figure(histories: Mapping[str, History], *, regression: bool = False) -> go.Figure:
    """The error of every role that was measured, with the epoch that early stopping kept.

    Args:
        histories: by the name of the run; each with a measured epoch.
        regression: errors are shares of the baseline's.

    Returns:
        Curves over the epochs from 0 up; one color a run and one dash a role, one color a role for a run alone.
    """
    alone = len(histories) == 1
    lines = [line for i, (name, h) in enumerate(histories.items()) for line in _lines(i, name, h, alone)]
    late = [y for line in lines for _, y in line.points[len(line.points) // 2 :]]
    most = max((y for line in lines for _, y in line.points), default=1.0)
    top = min(most, 4 * max(late)) if late and max(late) > 0 else most
    unit = "error (share of the baseline's)" if regression else "error"
    looks = {
        "tickformat": ".0%" if top > 0.05 else ".1%",
        "range": [-0.02 * top, 1.08 * top if top > 0 else 0.01],
        "type": "linear",
        "dtick": None,
    }
    return line_figure(lines, histories, "Error by role and epoch", unit, **looks)


def _lines(i: int, name: str, history: History, alone: bool) -> Iterator[Line]:
    for k, role in enumerate(role for role in ROLES if history.measured(role)):
        points = history.measured(role)
        yield Line(
            name=role_label(role) if alone else f"{label(name)}, {role_label(role)}",
            points=points,
            hover=[f"After epoch {x:,} the {role_label(role)} error{whose(name, alone)} was {percent(y, 2)}%." for x, y in points],
            color=k if alone else i,
            dash=DASHES[role],
            dots=len(points) < 60,
        )

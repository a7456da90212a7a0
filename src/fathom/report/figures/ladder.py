"""The figure "ladder": the errors from the floor up to test, with intervals and the gaps between; of several runs, grouped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fathom.core.ladder_figures import ends_figure, error_figure, gap_figure, only_bounded
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.rung import Rung
from fathom.report.figures.theme import CLEAR, COLORS, INK, VERDICTS, axis, label, role_label, styled
from fathom.report.page_markup import signed

if TYPE_CHECKING:
    import plotly.graph_objects as go

PITCH = 44
"""Height of a row, in pixels."""

FLOORS = ("human", "floor")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A point with its interval, in a row of its own or of a group."""

    y: float
    estimate: Estimate
    text: str
    hover: str
    color: str
    symbol: str = "circle"


def ladder_figure(diagnoses: Mapping[str, Diagnosis]) -> go.Figure:
    """The ladder of one run with its gaps, references and goal; of several, their rungs in groups.

    Args:
        diagnoses: by the name of the run, at least one.

    Returns:
        Errors across, rungs down.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    if len(diagnoses) == 1:
        ((_, d),) = diagnoses.items()
        return _alone(figure, d)
    return _grouped(figure, diagnoses)


def _alone(figure: go.Figure, d: Diagnosis) -> go.Figure:
    """A row for every rung and gap, then what is sealed, the goal and the references."""
    names: list[str] = []
    marks: list[Mark] = []
    gaps: list[tuple[int, Gap]] = []
    by_end = {gap.end: gap for gap in d.gaps.values()}
    for rung in d.ladder:
        if rung.name in by_end:
            gaps.append((len(names), by_end[rung.name]))
            names.append(by_end[rung.name].title)
        marks.append(_rung_mark(rung, len(names), d.ladder))
        names.append(role_label(rung.name))
    names += [f"{role_label(role)}: sealed" for role in d.ladder.sealed]
    limit = 3 * max([*(m.estimate.high or m.estimate.value for m in marks), d.goal or 0.0, 0.01])
    for mark in _held_against(d, len(names), limit):
        marks.append(mark)
        names.append(mark.hover.split(":")[0])
    for y, gap in gaps:
        _draw_gap(figure, y, gap, d)
    _draw(figure, marks)
    for mark in marks:
        if mark.symbol != "circle":
            figure.add_vline(x=mark.estimate.value, line={"color": INK, "width": 1, "dash": "dot"}, opacity=0.6, layer="below")
    return _laid_out(figure, names, d.ladder, legend=False, reach=_reach(marks))


def _rung_mark(rung: Rung, y: int, ladder: Ladder) -> Mark:
    hollow = rung.name in FLOORS
    known = f" ({label(rung.note, 80)})" if rung.note else "" if rung.estimate.n is None else f" over {rung.estimate.n:,} examples"
    hover = f"The {role_label(rung.name)} error is {_figures(rung.estimate, ladder)}{known}."
    return Mark(
        y=y,
        estimate=rung.estimate,
        text=error_figure(rung.estimate.value, ladder),
        hover=hover,
        color=INK if hollow else COLORS[0],
        symbol="circle-open" if hollow else "circle",
    )


def _held_against(d: Diagnosis, y: int, limit: float) -> list[Mark]:
    """The goal and the references that the drawing reaches to, in rows from y on."""
    found = [("goal", Estimate(value=d.goal))] if d.goal is not None else []
    found += [(label(r.name, 24), r.estimate) for r in d.references.values() if r.estimate.value <= limit]
    return [
        Mark(
            y=y + i,
            estimate=e,
            text=error_figure(e.value, d.ladder),
            hover=f"{name}: a dev error of {_figures(e, d.ladder)}.",
            color=INK,
            symbol="diamond-open" if name == "goal" else "square-open",
        )
        for i, (name, e) in enumerate(found)
    ]


def _figures(e: Estimate, ladder: Ladder) -> str:
    ends = ends_figure(e.low, e.high, ladder)
    return error_figure(e.value, ladder) + (f" ({ends}, {e.level:.0%} interval)" if ends else "")


def _draw(figure: go.Figure, marks: Sequence[Mark], *, name: str = "", shown: bool = False) -> None:
    """Points with their intervals as one trace a color and symbol."""
    for color, symbol in dict.fromkeys((m.color, m.symbol) for m in marks):
        own = [m for m in marks if (m.color, m.symbol) == (color, symbol)]
        values = [m.estimate for m in own]
        figure.add_scatter(
            x=[e.value for e in values],
            y=[m.y for m in own],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [0 if e.high is None else max(e.high - e.value, 0) for e in values],
                "arrayminus": [0 if e.low is None else max(e.value - e.low, 0) for e in values],
                "color": color,
                "thickness": 2,
                "width": 5,
            },
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 11, "line": {"width": 2, "color": color}},
            hovertext=[m.hover for m in own],
            hoverinfo="text",
            name=name,
            showlegend=shown,
        )
    for m in marks:
        edge = m.estimate.value if m.estimate.high is None else m.estimate.high
        figure.add_annotation(
            x=edge, y=m.y, text=f"<b>{m.text}</b>", showarrow=False, xanchor="left", xshift=10, font={"size": 13, "color": m.color}
        )


def _draw_gap(figure: go.Figure, y: int, gap: Gap, d: Diagnosis) -> None:
    """A bar between its two rungs; dashed the piece that it may or may not have where only its ends are known."""
    start = d.floor.value if gap.name == "avoidable_bias" else d.ladder[gap.start].estimate.value
    end, color = d.ladder[gap.end].estimate.value, VERDICTS[gap.verdict]
    bounded = only_bounded(gap, d)
    ends = ends_figure(gap.low, gap.high, d.ladder)
    value = signed(gap_figure(gap, d) or ends)
    interval = f" ({ends})" if ends and ends != value else ""
    hover = f"{gap.title.capitalize()}: {value}{interval} points, {gap.verdict}. {label(gap.says, 200)}".strip()
    pieces = [((0.0, min(start, end)), "dot")] if bounded else []
    pieces += [] if bounded and end <= start else [((start, end), "solid")]
    for x, dash in pieces:
        figure.add_scatter(
            x=x,
            y=[y, y],
            mode="lines+markers",
            line={"color": color, "width": 6 if dash == "solid" else 2, "dash": dash},
            marker={"symbol": "line-ns-open", "size": 14, "color": color, "line": {"width": 2}},
            hovertext=hover,
            hoverinfo="text",
            showlegend=False,
        )
    far = max(start, end) if not bounded else max(end, min(start, end))
    figure.add_annotation(
        x=far, y=y, text=f"{value} {gap.verdict}", showarrow=False, xanchor="left", xshift=12, font={"size": 13, "color": color}
    )


def _grouped(figure: go.Figure, diagnoses: Mapping[str, Diagnosis]) -> go.Figure:
    """A row a role, and in it a point a run."""
    roles = list(dict.fromkeys(rung.name for d in diagnoses.values() for rung in d.ladder))
    order = [role for role in ("human", "train", "train_dev", "dev", "test") if role in roles]
    step = 0.72 / len(diagnoses)
    reach = 0.0
    for i, (name, d) in enumerate(diagnoses.items()):
        marks = [
            Mark(
                y=order.index(rung.name) + step * (i - (len(diagnoses) - 1) / 2),
                estimate=rung.estimate,
                text=error_figure(rung.estimate.value, d.ladder),
                hover=f"The {role_label(rung.name)} error of {label(name)} is {_figures(rung.estimate, d.ladder)}.",
                color=COLORS[i % len(COLORS)],
            )
            for rung in d.ladder
            if rung.name in order
        ]
        reach = max(reach, _reach(marks))
        _draw(figure, marks, name=label(name), shown=True)
    first = next(iter(diagnoses.values())).ladder
    return _laid_out(
        figure, [role_label(role) for role in order], first, legend=True, reach=reach, pitch=max(PITCH, 24 * len(diagnoses) + 16)
    )


def _reach(marks: Sequence[Mark]) -> float:
    return max(m.estimate.value if m.estimate.high is None else m.estimate.high for m in marks) or 0.01


def _laid_out(figure: go.Figure, names: Sequence[str], ladder: Ladder, *, legend: bool, reach: float, pitch: int = PITCH) -> go.Figure:
    unit = "error" if ladder.scale is None else "error (100%: always predicting the median of train)"
    places = ".1%" if reach < 0.05 else ".0%"
    low = min(0.0, -0.01 * reach)
    styled(figure, "The ladder of errors", height=pitch * len(names) + 150, showlegend=legend)
    figure.update_xaxes(axis(unit, tickformat=places, range=[low, reach * 1.16], zeroline=True, zerolinecolor=INK, zerolinewidth=1))
    figure.update_yaxes(axis(tickvals=list(range(len(names))), ticktext=list(names), range=[len(names) - 0.4, -0.6], gridcolor=CLEAR))
    return figure

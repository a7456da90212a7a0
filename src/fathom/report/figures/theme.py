"""How all figures look: one font, colors that color-blind people can tell apart, a ground that lets light and dark pages through."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from fathom.core.ladder_figures import role_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLORS = ("#2878c8", "#d95f02", "#109a6a", "#b863a8", "#9a7d0a", "#7f6fe0", "#c9405b", "#5b9aa0")
"""One a run (a role, a class); each stands out by 3 to 1 from white and from near black."""

INK = "#7c8087"
"""Text and lines: as far from white as from near black, 4 to 1."""

GRID = "rgba(124,128,135,0.22)"
CLEAR = "rgba(0,0,0,0)"

HIGH, LOW, UNCLEAR = "#d6453d", "#109a6a", "#b07a00"
VERDICTS = {"high": HIGH, "low": LOW, "unclear": UNCLEAR}

DASHES = {"train": "dot", "train_dev": "dashdot", "dev": "solid", "test": "dash"}
"""One a role."""

MARKERS = {"train": "circle-open", "train_dev": "square-open", "dev": "circle", "test": "diamond"}

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

LONGEST = 48
"""Letters of a name from the data."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def label(value: object, most: int = LONGEST) -> str:
    """A name from the data as plotly shows it: cut, and with no markup or formula in it.

    Example:
        >>> label("<b>a</b> & $x$"), label("a" * 60, 5)
        ('&lt;b&gt;a&lt;/b&gt; &amp; &#36;x&#36;', 'aaaa…')
    """
    text = _UNFIT.sub("\ufffd", str(value))
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    return html.escape(short, quote=False).replace("$", "&#36;")


def role_label(role: str) -> str:
    """'dev (validation)' for dev, 'train-dev' for train_dev."""
    return role_name(role)


def faded(color: str, share: float) -> str:
    """A color that lets the ground through.

    Example:
        >>> faded("#2878c8", 0.25)
        'rgba(40,120,200,0.25)'
    """
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def axis(title: str = "", **changes: Any) -> dict[str, Any]:
    """The looks of an axis: thin lines, no box, ticks outside."""
    return {
        "title": {"text": title, "font": {"size": 13}, "standoff": 8},
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": 12},
        "automargin": True,
        **changes,
    }


def styled(figure: go.Figure, title: str, *, height: int = 420, **layout: Any) -> go.Figure:
    """The figure with the looks of the house.

    Args:
        figure: with its traces.
        title: a short one; what is drawn.
        height: in pixels; the width follows the page.
        **layout: more of plotly's layout.
    """
    figure.update_layout(
        template="none",
        title={
            "text": title,
            "font": {"size": 17, "color": INK},
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "yref": "container",
            "y": 0.97,
            "yanchor": "top",
        },
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        colorway=list(COLORS),
        height=height,
        margin={"l": 64, "r": 28, "t": 84, "b": 56},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
        hoverlabel={"font": {"family": FONT, "size": 13}, "align": "left", "namelength": -1},
        hovermode="closest",
        modebar={"bgcolor": CLEAR, "color": GRID, "activecolor": INK},
    )
    if not layout.get("showlegend", True):
        figure.update_layout(margin={"t": 60})
    figure.update_layout(**layout)
    return figure

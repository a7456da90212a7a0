"""The page: all sections in one file that needs nothing else."""

from __future__ import annotations

import datetime
import html
import importlib.metadata
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
from plotly.offline import get_plotlyjs
from section import HERE, Section

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's, which color-blind people can tell apart too."""

CLOUD = 400
DRAWN = 120
"""Points of a trace from which on it is drawn only when asked for."""

NUMBER = re.compile(r"^[<>-]?[\d.,]+(e[+-]?\d+)?%?$")
TITLE = "Practical aspects of deep learning: one week, run"


def page(sections: Sequence[Section], seconds: float, out: Path) -> str:
    """The whole page.

    Args:
        sections: in the order in which they stand on it.
        seconds: all of them took.
        out: where it will be written, for the links to the scripts.
    """
    body = "\n".join([_head(sections, seconds), *(_section(s, out) for s in sections)])
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title>\n<style>{style}</style>\n<script>{get_plotlyjs()}</script></head>\n"
        f"<body><main>\n{body}\n</main>\n<script>{script}</script></body></html>\n"
    )


def _head(sections: Sequence[Section], seconds: float) -> str:
    failed = [s for s in sections if s.problem]
    held = "Every script holds" if not failed else f"{len(sections) - len(failed)} of {len(sections)} scripts hold"
    alert = f'<p class="alert">{len(failed)} do not: {_text("; ".join(s.title for s in failed))}.</p>' if failed else ""
    links = "".join(
        f'<li{" class=bad" if s.problem else ""}><span class="number">{s.number}</span><a href="#{s.script.stem}">{_text(s.title)}</a></li>'
        for s in sections
    )
    version = importlib.metadata.version("fathom-ml")
    return (
        f"<header><h1>{TITLE}</h1>"
        '<p class="lead">Each section is a short script that trains what the lecture talks about, and asserts what the lecture says of it. '
        "A figure that did not hold would stand here in red.</p>"
        f"{alert}<p class=faint>{held}; run in {seconds:.0f} s on {datetime.date.today():%-d %B %Y} with fathom {version}.</p>"
        f"<nav><ol>{links}</ol></nav></header>"
    )


def _section(section: Section, out: Path) -> str:
    link = os.path.relpath(section.script, out.resolve().parent).replace(os.sep, "/")
    source = section.script.read_text(encoding="utf-8")
    parts = [
        f"<h2>{_number(section)}{_text(section.title)}</h2>",
        f'<p class="lead">{_text(section.course)}</p>',
        *(_figure(text, f"{section.script.stem}-{i}", section.title) for i, text in enumerate(section.figures)),
        _table(section) if section.head else "",
        _verdict(section),
        f'<p class="faint"><a href="{html.escape(link)}">{section.script.name}</a>, {section.seconds:.1f} s. Course rows '
        f"{', '.join(f'<span class=whole>{row}</span>' for row in section.rows)}.</p>",
        f"<details><summary>The script ({len(source.splitlines())} lines)</summary><pre>{_text(source)}</pre></details>",
    ]
    return f'<section id="{section.script.stem}">' + "\n".join(p for p in parts if p) + "</section>"


def _number(section: Section) -> str:
    return f'<span class="number">{section.number}</span>' if section.number else ""


def _verdict(section: Section) -> str:
    if section.problem:
        return f'<div class="problem"><b>Does not hold</b><pre>{_text(section.problem)}</pre></div>'
    return f'<p class="checked"><b>Checked</b> {_text(section.checked)}</p>'


def _table(section: Section) -> str:
    numeric = [all(NUMBER.match(str(row[i])) for row in section.cells) for i in range(len(section.head))]
    marks = [' class="right"' if right else "" for right in numeric]
    head = "".join(f'<th scope="col"{mark}>{_text(name)}</th>' for name, mark in zip(section.head, marks, strict=True))
    rows = "".join(
        "<tr>" + "".join(f"<td{mark}>{_text(cell)}</td>" for cell, mark in zip(row, marks, strict=True)) + "</tr>" for row in section.cells
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _figure(text: str, name: str, title: str) -> str:
    figure = plotly.io.from_json(text)
    if figure.layout.paper_bgcolor is None:
        _plain(figure)
    figure.for_each_trace(_thin)
    drawn = figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=name, default_height=f"{figure.layout.height or 380}px",
        config={"displayModeBar": False, "responsive": True},
    )  # fmt: skip
    several = " several" if sum(key.startswith("xaxis") for key in figure.layout.to_plotly_json()) > 2 else ""
    return f'<div class="scroll"><div class="figure{several}" role="img" aria-label="Figure: {html.escape(title)}">{drawn}</div></div>'


def _thin(trace: Any) -> None:
    """Of a cloud of points that would hide what lies under it the first are drawn; surfaces take four bytes a value."""
    if trace.type == "scatter" and trace.mode == "markers" and trace.x is not None and len(trace.x) > CLOUD:
        trace.update(x=trace.x[:DRAWN], y=trace.y[:DRAWN], hovertext=None, hoverinfo="skip", name=f"{trace.name}, {DRAWN} of them")
    if trace.type in ("heatmap", "contour") and not isinstance(trace.z, dict):  # a dict is packed already
        trace.z = np.asarray(trace.z, dtype=np.float32)  # half the bytes of a page


def _plain(figure: go.Figure) -> None:
    """The page's look for a figure that a script drew itself: no ground of its own, thin lines, the legend above."""
    figure.update_layout(template="none", colorway=COLORS, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    figure.update_layout(font={"family": "system-ui, sans-serif", "size": 14}, margin={"l": 70, "r": 20, "t": 50, "b": 55})
    figure.update_layout(title={"x": 0, "xref": "paper", "font": {"size": 15}})
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(automargin=True, showgrid=False, title_font_size=14)
    figure.update_yaxes(automargin=True, title_font_size=14)
    dots = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    for symbol, trace in enumerate(dots, start=100):  # open ones, each of its own shape, so that none hides another
        trace.marker = {"symbol": symbol, "size": 14, "line": {"width": 2}}
    if figure.layout.to_plotly_json().get("yaxis2", {}).get("overlaying"):
        figure.update_layout(margin_r=70, yaxis2={"showgrid": False, "tickmode": "auto"})


def _text(value: object) -> str:
    return html.escape(str(value), quote=False)

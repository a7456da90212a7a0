"""How far off a regression is on dev: truth minus prediction against the prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.report.page_axis import Axis, linear, plain
from fathom.report.page_chart import SPAN, frame, stretched
from fathom.report.page_markup import Html, across, element, joined
from fathom.report.page_numbers import figure

if TYPE_CHECKING:
    import polars as pl

MOST = 500
"""Points drawn."""

HEIGHT = 260
"""Of the drawing, in pixels."""


def residuals(dev: pl.DataFrame, unit: str) -> Html | None:
    """The section, or None where no example has a finite truth and prediction.

    Args:
        dev: truth and prediction in the target's unit, one row an example.
        unit: what the figures are called.
    """
    prediction, residual = points_of(dev)
    if not len(residual):
        return None
    shown = "" if len(residual) == dev.height else f" {len(residual):,} of {dev.height:,} examples, drawn at random."
    note = f"Above the line the prediction is too low, below it too high; a band without a shape is what is wanted.{shown}"
    return element(
        "section",
        element("h2", "How far off, on dev (validation)"),
        element(
            "figure",
            element("h3", f"Truth minus prediction ({unit})" if unit else "Truth minus prediction"),
            element("div", _drawing(prediction, residual), class_="plot"),
            element("figcaption", note),
            class_="chart",
        ),
    )


def points_of(dev: pl.DataFrame, most: int = MOST) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Prediction and truth minus prediction, each (k,), k <= most; always the same sample of the same rows."""
    truth, prediction = (dev.get_column(name).cast(float).to_numpy() for name in ("truth", "prediction"))
    residual = truth - prediction
    rows = np.flatnonzero(np.isfinite(residual))
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    return prediction[rows], residual[rows]


def _drawing(prediction: NDArray[Any], residual: NDArray[Any]) -> Html:
    below = linear(float(prediction.min()), float(prediction.max()), steps=5)
    axis = linear(min(float(residual.min()), 0.0), max(float(residual.max()), 0.0), steps=5)
    size = float(np.abs(residual).mean())
    spoken = f"Truth minus prediction of {len(residual):,} dev examples, against the prediction; {figure(size)} off on average."
    zero = f"{HEIGHT * (1 - axis.share(0.0)):.1f}"
    return element(
        "svg",
        element("title", spoken),
        frame(axis, HEIGHT, plain),
        _feet(below),
        element("line", x1="0", x2="100%", y1=zero, y2=zero, class_="zero"),
        stretched(HEIGHT, element("path", d=_dots(prediction, residual, below, axis), class_="dots")),
        role="img",
        width="100%",
        height=HEIGHT + 40,
    )


def _feet(below: Axis) -> Html:
    every = -(-len(below.ticks) // 6)
    labels = (
        element("text", plain(tick), x=across(below.share(tick)), y=HEIGHT + 17, class_=f"tick foot{_side(below.share(tick))}")
        for tick in below.ticks[::every]
    )
    return joined(*labels, element("text", "prediction", x="50%", y=HEIGHT + 35, class_="tick foot"))


def _side(share: float) -> str:
    return " first" if share < 0.05 else " last" if share > 0.95 else ""


def _dots(prediction: NDArray[Any], residual: NDArray[Any], below: Axis, axis: Axis) -> str:
    """Lines of no length with round ends: dots that stay round when the drawing is stretched."""
    places = zip(prediction.tolist(), residual.tolist(), strict=True)
    return "".join(f"M{SPAN * below.share(x):.0f} {HEIGHT * (1 - axis.share(y)):.1f}h0" for x, y in places)

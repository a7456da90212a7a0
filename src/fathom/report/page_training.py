"""The training drawn: J with and without its penalty, errors, learning rate and norm of W by epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fathom.core.percent import percent
from fathom.core.records.history import History
from fathom.core.roles import ROLES
from fathom.report.early_stopping import cost_of_stopping
from fathom.report.page_axis import in_percent
from fathom.report.page_chart import Chart, Curve, line_chart
from fathom.report.page_markup import Html, element, prose
from fathom.report.page_numbers import role_name

STOPPED = {
    "early": "stopped early",
    "interrupted": "interrupted",
    "diverged": "diverged: J was no longer a number, or grew without end",
}

STYLES = ("a", "b", "c", "d")


def training(history: History, *, balanced: bool = False) -> Html:
    """How the training went, and its charts; where the ladder has balanced errors, it is said that these are plain."""
    charts, stopping = [line_chart(chart) for chart in charts_of(history)], cost_of_stopping(history)
    return element(
        "section",
        element("h2", "Training"),
        element("p", summary(history), " Its errors are plain ones: each example counts alike." if balanced and len(history) else None),
        element("p", prose(stopping, 600)) if stopping else None,
        element("div", *charts, class_="charts") if charts else None,
    )


def summary(history: History) -> str:
    """'334 epochs, 2,004 updates in 1.6 s; J from 0.823 to 0.00017; early stopping kept epoch 120.'"""
    if not history.epochs:
        return f"No epoch was finished{': ' + STOPPED[history.stopped] if history.stopped in STOPPED else ''}."
    last = history.epochs[-1]
    seconds = f" in {history.seconds:.1f} s" if math.isfinite(history.seconds) else ""
    n = len(history)
    parts = [f"{n:,} epoch{'s' if n > 1 else ''}, {last.updates:,} updates{seconds}", f"J from {history.epochs[0].J:.3g} to {last.J:.3g}"]
    if history.stopped:
        parts.append(STOPPED.get(history.stopped, history.stopped))
    rates = {e.learning_rate for e in history}
    text = "; ".join(parts)
    return f"{text}. The learning rate was {last.learning_rate:g} throughout." if len(rates) == 1 else f"{text}."


def charts_of(history: History) -> Iterator[Chart]:
    """The charts that there is something to draw for."""
    if not history.epochs:
        return
    epochs = history.epochs[-1].epoch
    mark = None if history.best_epoch is None else (history.best_epoch, f"kept: epoch {history.best_epoch:,}")
    for chart in (_objective(history, epochs, mark), _errors(history, epochs, mark), _rate(history, epochs), _norm(history, epochs, mark)):
        if chart.drawn:
            yield chart


def _objective(history: History, epochs: int, mark: tuple[int, str] | None) -> Chart:
    """J falls by the epoch only with the penalty in it; the data term alone may rise (C2W1-25)."""
    whole = Curve.of("J", [(e.epoch, e.J) for e in history])
    if any(e.penalty for e in history):
        bare = Curve.of("without the penalty", [(e.epoch, e.data_term) for e in history], "b")
        return Chart(title="J, the objective", curves=(whole, bare), epochs=epochs, mark=mark)
    return Chart(title="J, the objective", curves=(whole,), epochs=epochs, mark=mark, about="No penalty: J is the mean loss.")


def _errors(history: History, epochs: int, mark: tuple[int, str] | None) -> Chart:
    roles = [role for role in ROLES if history.measured(role)]
    curves = tuple(Curve.of(role_name(r), history.measured(r), style) for r, style in zip(roles, STYLES, strict=False))
    ceiling, about = _ceiling([y for curve in curves for _, y in curve.points], [y for curve in curves for y in _late(curve)])
    return Chart(title="Error by role", curves=curves, epochs=epochs, label=in_percent, zero=True, mark=mark, ceiling=ceiling, about=about)


def _late(curve: Curve) -> list[float]:
    """The second half of a curve, where the gaps are that the ladder measures."""
    return [y for _, y in curve.points[len(curve.points) // 2 :]]


def _ceiling(values: list[float], late: list[float]) -> tuple[float | None, str]:
    """Room for the second half, with four times its height; the first epochs may lie above, and then the note says so."""
    most = 4 * max(late, default=0.0)
    if not 0 < most < max(values):
        return None, ""
    return most, f"The first epochs lie above the drawing, at up to {percent(max(values))}%."


def _rate(history: History, epochs: int) -> Chart:
    """Drawn only where it changes."""
    rates = [(e.epoch, e.learning_rate) for e in history]
    varies = len({rate for _, rate in rates}) > 1
    return Chart(title="Learning rate", curves=(Curve.of("learning rate", rates if varies else []),), epochs=epochs, height=110)


def _norm(history: History, epochs: int, mark: tuple[int, str] | None) -> Chart:
    norms = Curve.of("norm of W", [(e.epoch, e.weight_norm) for e in history])
    return Chart(title="Norm of W", curves=(norms,), epochs=epochs, height=110, mark=mark)

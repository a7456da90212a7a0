"""Where Jupyter finds the drawer of a record; `report` fills it, so that records know nothing of drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_DRAWERS: dict[type, Callable[[Any], str]] = {}
_FIGURES: dict[type, Callable[[Any], Any]] = {}
_LOADERS: list[Callable[[], object]] = []


def load_with(loader: Callable[[], object]) -> None:
    """Register what imports the drawers; it is called when the first record is drawn, so that nothing is loaded before."""
    _LOADERS.append(loader)


def draw_with(kind: type, drawer: Callable[[Any], str]) -> None:
    """Register the drawer of a record's class: record in, HTML out."""
    _DRAWERS[kind] = drawer


def html_of(record: Any) -> str | None:
    """The record as HTML, or None where nobody has registered a drawer for it."""
    while _LOADERS:
        _LOADERS.pop()()
    for kind in type(record).__mro__:
        if kind in _DRAWERS:
            return _DRAWERS[kind](record)
    return None


def figure_with(kind: type, drawer: Callable[[Any], Any]) -> None:
    """Register what makes a plotly figure of a record."""
    _FIGURES[kind] = drawer


def figure_of(record: Any) -> Any:
    """The record as a plotly figure."""
    while _LOADERS:
        _LOADERS.pop()()
    return _FIGURES[type(record)](record)

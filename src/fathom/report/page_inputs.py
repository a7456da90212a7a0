"""The input columns of a few examples, as cells of a table: those that stand out."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fathom.core.records.marked_text import MarkedWord
from fathom.report.page_marked import MARKED, marked_text
from fathom.report.page_markup import Html, element, word
from fathom.report.page_numbers import figure

if TYPE_CHECKING:
    import polars as pl

MOST = 7
"""Columns of the table."""

FAR = 2.0
"""Standard deviations from train's mean."""

TEXT, SPOKEN = 160, 4
"""Characters of a text that are shown, and the spaces from which on a value is one."""

Usual = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Columns to put beside others.

    Attributes:
        heads: the name of each, and whether it is one of numbers.
        columns: the cells of each, one an example.
        note: which columns these are.
    """

    heads: tuple[tuple[str, bool], ...] = ()
    columns: tuple[Sequence[Html], ...] = ()
    note: str = ""


def shown_inputs(table: pl.DataFrame, usual: Usual, marked: Mapping[str, Sequence[Sequence[MarkedWord]]] | None = None) -> Shown:
    """The inputs of some examples.

    Args:
        table: their input columns, one row an example.
        usual: mean and standard deviation on train of the columns that are numbers.
        marked: by column of texts, the words that are marked in each row.

    Returns:
        All columns where they are at most 7; else the 7 in which these examples are farthest from train's mean.
    """
    names = chosen(table, usual)
    far = {name: _far(table, name, usual) for name in names}
    words = marked or {}
    any_marked = any(any(words.get(name, ())) for name in names)
    left = len(table.columns) - len(names)
    notes = [
        f"{len(names)} of {len(table.columns):,} input columns, those in which these examples are farthest from the mean of train "
        "(mistakes/dev.parquet has all)."
        if left
        else "",
        f"Bold: {FAR:g} or more standard deviations from the mean of train." if any(any(marks) for marks in far.values()) else "",
        MARKED if any_marked else "",
    ]
    return Shown(
        heads=tuple((name, table.schema[name].is_numeric()) for name in names),
        columns=tuple(_column(table.get_column(name).to_list(), far[name], words.get(name)) for name in names),
        note=" ".join(filter(None, notes)),
    )


def chosen(table: pl.DataFrame, usual: Usual, most: int = MOST) -> list[str]:
    """The columns to show, in their own order; one without numbers counts as one standard deviation off."""
    if len(table.columns) <= most:
        return table.columns
    off = {name: _off(table, name, usual) for name in table.columns}
    kept = set(sorted(table.columns, key=lambda name: -off[name])[:most])
    return [name for name in table.columns if name in kept]


def _off(table: pl.DataFrame, name: str, usual: Usual) -> float:
    distances = [d for d in _distances(table, name, usual) if math.isfinite(d)]
    return sum(distances) / len(distances) if distances else 1.0


def _far(table: pl.DataFrame, name: str, usual: Usual) -> list[bool]:
    return [d >= FAR for d in _distances(table, name, usual)]


def _distances(table: pl.DataFrame, name: str, usual: Usual) -> list[float]:
    """How many standard deviations each value is from train's mean; NaN where nobody can say."""
    mean, std = usual.get(name, (math.nan, math.nan))
    values = table.get_column(name)
    if not values.dtype.is_numeric():
        return [math.nan] * len(values)
    return [math.nan if v is None or not std > 0 else abs(float(v) - mean) / std for v in values.to_list()]


def _column(values: Sequence[Any], far: Sequence[bool], words: Sequence[Sequence[MarkedWord]] | None) -> list[Html]:
    """The cells of a column."""
    if words is None:
        return [_cell(value, mark) for value, mark in zip(values, far, strict=True)]
    texts = ("" if value is None else str(value) for value in values)
    return [element("td", marked_text(text, each), class_="input text") for text, each in zip(texts, words, strict=True)]


def _cell(value: Any, far: bool) -> Html:
    right = "number input" if isinstance(value, int | float) and not isinstance(value, bool) else "input"
    long = isinstance(value, str) and value.count(" ") >= SPOKEN
    kind = "input text" if long else right
    return element("td", _text(value), class_=f"{kind} far" if far else kind)


def _text(value: Any) -> Html:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return element("span", "missing", class_="faint")
    if isinstance(value, bool):
        return Html("yes" if value else "no")
    if isinstance(value, datetime.datetime):
        return word(value.date() if value.time() == datetime.time() else value.isoformat(" ", "minutes"))
    return word(figure(value), TEXT if isinstance(value, str) and value.count(" ") >= SPOKEN else 24)

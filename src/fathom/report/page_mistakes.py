"""The worst mistakes on dev: for classes those that the net was surest of, for a number the farthest off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fathom.core.percent import percent
from fathom.report.page_markup import Html, each, element, joined, word
from fathom.report.page_numbers import figure, sureness

if TYPE_CHECKING:
    import polars as pl

MOST = 20
"""Rows of the table."""

Row = tuple[Any, ...]


def mistakes(dev: pl.DataFrame, kind: str, unit: str = "") -> Html:
    """The section with its table.

    Args:
        dev: id, truth, prediction, error, and p_<class> for classes; one row an example.
        kind: of the target: "binary", "multiclass" or "regression".
        unit: of a regression's target.
    """
    number = kind == "regression"
    rows = worst_numbers(dev) if number else worst_classes(dev)
    wrong = dev.height if number else dev.filter(dev.get_column("error") > 0).height
    return element(
        "section",
        element("h2", "The worst mistakes on dev (validation)"),
        _table(rows, wrong, number, unit) if rows else element("p", f"No mistake on {dev.height:,} examples."),
    )


def worst_classes(dev: pl.DataFrame, most: int = MOST) -> list[Row]:
    """(id, truth, prediction, probability of the prediction) of wrong examples, the surest first; NaN where none was kept."""
    import polars as pl

    chances = [name for name in dev.columns if name.startswith("p_")]
    surest = pl.max_horizontal(chances) if chances else pl.lit(math.nan)  # the prediction is the class with the largest
    wrong = dev.filter(pl.col("error") > 0).with_columns(surest.cast(pl.Float64).fill_null(math.nan).alias("error"))
    worst = wrong.sort(pl.col("error").fill_nan(-1.0), descending=True, maintain_order=True).head(most)
    return [(*row, chance) for row, chance in zip(_named(worst), worst.get_column("error").to_list(), strict=True)]


def worst_numbers(dev: pl.DataFrame, most: int = MOST) -> list[Row]:
    """(id, truth, prediction, truth minus prediction, error) of the examples with the largest error."""
    worst = dev.sort("error", descending=True, nulls_last=True, maintain_order=True).head(most)
    errors = worst.get_column("error").to_list()
    return [(*row, row[1] - row[2], error) for row, error in zip(_named(worst), errors, strict=True)]


def _named(table: pl.DataFrame) -> list[Row]:
    if "id" not in table.columns:
        table = table.with_row_index("id")
    return table.select("id", "truth", "prediction").rows()


def _table(rows: Sequence[Row], wrong: int, number: bool, unit: str) -> Html:
    heads = ("Id", "Truth", "Prediction", "Off by", "Error") if number else ("Id", "Truth", "Prediction", "How surely")
    words = 1 if number else 3
    of = (
        f"The {len(rows):,} farthest off of {wrong:,} examples, by truth minus prediction; an error of 100% is the baseline's"
        if number
        else f"{len(rows):,} of {wrong:,}, the surest first"
    )
    caption = element("caption", f"{of}{f'. In {unit}' if number and unit else ''}.")
    cells = joined(each("th", heads[:words], scope="col"), each("th", heads[words:], scope="col", class_="number"))
    head = element("thead", element("tr", cells))
    body = element("tbody", *(_number_row(row) if number else _class_row(row) for row in rows))
    return element("div", element("table", caption, head, body), class_="scroll")


def _class_row(row: Row) -> Html:
    name, truth, prediction, chance = row
    cells = (element("td", word(value)) for value in (truth, prediction))
    return element("tr", element("th", word(name, 40), scope="row"), *cells, element("td", sureness(chance), class_="number"))


def _number_row(row: Row) -> Html:
    return element("tr", element("th", word(row[0], 40), scope="row"), *_numbers(row))


def _numbers(row: Row) -> Iterator[Html]:
    for value in row[1:4]:
        yield element("td", figure(value), class_="number")
    yield element("td", f"{percent(row[4], 0)}%" if math.isfinite(row[4]) else "", class_="number")

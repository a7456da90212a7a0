"""The worst mistakes on dev: for classes those that the net was surest of, for a number the farthest off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fathom.core.percent import percent
from fathom.report.page_markup import Html, each, element, word
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
    """(id, truth, prediction, probability of the prediction) of wrong examples, the surest first."""
    wrong = dev.filter(dev.get_column("error") > 0)
    columns = [name for name in wrong.columns if name.startswith("p_")]
    chances = wrong.select(columns)
    rows = [(*row, _chance(chances, i, row[2])) for i, row in enumerate(_named(wrong))]
    return sorted(rows, key=lambda row: -row[3] if not math.isnan(row[3]) else math.inf)[:most]


def worst_numbers(dev: pl.DataFrame, most: int = MOST) -> list[Row]:
    """(id, truth, prediction, truth minus prediction, error) of the examples with the largest error."""
    worst = dev.sort("error", descending=True, nulls_last=True, maintain_order=True).head(most)
    errors = worst.get_column("error").to_list()
    return [(*row, row[1] - row[2], error) for row, error in zip(_named(worst), errors, strict=True)]


def _named(table: pl.DataFrame) -> list[Row]:
    if "id" not in table.columns:
        table = table.with_row_index("id")
    return table.select("id", "truth", "prediction").rows()


def _chance(chances: pl.DataFrame, row: int, prediction: object) -> float:
    """The probability of what was predicted; NaN where it was not kept."""
    name = f"p_{prediction}"
    return float(chances.get_column(name)[row]) if name in chances.columns else math.nan


def _table(rows: Sequence[Row], wrong: int, number: bool, unit: str) -> Html:
    heads = ["Id", "Truth", "Prediction", *(["Truth minus prediction", "Of the baseline's error"] if number else ["How surely"])]
    of = f"The {len(rows):,} farthest off of {wrong:,} examples" if number else f"{len(rows):,} of {wrong:,}, the surest first"
    caption = element("caption", f"{of}{f'; {unit}' if number and unit else ''}.")
    head = element("thead", element("tr", each("th", heads, scope="col")))
    body = element("tbody", *(_number_row(row) if number else _class_row(row) for row in rows))
    return element("div", element("table", caption, head, body, class_="mistakes"), class_="scroll")


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

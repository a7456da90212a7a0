"""The worst mistakes on dev, as people see them: the examples with truth, prediction and their own columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.percent import percent
from fathom.core.records.marked_text import MarkedTexts
from fathom.core.records.picture import Picture
from fathom.core.worst import inputs_of, sureness, worst
from fathom.report.page_inputs import Shown, shown_inputs
from fathom.report.page_markup import Html, cut, element, heading, joined, prose, word
from fathom.report.page_numbers import figure
from fathom.report.page_numbers import sureness as surely
from fathom.report.pixel_columns import drawn, picture_shape
from fathom.report.png import address

if TYPE_CHECKING:
    import polars as pl

MOST = 20
"""Rows of the table."""

PICTURE = 72
"""Pixels of the page, the longer side of a picture."""

Row = tuple[Any, Any, Any, float]


def mistakes(
    dev: pl.DataFrame,
    kind: str,
    unit: str = "",
    *,
    seen: pl.DataFrame | None = None,
    usual: Mapping[str, tuple[float, float]] | None = None,
    picture: Picture | None = None,
    marked: MarkedTexts | None = None,
) -> Html:
    """The section with its table.

    Args:
        dev: id, truth, prediction, error, and p_<class> for classes; one row an example.
        kind: of the target: "binary", "multiclass" or "regression".
        unit: of a regression's target.
        seen: the worst of them with their input columns between id and truth, the worst first.
        usual: mean and standard deviation on train of the inputs that are numbers.
        picture: that the input columns are, where that is known; else their names may tell.
        marked: the words that counted most, where a column is one of texts.
    """
    number = kind == "regression"
    table = worst_of(dev, number=number) if seen is None else seen.head(MOST)
    wrong = dev.height if number else dev.filter(dev.get_column("error") > 0).height
    return element(
        "section",
        element("h2", "The worst mistakes on dev (validation)"),
        _shown(table, wrong, number, unit, usual or {}, picture, marked)
        if table.height
        else element("p", f"No mistake on {dev.height:,} examples."),
    )


def worst_of(dev: pl.DataFrame, *, number: bool, most: int = MOST) -> pl.DataFrame:
    """The worst examples, the worst first; they are counted where they have no id."""
    table = dev if "id" in dev.columns else dev.with_row_index("id")
    return table[worst(table, number=number, most=most)]


def _shown(
    table: pl.DataFrame,
    wrong: int,
    number: bool,
    unit: str,
    usual: Mapping[str, tuple[float, float]],
    picture: Picture | None,
    marked: MarkedTexts | None,
) -> Html:
    """A gallery where the inputs are pixels, else a table."""
    inputs, of = table.select(inputs_of(table)), _of(table.height, wrong, number, unit)
    known = _picture(inputs, picture)
    if known is not None:
        return joined(element("p", prose(of), class_="faint"), _gallery(table, drawn(inputs.to_numpy(), known), number))
    listed = [] if marked is None else list(marked.words.values())[: table.height]  # in the order of the worst
    words = {marked.column: listed} if marked is not None and len(listed) == table.height else {}
    columns = shown_inputs(inputs, usual, words)
    return joined(element("p", prose(f"{of} {columns.note}".strip(), 600), class_="faint"), _table(table, columns, number))


def _picture(inputs: pl.DataFrame, picture: Picture | None) -> Picture | None:
    """The picture that the inputs are: the one that is known, or the one that their names tell of."""
    if not all(dtype.is_numeric() for dtype in inputs.dtypes):
        return None
    if picture is not None:
        return picture if picture.columns == inputs.width else None
    if (named := Picture.of_names(inputs.columns)) is not None:
        return named
    shape = picture_shape(inputs.columns)
    return None if shape is None else Picture(channels=1, height=shape[0], width=shape[1])


def _table(table: pl.DataFrame, inputs: Shown, number: bool) -> Html:
    heads = joined(
        *(element("th", name, scope="col", class_="number" if right else None) for name, right in _heads(number)),
        *(element("th", heading(name, 40), scope="col", class_="number input" if right else "input") for name, right in inputs.heads),
    )
    body = (
        element("tr", element("th", word(row[0], 40), scope="row"), joined(*_answer_cells(row, number)), of_inputs)
        for row, of_inputs in zip(_rows(table, number), _cells(inputs, table.height), strict=True)
    )
    made = element("table", element("thead", element("tr", heads)), element("tbody", *body), class_="mistakes")
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label="The worst mistakes")


def _gallery(table: pl.DataFrame, drawn: NDArray[np.uint8], number: bool) -> Html:
    """A picture for each example, with truth, prediction and id below."""
    cards = (_card(row, pixels, number) for row, pixels in zip(_rows(table, number), drawn, strict=True))
    return element("div", *cards, class_="gallery")


def _card(row: Row, pixels: NDArray[np.uint8], number: bool) -> Html:
    name, truth, prediction, value = row
    height, width = pixels.shape[:2]
    size = {"width": PICTURE * width // max(height, width), "height": PICTURE * height // max(height, width)}
    sure = surely(value) if not number else f"{percent(value, 0)}%" if math.isfinite(value) else ""
    about = element("span", ", ".join(filter(None, (sure, f"id {cut(name, 24)}"))), class_="faint")
    said = element("figcaption", word(figure(truth), 24), " taken for ", word(figure(prediction), 24), element("br"), about)
    return element("figure", element("img", src=address(pixels), alt=f"example {cut(name, 24)}", **size), said)


def _of(rows: int, wrong: int, number: bool, unit: str) -> str:
    if not number:
        return f"{rows:,} of {wrong:,}, the surest first."
    own = f", in the unit of {unit}" if unit else ""
    return f"The {rows:,} farthest off of {wrong:,} examples, by truth minus prediction{own}; an error of 100% is the baseline's."


def _heads(number: bool) -> tuple[tuple[str, bool], ...]:
    """The columns before the inputs, and whether they are numbers."""
    if number:
        return ("Id", False), ("Truth", True), ("Prediction", True), ("Off by", True), ("Error", True)
    return ("Id", False), ("Truth", False), ("Prediction", False), ("How surely", True)


def _cells(inputs: Shown, rows: int) -> Iterator[Html]:
    """The input columns of each row."""
    for i in range(rows):
        yield joined(*(column[i] for column in inputs.columns))


def _rows(table: pl.DataFrame, number: bool) -> Iterator[Row]:
    """Id, truth, prediction and how far off or how sure, of each row; NaN where that is not known."""
    names, truth, prediction = (table.get_column(name).to_list() for name in ("id", "truth", "prediction"))
    known = table.get_column("error") if number else table.with_columns(sureness(table).alias("error")).get_column("error")
    values = (math.nan if value is None else float(value) for value in known.to_list())
    yield from zip(names, truth, prediction, values, strict=True)


def _answer_cells(row: Row, number: bool) -> Iterator[Html]:
    """Truth and prediction, and how far off or how sure."""
    _, truth, prediction, value = row
    if not number:
        yield from (element("td", word(label)) for label in (truth, prediction))
        yield element("td", surely(value), class_="number")
        return
    for part in (truth, prediction, truth - prediction):
        yield element("td", figure(part), class_="number")
    yield element("td", f"{percent(value, 0)}%" if math.isfinite(value) else "", class_="number")

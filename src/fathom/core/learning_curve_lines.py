"""A learning curve as lines of text: the sentence, a picture in characters, a table, the law."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fathom.core.amount import amount
from fathom.core.curve_figures import ends, places_for, with_ends
from fathom.core.diagnosis_lines import Line
from fathom.core.percent import percent
from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.power_law import PowerLaw

AHEAD = (2, 4)
"""Times the largest size: what is forecast on the screen."""

HEIGHT = 11
"""Lines of the picture."""

COLUMN = 11
"""Characters that a size takes in the picture."""


class Drawable(Protocol):
    """What is read of a `LearningCurve`, which prints itself by these lines and so cannot be imported here."""

    @property
    def headline(self) -> str: ...  # noqa: D102
    @property
    def against(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def points(self) -> tuple[CurvePoint, ...]: ...  # noqa: D102
    @property
    def law(self) -> PowerLaw: ...  # noqa: D102
    @property
    def net(self) -> str: ...  # noqa: D102
    @property
    def epochs(self) -> int | None: ...  # noqa: D102
    @property
    def measured_on(self) -> str: ...  # noqa: D102
    @property
    def balanced(self) -> bool: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def scale(self) -> float | None: ...  # noqa: D102
    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102


def lines_of(c: Drawable, width: int = 80) -> list[Line]:
    """The whole curve: sentence, picture, table, law and notes."""
    lines: list[Line] = [((text, "title"),) for text in textwrap.wrap(c.headline, width)]
    for section in (picture(c, width), _table(c), _law(c, width), _notes(c, width)):
        listed = list(section)
        lines += [(), *listed] if listed else []
    return lines


def forecasts(c: Drawable) -> list[tuple[int, Estimate]]:
    """What is expected at twice and at four times the largest size."""
    return [(round(k * c.law.at), c.law.error(k * c.law.at)) for k in AHEAD]


def picture(c: Drawable, width: int = 80) -> Iterator[Line]:
    """Errors against size, both in characters: o measured, | its interval, x expected, : its interval, t the train error."""
    marks = [_Column(p.size, p.error, p.train, "o", "|") for p in c.points]
    marks += [_Column(n, e, None, "x", ":") for n, e in forecasts(c)]
    most = max((width - 10) // COLUMN, 2)
    marks = marks[-most:]
    axis = Axis.of([m.error for m in marks])
    left = max(len(percent(axis.top, axis.places)) + 1, 5)
    for line in range(HEIGHT):
        at = HEIGHT - 1 - line
        name = f"{percent(axis.error(at), axis.places)}%" if line % 5 == 0 else ""
        cells = [m.cell(at, axis) for m in marks]
        yield ((f"  {name:>{left}} ", "faint"), ("|", "faint"), *((f"{text:^{COLUMN}}", meaning) for text, meaning in cells))
    yield ((f"  {'':{left}} +{'-' * COLUMN * len(marks)}", "faint"),)
    yield ((f"  {'':{left}}  " + "".join(f"{m.size:^{COLUMN},}" for m in marks), "faint"),)
    what = "rows of train" if c.against == "rows" else "units of the first hidden layer"
    yield ((f"  {'':{left}}  {what}; o measured, x expected, t train error, | : 90%", "faint"),)


@dataclass(frozen=True)
class Axis:
    """The errors that the lines of the picture stand for.

    Attributes:
        bottom, top: of the lowest and the highest line.
        log: whether equal factors take equal room, in place of equal differences.
        places: decimals of the percents beside it.
    """

    bottom: float
    top: float
    log: bool
    places: int

    @classmethod
    def of(cls, errors: Sequence[Estimate]) -> Axis:
        """From 0, or by factors where the errors differ by a factor of 4 and more."""
        top = max(max(e.value, e.high or 0.0) for e in errors) or 1.0
        least = min(max(min(e.value, e.low or e.value), e.value / 4) for e in errors)
        log = least > 0 and top / least >= 4
        return cls(least if log else 0.0, top, log, places_for([least or top]))

    def line(self, error: float) -> int:
        """The line of an error, from 0; one below the axis stands on its lowest line."""
        by_factors = math.log(max(error, self.bottom) / self.bottom) / math.log(self.top / self.bottom) if self.log else 0.0
        return round((by_factors if self.log else error / self.top) * (HEIGHT - 1))

    def error(self, line: int) -> float:
        """The error that a line stands for."""
        share = line / (HEIGHT - 1)
        return self.bottom * (self.top / self.bottom) ** share if self.log else self.top * share


@dataclass(frozen=True)
class _Column:
    """One size in the picture."""

    size: int
    error: Estimate
    train: float | None
    mark: str
    reach: str

    def cell(self, at: int, axis: Axis) -> tuple[str, str]:
        """What stands on a line, from 0 to HEIGHT - 1."""
        if at == axis.line(self.error.value):
            return self.mark, "bar"
        if self.train is not None and at == axis.line(self.train):
            return "t", ""
        low, high = self.error.low, self.error.high
        inside = low is not None and high is not None and axis.line(low) <= at <= axis.line(high)
        return (self.reach, "reach") if inside else ("", "")


def _table(c: Drawable) -> Iterator[Line]:
    """A row a size; the forecasts below."""
    ahead = forecasts(c)
    places = places_for([*(p.error.value for p in c.points), *(e.value for _, e in ahead)])
    rows = [
        [f"{p.size:,}", f"{p.nets}", f"{percent(p.train, places)}%", *_cells(p.error, places), percent(p.spread, places)] for p in c.points
    ]
    rows += [[f"{n:,}", "expected", "", *_cells(e, places), ""] for n, e in ahead]
    head = ["rows" if c.against == "rows" else "width", "nets", "train", "not seen", "90%", "between nets"]
    if c.scale is not None:
        head[5:5] = [c.unit[:10]]
        errors = [*(p.error.value for p in c.points), *(e.value for _, e in ahead)]
        for row, error in zip(rows, errors, strict=True):
            row[5:5] = [amount(error * c.scale, column=max(errors) * c.scale)]
    sizes = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    yield ((_row(head, sizes), "faint"),)
    for row in rows:
        yield ((_row(row, sizes), "reach" if row[1] == "expected" else ""),)


def _cells(e: Estimate, places: int) -> tuple[str, str]:
    return f"{percent(e.value, places)}%", ends(e, places)


def _row(cells: Sequence[str], sizes: Sequence[int]) -> str:
    return "  " + "   ".join(f"{cell:>{size}}" for cell, size in zip(cells, sizes, strict=True))


def _law(c: Drawable, width: int) -> Iterator[Line]:
    """The law, its floor, and what was measured how."""
    yield from _entry("law", law_text(c), width)
    kind = "balanced errors" if c.balanced else "errors"
    how = f"{c.net}; {c.epochs} epochs at every size" if c.epochs else c.net
    yield from _entry("measured", f"{kind} {c.measured_on}. {how}", width)


def law_text(c: Drawable) -> str:
    """'error(n) = 1.7% + 2.6% ((n + 108) / 1,187)^-1.29; no number of rows gets below 1.7% (0.2 to 3.2)'."""
    law, floor, size = c.law, c.law.floor(), "n" if c.against == "rows" else "w"
    places = places_for([law.likeliest.level])
    shifted = round(law.d) if law.d >= 0.01 * law.at else 0
    inside = f"({size} + {shifted:,}) / {round(law.at) + shifted:,}" if shifted else f"{size} / {round(law.at):,}"
    what = "number of rows" if size == "n" else "width"
    above = percent(law.error(law.at).value - floor.value, places)
    formula = f"error({size}) = {percent(floor.value, places)}% + {above}% ({inside})^-{law.b:.2f}"
    return f"{formula}; no {what} gets below {with_ends(floor, places)}"


def _notes(c: Drawable, width: int) -> Iterator[Line]:
    for note in c.notes:
        yield from _entry("note", note, width)


def _entry(label: str, text: str, width: int) -> Iterator[Line]:
    """A label on the left, the text wrapped under itself."""
    for i, part in enumerate(textwrap.wrap(text, width - 13)):
        yield ((f"  {label if i == 0 else '':<9}  ", "faint"), (part, ""))

"""The ladder drawn: rungs as points with whiskers on one axis, gaps as brackets between them, references and floor as lines.

One drawing for wide and narrow pages: the style sheet moves the labels from above their row to its two sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.core.records.reference import Reference
from fathom.core.records.rung import Rung
from fathom.report.page_axis import Axis, in_percent, linear
from fathom.report.page_markup import Html, across, cut, element, joined
from fathom.report.page_numbers import error, gap_value, interval, only_bounded, own_unit, plain_error, role_name

PITCH, LABEL, MARK = 46, 15, 31
"""A row's height; in it the baseline of its labels on a narrow page, and the height of its mark; in pixels."""

ROOM = 40
"""Characters on the right of a row, its figure aside."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the drawing.

    Attributes:
        name: on its left.
        figure: on its right.
        aside: after it, where the page is wide.
        style: a class of the style sheet: "rung", "floor", "gap high", "sealed", "reference", "goal".
        estimate: of a point; None where there is none.
        plain: the plain error of a rung that is a balanced one.
        ends: of a gap's bracket.
        unsure: of a gap that is only bounded: the piece that it may or may not have.
    """

    name: str
    figure: str
    aside: str = ""
    style: str
    estimate: Estimate | None = None
    plain: float | None = None
    ends: tuple[float, float] | None = None
    unsure: tuple[float, float] | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.figure, self.aside)))


def ladder_figure(d: Diagnosis, references: Sequence[Reference]) -> Html:
    """The ladder as a figure with its caption."""
    rows = list(rows_of(d, references))
    axis = _axis(d, rows)
    scale = " An error of 100% is that of always predicting the median of train." if d.ladder.scale is not None else ""
    level = f"{next((r.estimate.level for r in d.ladder if r.estimate.low is not None), 0.95):.0%}"
    plain = " Small hollow points are plain errors, in which each example counts alike." if d.balance is not None else ""
    note = f"Points are errors, bars their {level} intervals, brackets the gaps between two rungs.{scale}{plain}"
    return element("figure", element("div", _drawing(rows, axis), class_="plot rows"), element("figcaption", note), class_="ladder")


def rows_of(d: Diagnosis, references: Sequence[Reference]) -> Iterator[Row]:
    """Rungs with the gaps before them, what is sealed, the goal, the references."""
    by_end = {gap.end: gap for gap in d.gaps.values()}
    for rung in d.ladder:
        if rung.name in by_end:
            yield _gap(by_end[rung.name], d)
        yield _rung(rung, d)
    for role, n in d.ladder.sealed.items():
        yield Row(name=role_name(role), figure=f"sealed (n = {n:,})", style="sealed")
    if d.goal is not None:
        yield Row(name="goal", figure=error(d.goal, d.ladder), style="goal", estimate=Estimate(value=d.goal))
    limit = _limit(d)
    yield from (_reference(reference, d, limit) for reference in references)


def _reference(reference: Reference, d: Diagnosis, limit: float) -> Row:
    e = reference.estimate
    ends, far = _bracketed(interval(e.low, e.high, d.ladder)), e.value > limit
    return Row(
        name=cut(reference.name, 24),
        figure=error(e.value, d.ladder),
        aside="to the right of the drawing" if far else ends,
        style="reference",
        estimate=None if far else e,
    )


def _rung(rung: Rung, d: Diagnosis) -> Row:
    e = rung.estimate
    ends = _bracketed(interval(e.low, e.high, d.ladder))
    about = rung.note or ("" if e.n is None else f"n = {e.n:,}")
    style = "floor" if rung.name in ("human", "floor") else "rung"
    plain = plain_error(rung.name, d)
    aside = _fitting((ends, own_unit(e, d.ladder), plain, about))
    value = d.balance.plain[rung.name].estimate.value if d.balance is not None and plain else None
    return Row(name=role_name(rung.name), figure=error(e.value, d.ladder), aside=aside, style=style, estimate=e, plain=value)


def _fitting(pieces: Sequence[str]) -> str:
    """As many of the pieces as there is room for on the right; the table has all."""
    text = ""
    for piece in filter(None, pieces):
        if len(text) + len(piece) < ROOM:
            text = f"{text} {piece}".strip()
    return text


def _gap(gap: Gap, d: Diagnosis) -> Row:
    start = d.floor.value if gap.name == "avoidable_bias" else d.ladder[gap.start].estimate.value
    end = d.ladder[gap.end].estimate.value
    bounded = only_bounded(gap, d)
    ends = interval(gap.low, gap.high, d.ladder)
    figure = " ".join(filter(None, (gap_value(gap, d) or ends, gap.verdict)))
    return Row(
        name=gap.title,
        figure=figure,
        aside=_bracketed(ends) if gap_value(gap, d) else "",
        style=f"gap {gap.verdict}",
        ends=None if bounded and end <= start else (start, end),
        unsure=(0.0, min(start, end)) if bounded else None,
    )


def _bracketed(text: str) -> str:
    return f"({text})" if text else ""


def _limit(d: Diagnosis) -> float:
    """How far the drawing may reach for the sake of a reference: three times as far as the rungs need."""
    ends = [e.value if e.high is None else e.high for e in (rung.estimate for rung in d.ladder)]
    return 3 * max([*ends, d.goal or 0.0, 0.01])


def _axis(d: Diagnosis, rows: Sequence[Row]) -> Axis:
    """From 0, or the lowest error, to the highest end of an interval, within the limit."""
    estimates = [row.estimate for row in rows if row.estimate is not None]
    high = max(e.value if e.high is None else e.high for e in estimates)
    low, high = min([0.0, *(e.value for e in estimates)]), min(high if high > 0 else 0.1, _limit(d))
    return Axis(low=low, high=high, ticks=tuple(tick for tick in linear(low, high).ticks if low <= tick <= high))


def _drawing(rows: Sequence[Row], axis: Axis) -> Html:
    height = PITCH * len(rows)
    return element(
        "svg",
        element("title", "The ladder. " + "; ".join(map(str, rows)) + "."),
        *_grid(axis, height),
        *_lines(rows, axis),
        *_drops(rows, axis),
        *(_row(i, row, axis) for i, row in enumerate(rows)),
        role="img",
        width="100%",
        height=height + 26,
    )


def _grid(axis: Axis, height: int) -> Iterator[Html]:
    """Lines down at the ticks; every second label is left out where the page is narrow."""
    for i, tick in enumerate(axis.ticks):
        x = across(axis.share(tick))
        yield element("line", x1=x, x2=x, y1=0, y2=height, class_="grid")
        yield element("text", in_percent(tick), x=x, y=height + 18, class_="tick foot" + (" wide" if i % 2 else ""))


def _lines(rows: Sequence[Row], axis: Axis) -> Iterator[Html]:
    """References, goal and floor as lines through the drawing, up from the row that names them; the floor down from it."""
    for i, row in enumerate(rows):
        if row.estimate is not None and row.style in ("reference", "goal", "floor"):
            x, y = across(axis.share(row.estimate.value)), PITCH * i + MARK
            last = PITCH * sum(r.style not in ("reference", "goal") for r in rows)
            y1, y2 = (y, last) if row.style == "floor" else (0, y)
            yield element("line", x1=x, x2=x, y1=y1, y2=y2, class_=f"level {row.style}")


def _drops(rows: Sequence[Row], axis: Axis) -> Iterator[Html]:
    """Thin lines from a bracket's ends to the two points that it lies between."""
    for i, row in enumerate(rows):
        if row.ends is not None:
            y, start, end = PITCH * i + MARK, across(axis.share(row.ends[0])), across(axis.share(row.ends[1]))
            yield element("line", x1=start, x2=start, y1=y - PITCH, y2=y, class_="drop")
            yield element("line", x1=end, x2=end, y1=y, y2=y + PITCH, class_="drop")


def _row(i: int, row: Row, axis: Axis) -> Html:
    y, top = PITCH * i + MARK, PITCH * i + LABEL
    aside = element("tspan", f" {row.aside}", class_="aside") if row.aside else None
    return element(
        "g",
        joined(*(_bracket(row, y, axis) if row.estimate is None else _point(row.estimate, row.style, y, axis))),
        None if row.plain is None else element("circle", cx=across(axis.share(row.plain)), cy=y, r=3.5, class_="plain"),
        element("text", row.name, x=0, y=top, class_="name"),
        element("text", row.figure, aside, x="100%", y=top, class_="figure"),
        class_=row.style,
    )


def _point(e: Estimate, style: str, y: int, axis: Axis) -> Iterator[Html]:
    x = across(axis.share(e.value))
    if e.low is not None and e.high is not None:
        low, high = (across(axis.share(min(max(end, axis.low), axis.high))) for end in (e.low, e.high))
        yield element("line", x1=low, x2=high, y1=y, y2=y, class_="whisker")
        yield from (element("line", x1=end, x2=end, y1=y - 5, y2=y + 5, class_="whisker") for end in (low, high))
    if style == "reference":
        yield element("rect", x=x, y=y - 4, width=8, height=8, transform="translate(-4 0)", class_="point")
    else:
        yield element("circle", cx=x, cy=y, r=5.5, class_="point")


def _bracket(row: Row, y: int, axis: Axis) -> Iterator[Html]:
    for ends, style in ((row.unsure, "bracket unsure"), (row.ends, "bracket")):
        if ends is not None:
            start, end = (across(axis.share(value)) for value in ends)
            yield element("line", x1=start, x2=end, y1=y, y2=y, class_=style)
            yield from (element("line", x1=x, x2=x, y1=y - 6, y2=y + 6, class_="bracket end") for x in (start, end))

"""Ladders one under the other on one axis, a block a role; and the paired differences on an axis around 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fathom.core.comparison_lines import points, probability, role_text, roles_of
from fathom.core.records.comparison import Comparison, PairedDifference
from fathom.core.records.estimate import Estimate
from fathom.report.page_axis import Axis, in_percent, linear
from fathom.report.page_markup import Html, across, cut, element, joined, signed
from fathom.report.page_numbers import role_name

PITCH, HEAD, LABEL, MARK = 36, 38, 12, 24
"""Height of a row and of a heading; in a row the baseline of its labels on a narrow page, and the height of its mark; in pixels."""

SHORT = {"better": "better", "worse": "worse", "no difference that this dev set can show": "none"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A heading (no estimate, no figure), or a point with its interval."""

    name: str
    figure: str = ""
    aside: str = ""
    style: str = "head"
    estimate: Estimate | None = None

    @property
    def height(self) -> int:
        """In pixels."""
        return HEAD if self.style == "head" else PITCH

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.figure, self.aside)))


def ladders(made: Comparison) -> Html:
    """The errors of all runs, a block a role."""
    rows = list(_rungs(made))
    known = [row.estimate for row in rows if row.estimate is not None]
    axis = linear(0.0, max((e.value if e.high is None else e.high for e in known), default=1.0))
    note = f"Points are errors, bars their {_level(known)} intervals."
    if made.runs[0].ladder.scale is not None:
        note += " An error of 100% is that of always predicting the median of train."
    return rows_figure(rows, axis, note, "Errors by role")


def differences(made: Comparison) -> Html:
    """Each other run against the first: the difference with its interval, and 0."""
    first = made.runs[0].ladder
    rows = [_difference(pair, points(pair.decisive, first)) for pair in made.pairs]
    known = [pair.decisive for pair in made.pairs]
    ends = [0.0, *(end for e in known for end in (e.value, e.low, e.high) if end is not None)]
    against = cut(made.runs[0].name, 60)
    note = f"Dev error minus that of {against}: on the left of the line the run is better. Bars are {_level(known)} intervals."
    return rows_figure(rows, linear(min(ends), max(ends)), note, "Paired differences on dev", zero=True)


def _rungs(made: Comparison) -> Iterator[Row]:
    for role in roles_of(made):
        sealed = not any(role in run.ladder for run in made.runs)
        yield Row(name=role_name(role), figure="sealed" if sealed else "")
        if sealed:
            continue
        for i, run in enumerate(made.runs, start=1):
            value, ends = role_text(run.ladder, role)
            estimate = run.ladder[role].estimate if role in run.ladder else None
            yield Row(name=cut(run.name, 24), figure=value, aside=f"({ends})" if ends else "", style=f"own run{i}", estimate=estimate)


def _difference(pair: PairedDifference, figures: tuple[str, str]) -> Row:
    value, ends = figures
    verdict = SHORT[pair.verdict]
    return Row(
        name=cut(pair.run, 24),
        figure=signed(value if verdict == "none" else f"{value} {verdict}"),
        aside=signed(f"({ends}), {probability(pair.p)}"),
        style=f"rung {verdict}",
        estimate=pair.decisive,
    )


def _level(estimates: Sequence[Estimate]) -> str:
    return f"{next((e.level for e in estimates if e.low is not None), 0.95):.0%}"


def rows_figure(rows: Sequence[Row], axis: Axis, note: str, title: str, *, zero: bool = False) -> Html:
    """Rows on one axis, with a line at 0 where differences are drawn, and what they are below."""
    drawing = _drawing(rows, axis, title, zero)
    return element("figure", element("div", drawing, class_="plot rows compared"), element("figcaption", note), class_="ladder")


def _drawing(rows: Sequence[Row], axis: Axis, title: str, zero: bool) -> Html:
    tops = [sum(row.height for row in rows[:i]) for i in range(len(rows) + 1)]
    return element(
        "svg",
        element("title", f"{title}. " + "; ".join(str(row) for row in rows if row.style != "head") + "."),
        *_grid(axis, tops[-1]),
        element("line", x1=across(axis.share(0.0)), x2=across(axis.share(0.0)), y1=0, y2=tops[-1], class_="mid") if zero else None,
        *(_row(row, top, axis) for row, top in zip(rows, tops, strict=False)),
        role="img",
        width="100%",
        height=tops[-1] + 26,
    )


def _grid(axis: Axis, height: int) -> Iterator[Html]:
    for i, tick in enumerate(axis.ticks):
        x = across(axis.share(tick))
        yield element("line", x1=x, x2=x, y1=0, y2=height, class_="grid")
        yield element("text", in_percent(tick), x=x, y=height + 18, class_="tick foot" + (" wide" if i % 2 else ""))


def _row(row: Row, top: int, axis: Axis) -> Html:
    if row.style == "head":
        sealed = element("text", row.figure, x="100%", y=top + HEAD - 12, class_="figure") if row.figure else None
        return element("g", element("text", row.name, x=0, y=top + HEAD - 12, class_="name"), sealed, class_="head")
    aside = element("tspan", f" {row.aside}", class_="aside") if row.aside else None
    return element(
        "g",
        joined(*_point(row.estimate, top + MARK, axis)) if row.estimate is not None else None,
        element("text", row.name, x=0, y=top + LABEL, class_="name"),
        element("text", row.figure, aside, x="100%", y=top + LABEL, class_="figure"),
        class_=row.style,
    )


def _point(e: Estimate, y: int, axis: Axis) -> Iterator[Html]:
    if e.low is not None and e.high is not None:
        low, high = (across(axis.share(min(max(end, axis.low), axis.high))) for end in (e.low, e.high))
        yield element("line", x1=low, x2=high, y1=y, y2=y, class_="whisker")
        yield from (element("line", x1=end, x2=end, y1=y - 5, y2=y + 5, class_="whisker") for end in (low, high))
    yield element("circle", cx=across(axis.share(e.value)), cy=y, r=5.5, class_="point")

"""The page of an improvement: its story from the plain fit to the end, with every value that was tried."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from fathom.core.comparison_lines import probability
from fathom.core.logbook_lines import experiment_text, figures, optimism_text, step_heads
from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.logbook import Logbook, LoggedExperiment, Tried
from fathom.report.comparison_ladder import SHORT, Row, rows_figure
from fathom.report.page import document
from fathom.report.page_axis import linear
from fathom.report.page_markup import Html, coded, cut, each, element, joined, prose, signed

OUTCOME = {"kept": "low", "not kept": "none", "not tried": "unclear"}
"""The color of how a step ended."""


def logbook_page(log: Logbook) -> str:
    """A logbook as one HTML document that needs no network and no script, made from the record alone.

    Returns:
        The same text for the same record; to be encoded as UTF-8.
    """
    sections = (
        _head(log),
        _differences(log),
        _start(log),
        *(_step(i, e) for i, e in enumerate(log.experiments, start=1)),
        _end(log),
        _again(log),
    )
    style = Html(files("fathom.report").joinpath("comparison.css").read_text(encoding="utf-8"))
    foot = element("footer", "Made by fathom. One file; it loads nothing.")
    return document(f"{cut(log.name, 80)} improved - fathom", joined(element("main", *sections), foot), style)


def _head(log: Logbook) -> Html:
    n = len(log.experiments)
    about = f"{cut(log.name, 80)} · {n} experiment{'s' * (n != 1)} in {log.seconds:.0f} s"
    return element("header", element("p", about, class_="about"), element("h1", prose(log.headline)))


def _differences(log: Logbook) -> Html | None:
    """What each idea changed on dev, with its interval, around 0."""
    rows = [row for i, e in enumerate(log.experiments, start=1) if (row := _row(i, e)) is not None]
    if not rows:
        return None
    known = [row.estimate for row in rows if row.estimate is not None]
    ends = [0.0, *(end for e in known for end in (e.value, e.low, e.high) if end is not None)]
    note = (
        "Each idea's dev error minus that of the net so far, on the same examples and over the same starts: on the left of the line it is"
        " better. Bars are 95% intervals; of several values the one that was chosen is drawn."
    )
    drawing = rows_figure(rows, linear(min(ends), max(ends)), note, "What each idea changed", zero=True)
    return element("section", element("h2", "What each idea changed"), drawing, class_="first")


def _row(number: int, entry: LoggedExperiment) -> Row | None:
    best = entry.best
    if best is None or best.difference is None or best.verdict == "diverged":
        return None
    d = best.difference
    kept = " kept" if entry.outcome == "kept" else ""
    return Row(
        name=cut(f"{number} {entry.remedy.name}", 24),
        figure=signed(f"{_plus(d.value)}{kept}"),
        aside=signed(f"({_ends(d)}, {probability(best.p)})"),
        style=f"rung {SHORT[best.verdict]}",
        estimate=d,
    )


def _start(log: Logbook) -> Html:
    unit = " The errors are balanced ones: each class counts alike." if log.balanced else ""
    return element(
        "section",
        element("h2", "0. The plain fit"),
        element("p", cut(log.plain, 400)),
        element("p", signed(figures(log.before)), ".", unit),
    )


def _step(number: int, entry: LoggedExperiment) -> Html:
    change, ended = step_heads(number, entry)
    heading = element("h2", f"{number}. {entry.remedy.name[0].upper()}{entry.remedy.name[1:]}: ", _ended(ended, change))
    idea = f"{entry.reason}. {entry.remedy.why[0].upper()}{entry.remedy.why[1:]} ({entry.remedy.source})."
    parts = element(
        "dl",
        *(element("dt", "Idea"), element("dd", prose(f"{idea[0].upper()}{idea[1:]}"))),
        *(element("dt", "Experiment"), element("dd", prose(experiment_text(entry)))),
        *(element("dt", "Result"), element("dd", prose(f"{entry.says[0].upper()}{entry.says[1:]}"))),
    )
    return element("section", heading, parts, _values(entry))


def _ended(ended: str, change: str) -> Html:
    return element("span", f"{ended}, dev {change}" if ended == "kept" else ended, class_=f"verdict {OUTCOME[ended]}")


def _values(entry: LoggedExperiment) -> Html | None:
    """Every value of a step, where there are several."""
    if len(entry.tried) < 2:
        return None
    heads = each("th", ("value", "dev", "difference, points", "p", "verdict"), scope="col")
    rows = (element("tr", *_cells(t), class_="chosen" if t.label == entry.chosen else None) for t in entry.tried)
    table = element("table", element("thead", element("tr", heads)), element("tbody", *rows))
    return element("details", element("summary", f"All {len(entry.tried)} values"), element("div", table, class_="scroll"))


def _cells(t: Tried) -> Iterator[Html]:
    yield element("th", t.label, scope="row")
    if t.difference is None:
        yield from (element("td", text) for text in ("", "", "", t.verdict))
        return
    yield element("td", f"{percent(t.error)}%")
    yield element("td", signed(f"{_plus(t.difference.value)} ({_ends(t.difference)})"))
    yield element("td", probability(t.p).removeprefix("p ").removeprefix("= "))
    yield element("td", t.verdict if t.verdict in ("better", "worse", "diverged") else "no difference shown")


def _end(log: Logbook) -> Html:
    left = element("div", element("h3", "Next"), element("ul", each("li", map(prose, log.next)))) if log.next else None
    return element(
        "section",
        element("h2", "The end"),
        element("p", prose(log.says)),
        element("p", "The best net: ", signed(figures(log.after)), "."),
        element("p", prose(optimism_text(log)), class_="faint"),
        left,
    )


def _again(log: Logbook) -> Html | None:
    if not log.command:
        return None
    return element("section", element("h2", "To make the best net again"), element("pre", element("code", coded(log.command))))


def _plus(value: float) -> str:
    text = percent(value)
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


def _ends(e: Estimate) -> str:
    return "" if e.low is None or e.high is None else f"{percent(e.low)} to {percent(e.high)}"

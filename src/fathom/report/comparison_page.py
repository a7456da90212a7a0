"""The page of a comparison: one HTML file that needs no network, no script and no other file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

from fathom.core.comparison_lines import points, probability
from fathom.core.percent import percent
from fathom.core.records.boundary import Boundary
from fathom.core.records.comparison import Comparison, PairedDifference
from fathom.core.records.history import History
from fathom.core.roles import ROLES
from fathom.report.comparison_ladder import SHORT, differences, ladders
from fathom.report.page import document
from fathom.report.page_axis import in_percent
from fathom.report.page_boundary import key, note_of, panel
from fathom.report.page_chart import Chart, Curve, line_chart
from fathom.report.page_markup import Html, cut, each, element, joined, prose, signed, word


def comparison_page(
    made: Comparison, *, histories: Mapping[str, History] | None = None, boundaries: Mapping[str, Boundary] | None = None
) -> str:
    """A comparison as one HTML document, made from records alone.

    Args:
        made: runs, settings that differ, paired differences.
        histories: epoch by epoch, by the name of the run.
        boundaries: of nets with two inputs, by the name of the run.

    Returns:
        The same text for the same records; to be encoded as UTF-8.
    """
    sections = (
        _head(made),
        element("section", element("h2", "The difference on dev (validation)"), differences(made), _says(made), class_="first"),
        _settings(made),
        element("section", element("h2", "Errors"), ladders(made)),
        _curves(made, histories or {}),
        _boundaries(boundaries or {}),
    )
    title = f"{' and '.join(cut(run.name, 40) for run in made.runs[:3])} compared - fathom"
    foot = element("footer", "Made by fathom. One file; it loads nothing.")
    style = Html(files("fathom.report").joinpath("comparison.css").read_text(encoding="utf-8"))
    return document(title, joined(element("main", *sections), foot), style)


def _head(made: Comparison) -> Html:
    about = f"{len(made.runs)} runs side by side, on the same {made.n:,} dev examples"
    return element("header", element("p", about, class_="about"), element("h1", prose(made.headline)))


def _says(made: Comparison) -> Html:
    return joined(
        element("ul", *(element("li", _sentence(pair, made)) for pair in made.pairs), class_="bare sayings"),
        *_choice(made),
        each("p", map(prose, made.notes), class_="faint"),
    )


def _choice(made: Comparison) -> list[Html]:
    """The metrics that were asked for, and the best run by them."""
    if made.choice is None:
        return []
    rows = (element("li", word(name), ": ", prose(text)) for name, text in made.choice.rows)
    return [element("ul", *rows, class_="bare sayings"), element("p", prose(f"{made.choice.says[0].upper()}{made.choice.says[1:]}."))]


def _sentence(pair: PairedDifference, made: Comparison) -> Html:
    """The verdict in words, and what it rests on."""
    value, ends = points(pair.decisive, made.runs[0].ladder)
    figures = signed(f"{value} points" + (f" ({ends})" if ends else "") + f", {probability(pair.p)}")
    verdict = element("span", pair.verdict, class_=f"verdict {SHORT[pair.verdict]}")
    return joined(word(pair.run), " against ", word(pair.against), f": {figures}: ", verdict, ". ", prose(pair.says))


def _settings(made: Comparison) -> Html:
    heading = element("h2", "Settings that differ")
    if not made.differing:
        return element("section", heading, element("p", "None, and neither does the data."))
    names = (element("th", _swatch(i), word(run.name, 40), scope="col") for i, run in enumerate(made.runs, start=1))
    rows = (
        element("tr", element("th", word(name, 60), scope="row"), each("td", (word(v, 80) for v in values)))
        for name, values in made.differing.items()
    )
    table = element(
        "table", element("thead", element("tr", element("th", "", scope="col"), *names)), element("tbody", *rows), class_="apart"
    )
    return element("section", heading, element("div", table, class_="scroll"))


def _swatch(i: int) -> Html:
    return element("span", "", class_=f"swatch run{i}")


def _curves(made: Comparison, histories: Mapping[str, History]) -> Html | None:
    """J and the errors of all runs by epoch."""
    charts = [chart for chart in _charts(made, {n: h for n, h in histories.items() if len(h)}) if chart.drawn]
    if not charts:
        return None
    return element("section", element("h2", "Training"), element("div", *map(line_chart, charts), class_="charts"))


def _charts(made: Comparison, histories: Mapping[str, History]) -> Iterator[Chart]:
    if not histories:
        return
    epochs = max(history.epochs[-1].epoch for history in histories.values())
    known = [(i, run.name, histories[run.name]) for i, run in enumerate(made.runs, start=1) if run.name in histories]
    objective = tuple(Curve.of(cut(name, 40), [(e.epoch, e.J) for e in h], f"run{i}") for i, name, h in known)
    yield Chart(title="J, the objective with its penalty", curves=objective, epochs=epochs)
    for role in ROLES:
        curves = tuple(Curve.of(cut(name, 40), h.measured(role), f"run{i}") for i, name, h in known)
        yield _errors(f"Error on {role.replace('_', '-')}", curves, epochs)
    norms = tuple(Curve.of(cut(name, 40), [(e.epoch, e.weight_norm) for e in h], f"run{i}") for i, name, h in known)
    yield Chart(title="Norm of W", curves=norms, epochs=epochs)


def _errors(title: str, curves: tuple[Curve, ...], epochs: int) -> Chart:
    """With room for the second half of each curve, and four times its height; the first epochs may lie above."""
    late = [y for curve in curves for _, y in curve.points[len(curve.points) // 2 :]]
    all_of_them = [y for curve in curves for _, y in curve.points]
    most = 4 * max(late, default=0.0)
    ceiling = most if 0 < most < max(all_of_them, default=0.0) else None
    about = "" if ceiling is None else f"The first epochs lie above the drawing, at up to {percent(max(all_of_them))}%."
    return Chart(title=title, curves=curves, epochs=epochs, label=in_percent, zero=True, ceiling=ceiling, about=about)


def _boundaries(boundaries: Mapping[str, Boundary]) -> Html | None:
    """The answers of each net with two inputs, with its dev points; one key for all."""
    if not boundaries:
        return None
    first = next(iter(boundaries.values()))
    drawn = [panel(b, "dev" if "dev" in b.points else next(iter(b.points)), cut(name, 40)) for name, b in boundaries.items() if b.points]
    heading = element("h2", "The decision boundary, with dev points" if first.classes else "What they predict over the two inputs")
    return element("section", heading, element("p", note_of(first), class_="faint"), key(first), element("div", *drawn, class_="multiples"))

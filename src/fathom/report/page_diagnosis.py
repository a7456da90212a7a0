"""The sections that say what a diagnosis says: headline, figures, what is unclear, next steps, measured and inferred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.reference import Reference
from fathom.report.page_ladder import ladder_figure
from fathom.report.page_markup import Html, cut, each, element, joined, prose, word
from fathom.report.page_numbers import error, gap_value, interval, own_unit, plain_error, role_name, standing


def headline(d: Diagnosis) -> Html:
    """Its first sentence large, the others below, then what comes before any verdict."""
    first, _, rest = d.headline.partition(". ")
    large = first if first.endswith(".") else f"{first}."
    return joined(
        element("h1", prose(large)),
        element("p", prose(rest), class_="lead") if rest else None,
        *(element("p", prose(f"{f.what} {f.fix}".strip()), class_="alert") for f in d.findings if f.severity == "error"),
    )


def ladder(d: Diagnosis, references: Sequence[Reference]) -> Html:
    """The drawing, what is to be said of its gaps, and the figures as a table."""
    return element(
        "section", element("h2", "The ladder"), ladder_figure(d, references), sayings(d), _figures(d, references), class_="first"
    )


def steps(d: Diagnosis) -> Html | None:
    """What to do next, first things first, each with its reason."""
    if not d.steps:
        return None
    return element("section", element("h2", steps_title(d)), step_list(d))


def steps_title(d: Diagnosis) -> str:
    """Whether there is something to do."""
    needed = d.focus is None or d.gaps[d.focus].verdict != "low"
    return "What to do next" if needed else "What to do next, if it has to get better"


def step_list(d: Diagnosis) -> Html:
    """The steps, each with its reason."""
    listed = (
        joined(
            element("strong", cut(step.what)),
            prose(f": {step.how}") if step.how else None,
            element("p", prose(f"{step.why} ({step.source})" if step.source else step.why), class_="faint"),
        )
        for step in d.steps
    )
    return element("ol", each("li", listed), class_="steps")


def grounds(d: Diagnosis, references: Sequence[Reference]) -> Html:
    """What was measured, and apart from it what was inferred."""
    compared = [f"The net is {standing(reference, d.ladder)}." for reference in references]
    return element(
        "section",
        element("h2", "What this rests on"),
        element("div", _sentences("Measured", [*d.measured, *compared]), _sentences("Inferred", d.inferred), class_="pair"),
    )


def _sentences(title: str, sentences: Sequence[str]) -> Html:
    listed = (prose(_begun(text)) for text in sentences) if sentences else ("Nothing.",)
    return element("div", element("h3", title), element("ul", each("li", listed), class_="bare"))


def _begun(text: str) -> str:
    """With a capital letter, unless it begins with a role or a number."""
    return text[:1].upper() + text[1:]


def sayings(d: Diagnosis) -> Html | None:
    """Why the errors are balanced ones, and what a gap has to say beside its verdict."""
    said: list[tuple[str, str, str]] = [(f"{gap.title}: {gap.verdict}", gap.verdict, gap.says) for gap in d.gaps.values() if gap.says]
    if d.balance is not None:
        said.insert(0, ("balanced", "", f"{d.balance}; human and goal are read in it too."))
    listed = (joined(element("span", label, class_=f"verdict {style}".strip()), " ", prose(_begun(text))) for label, style, text in said)
    return element("ul", each("li", listed), class_="bare sayings") if said else None


def _figures(d: Diagnosis, references: Sequence[Reference]) -> Html:
    unit = d.ladder.scale is not None
    heads = ["Rung or gap", "Error", *(["In its unit"] if unit else []), "Interval", "About"]
    rows = joined(*_figure_rows(d, references, unit))
    head = element("thead", element("tr", each("th", heads, scope="col")))
    table = element("table", head, element("tbody", rows), class_="figures")
    return element("details", element("summary", "The same as a table"), element("div", table, class_="scroll"))


def _figure_rows(d: Diagnosis, references: Sequence[Reference], unit: bool) -> Iterator[Html]:
    by_end = {gap.end: gap for gap in d.gaps.values()}
    for rung in d.ladder:
        if rung.name in by_end:
            gap = by_end[rung.name]
            about = element("span", gap.verdict, class_=f"verdict {gap.verdict}")
            yield _cells(gap.title, gap_value(gap, d), "" if unit else None, interval(gap.low, gap.high, d.ladder), about)
        e = rung.estimate
        about_rung = ", ".join(filter(None, (rung.note or ("" if e.n is None else f"n = {e.n:,}"), plain_error(rung.name, d))))
        own = own_unit(e, d.ladder) if unit else None
        yield _cells(role_name(rung.name), error(e.value, d.ladder), own, interval(e.low, e.high, d.ladder), about_rung)
    for role, n in d.ladder.sealed.items():
        yield _cells(role_name(role), "sealed", "" if unit else None, "", f"n = {n:,}")
    for reference in references:
        e = reference.estimate
        own = own_unit(e, d.ladder) if unit else None
        yield _cells(reference.name, error(e.value, d.ladder), own, interval(e.low, e.high, d.ladder), "reference")


def _cells(name: str, value: str, own: str | None, ends: str, about: str) -> Html:
    cells = [value, *([] if own is None else [cut(own, 40)]), ends, about]
    return element("tr", element("th", word(name), scope="row"), each("td", cells))

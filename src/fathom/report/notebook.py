"""Records as a notebook shows them: the drawings of the page, in the colors of the notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from fathom.core.display import draw_with, figure_with
from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.equivalents import equivalents_of
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.history import History
from fathom.core.records.ladder import Ladder
from fathom.core.records.learning_curve import LearningCurve
from fathom.core.records.settings import Settings
from fathom.report.figures.learning_curve import learning_curve_figure
from fathom.report.page_boundary import key, note_of, panel
from fathom.report.page_chart import line_chart
from fathom.report.page_diagnosis import sayings, step_list, steps_title
from fathom.report.page_findings import item, ordered
from fathom.report.page_ladder import ladder_figure
from fathom.report.page_making import entries
from fathom.report.page_markup import Html, cut, element, prose, signed
from fathom.report.page_numbers import role_name
from fathom.report.page_training import charts_of, summary

SCOPE = ".fathom-drawn"

NARROW = """
@container (max-width: 760px) {
  %(scope)s .charts { grid-template-columns: minmax(0, 1fr); }
  %(scope)s .rows { padding: 0 0.6rem; }
  %(scope)s .rows .name { text-anchor: start; transform: translate(-6px, 0); }
  %(scope)s .rows .figure { text-anchor: end; transform: translate(6px, 0); }
}
"""


def drawn(*parts: object) -> str:
    """Parts of a page in a box of their own, whose style touches nothing else of the notebook."""
    return element("div", element("style", style()), *parts, class_=SCOPE[1:])


@cache
def style() -> Html:
    """The style sheets of drawings and of notebooks, each selector inside the box."""
    texts = [files("fathom.report").joinpath(f"{name}.css").read_text(encoding="utf-8") for name in ("drawing", "notebook")]
    return Html("".join(map(scoped, texts)) + NARROW % {"scope": SCOPE})


def scoped(css: str) -> str:
    """Plain rules with every selector inside the box; & is the box itself.

    Example:
        >>> scoped("p, .a b { margin: 0; }")
        '.fathom-drawn p, .fathom-drawn .a b { margin: 0; }'
    """

    def inside(rule: re.Match[str]) -> str:
        selectors = (part.strip() for part in rule[1].split(","))
        return ", ".join(SCOPE if part == "&" else f"{SCOPE} {part}" for part in selectors) + " {"

    return re.sub(r"([^\s{}][^{}]*?)\s*\{", inside, css)


def diagnosis_html(d: Diagnosis) -> str:
    """Headline, ladder, what is unclear, and what to do next."""
    return drawn(*_diagnosis(d))


def _diagnosis(d: Diagnosis) -> Sequence[Html | None]:
    references = [*d.references.values(), *(d.baseline[role] for role in ("dev",) if role in d.baseline)]
    steps = (element("p", steps_title(d), class_="title"), step_list(d)) if d.steps else ()
    return element("p", prose(d.headline), class_="head"), ladder_figure(d, references), sayings(d), *steps


def ladder_html(ladder: Ladder) -> str:
    """The rungs alone, drawn."""
    bare = Diagnosis(headline="", ladder=ladder, gaps={}, verdicts=(), focus=None, floor=Floor(value=0.0, known="assumed"), tolerance=0.0)
    return drawn(ladder_figure(bare, ()))


def gap_html(gap: Gap) -> str:
    """One line, and what is to be said of it."""
    ends = "" if gap.low is None or gap.high is None else f" ({100 * gap.low:.1f} to {100 * gap.high:.1f})"
    between = f"{role_name(gap.start)} to {role_name(gap.end)}"
    line = (
        element("strong", gap.title),
        signed(f" {100 * gap.value:.1f} points{ends}, {between}: "),
        element("span", gap.verdict, class_=f"verdict {gap.verdict}"),
    )
    return drawn(element("p", *line), element("p", prose(gap.says), class_="faint") if gap.says else None)


def finding_html(finding: Finding) -> str:
    """Severity, what, cause and fix."""
    return drawn(element("ul", item(finding), class_="bare"))


def findings_html(found: Findings) -> str:
    """Errors first."""
    listed = ordered(found)
    return drawn(element("ul", *map(item, listed), class_="bare") if listed else element("p", "No findings."))


def history_html(history: History) -> str:
    """How it went, and J and the errors by epoch."""
    return drawn(*_history(history))


def _history(history: History) -> Sequence[Html]:
    charts = [line_chart(chart) for chart in charts_of(history)]
    return element("p", summary(history)), element("div", *charts, class_="charts")


def boundary_html(boundary: Boundary) -> str:
    """The answers over the plane, with train and dev."""
    panels = (panel(boundary, role, role_name(role)) for role in boundary.points)
    return drawn(element("p", note_of(boundary), class_="faint"), key(boundary), element("div", *panels, class_="charts"))


def experiment_html(made: Experiment) -> str:
    """What was trained on what, and how."""
    return drawn(entries(made, str(made.settings), equivalents_of(made)))


def settings_html(settings: Settings) -> str:
    """Those that differ from the defaults."""
    return drawn(element("p", str(settings)))


def run_html(experiment: Experiment, history: History, diagnosis: Diagnosis) -> str:
    """A run: what it is, its diagnosis, its training."""
    name = f"{cut(experiment.data.get('name', 'run'), 80)} · {experiment.net} {cut(experiment.shape, 60)}"
    more = element("p", "run.report(path) writes the whole page, with the mistakes, the findings and how it was made.", class_="faint")
    training = (element("p", "Training", class_="title"), *_history(history))
    return drawn(element("p", name, class_="about"), *_diagnosis(diagnosis), *training, more)


def curve_html(curve: LearningCurve) -> str:
    """The sentence, and the picture and the table in characters."""
    first, *rest = str(curve).split("\n\n", 1)
    return drawn(element("p", first, class_="title"), *(element("pre", text) for text in rest))


def text_html(text: str) -> str:
    """A few lines as they are."""
    return drawn(element("p", prose(text)))


draw_with(Diagnosis, diagnosis_html)
draw_with(Ladder, ladder_html)
draw_with(Gap, gap_html)
draw_with(Finding, finding_html)
draw_with(Findings, findings_html)
draw_with(History, history_html)
draw_with(Boundary, boundary_html)
draw_with(Experiment, experiment_html)
draw_with(Settings, settings_html)
draw_with(LearningCurve, curve_html)
figure_with(LearningCurve, learning_curve_figure)

"""The page of a run: one HTML file that needs no network, no script and no other file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.folds import Folds
from fathom.core.records.history import History
from fathom.core.records.marked_text import MarkedTexts
from fathom.core.records.picture import Picture
from fathom.core.records.reference import Reference
from fathom.report import page_diagnosis
from fathom.report.page_boundary import boundary_section
from fathom.report.page_confusion import confusion
from fathom.report.page_findings import findings as findings_section
from fathom.report.page_folds import folds_section
from fathom.report.page_general import general
from fathom.report.page_making import making
from fathom.report.page_markup import Html, cut, element, joined, prose
from fathom.report.page_mistakes import mistakes as mistakes_section
from fathom.report.page_residuals import residuals
from fathom.report.page_training import training

if TYPE_CHECKING:
    import polars as pl

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load for the page: nothing."""


def page(
    *,
    experiment: Experiment,
    history: History,
    diagnosis: Diagnosis,
    findings: Sequence[Finding] = (),
    references: Sequence[Reference] = (),
    tables: Mapping[str, pl.DataFrame] | None = None,
    mistakes: pl.DataFrame | None = None,
    usual: Mapping[str, tuple[float, float]] | None = None,
    picture: Picture | None = None,
    marked: MarkedTexts | None = None,
    boundary: Boundary | None = None,
    scores: Sequence[str] = (),
    folds: Folds | None = None,
    settings: str = "",
    equivalents: Sequence[str] = (),
    versions: Mapping[str, str] | None = None,
    openings: Sequence[str] = (),
    command: str = "",
) -> str:
    """The report of a run as one HTML document, made from records alone.

    Args:
        experiment: what was trained on what.
        history: epoch by epoch.
        diagnosis: the ladder and what follows from it.
        findings: of data and training; those of the diagnosis are added.
        references: plain methods on the same split, the best one first; those of the diagnosis where left out. What needs no
            inputs (always the commonest class) is drawn below them.
        tables: by role, a frame with id, truth, prediction, error and p_<class>; "dev" is read.
        mistakes: the worst dev examples with their input columns between id and truth, the worst first; without those columns
            where left out.
        usual: mean and standard deviation on train of the input columns that are numbers.
        picture: that the input columns are; None for tables.
        marked: the words of the worst mistakes that counted most; None without texts.
        boundary: of a net with two inputs.
        scores: threshold, metrics and requirements, a line each.
        folds: the nets behind the errors, where every example was dev once.
        settings: the line of settings, as on the screen; `str(experiment.settings)` where left out.
        equivalents: what the settings are called elsewhere, a sentence each.
        versions: of what the bits depend on, by name.
        openings: when test was opened, as ISO dates.
        command: what makes the run again; the call in Python where there was none.

    Returns:
        The same text for the same records, mostly under 200 kB and never over 6 MB; to be encoded as UTF-8.
    """
    compared = (*(references or diagnosis.references.values()), *(diagnosis.baseline[r] for r in ("dev",) if r in diagnosis.baseline))
    sections = (
        _head(experiment, diagnosis),
        page_diagnosis.ladder(diagnosis, compared),
        general(diagnosis),
        page_diagnosis.steps(diagnosis),
        page_diagnosis.grounds(diagnosis, compared),
        _scores(scores),
        folds_section(folds),
        training(history, balanced=diagnosis.balance is not None),
        boundary_section(boundary),
        *_outcome(experiment, (tables or {}).get("dev"), mistakes, usual, picture, marked, diagnosis.ladder.unit),
        findings_section([*findings, *diagnosis.findings]),
        making(experiment, settings or str(experiment.settings), equivalents, versions or {}, openings, command),
    )
    foot = element("footer", f"Made by fathom {(versions or {}).get('fathom', '')}".strip() + ". One file; it loads nothing.")
    return document(_title(experiment), joined(element("main", *sections), foot))


def document(title: str, body: Html, style: Html | None = None) -> str:
    """A whole HTML document with the style sheet of all pages, and `style` after it."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **{"http-equiv": "Content-Security-Policy", "content": POLICY}),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", title),
        element("style", joined(_style(), style)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', body), lang='en')}\n"


def _style() -> Html:
    """Of pages after that of drawings: on narrow screens and on paper the page moves what the drawings have placed."""
    return Html("".join(files("fathom.report").joinpath(f"{name}.css").read_text(encoding="utf-8") for name in ("drawing", "page")))


def _title(experiment: Experiment) -> str:
    return f"{cut(experiment.data.get('name', 'run'), 80)}: {experiment.net} {cut(experiment.shape, 60)} - fathom"


def _head(experiment: Experiment, diagnosis: Diagnosis) -> Html:
    about = f"{cut(experiment.data.get('name', 'run'), 80)} · {experiment.net} {cut(experiment.shape, 60)}"
    return element("header", element("p", about, class_="about"), page_diagnosis.headline(diagnosis))


def _scores(lines: Sequence[str]) -> Html | None:
    """The metrics that were asked for."""
    if not lines:
        return None
    return element("section", element("h2", "Metrics"), element("ul", *(element("li", prose(text)) for text in lines), class_="bare"))


def _outcome(
    experiment: Experiment,
    dev: pl.DataFrame | None,
    worst: pl.DataFrame | None,
    usual: Mapping[str, tuple[float, float]] | None,
    picture: Picture | None,
    marked: MarkedTexts | None,
    unit: str,
) -> Iterator[Html | None]:
    """What the net made of dev, where the table has it."""
    if dev is None or not dev.height or not {"truth", "prediction", "error"} <= set(dev.columns):
        return
    target: Mapping[str, Any] = experiment.data.get("target") or {}
    kind = "regression" if target.get("kind") == "regression" else "classes"
    yield residuals(dev, cut(unit, 60)) if kind == "regression" else confusion(dev, target.get("classes") or ())
    yield mistakes_section(dev, kind, cut(unit, 60), seen=worst, usual=usual, picture=picture, marked=marked)

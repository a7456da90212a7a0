"""The page of a run, from what the run holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from fathom.core.exceptions import UnusableInput
from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.equivalents import equivalents_of
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.folds import Folds
from fathom.core.records.history import History
from fathom.diagnosis.metrics.spelling import COSTS, read_metric, read_requirement
from fathom.experiment.look import Look
from fathom.experiment.mistakes import usual_of
from fathom.experiment.run_metrics import Measured, card_of_run
from fathom.report.page import page

if TYPE_CHECKING:
    import polars as pl


class Shown(Measured, Protocol):
    """What is read of a `Run`, which writes its page by this and so cannot be imported here."""

    history: History
    findings: tuple[Finding, ...]
    openings: list[str]
    made_with: Mapping[str, str]
    wanted: Mapping[str, Any]

    @property
    def boundary(self) -> Boundary | None: ...  # noqa: D102
    @property
    def look(self) -> Look: ...  # noqa: D102
    @property
    def folds(self) -> Folds | None: ...  # noqa: D102
    @property
    def mistakes(self) -> pl.DataFrame: ...  # noqa: D102


def page_of_run(run: Shown, experiment: Experiment, diagnosis: Diagnosis, command: str = "") -> str:
    """One HTML file, with the metrics that were asked for."""
    return page(
        experiment=experiment,
        history=run.history,
        diagnosis=diagnosis,
        findings=run.findings,
        tables=run.tables,
        mistakes=run.mistakes if "dev" in run.tables else None,
        usual=usual_of(run.prepare),
        picture=run.prepare.picture,
        marked=run.look.marked if "dev" in run.tables else None,
        boundary=run.boundary,
        folds=run.folds,
        scores=scores_of(run),
        equivalents=equivalents_of(experiment),
        versions=run.made_with,
        openings=run.openings,
        command=command,
    )


def scores_of(run: Shown) -> list[str]:
    """The threshold, the metrics and the requirements as lines; without those that need the net, where it is not at hand."""
    lines = [] if run.threshold is None else [str(run.threshold)]
    if not run.wanted or "dev" not in run.tables:
        return lines
    there: Sequence[str] = () if run.net is not None else COSTS
    metrics = [text for text in run.wanted.get("metric", []) if read_metric(text).name not in there]
    rules = [text for text in run.wanted.get("require", []) if read_requirement(text).asked.name not in there]
    if not metrics and not rules:
        return lines
    try:
        return [*lines, *card_of_run(run, metrics or ["error"], rules, duration=run.wanted.get("duration")).lines()]
    except UnusableInput as error:  # a column that is not at hand must not cost the page
        return [*lines, str(error)]

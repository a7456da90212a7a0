"""A run: an experiment carried out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from fathom.core.exceptions import FathomError
from fathom.core.expectations import refuse
from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.folds import Folds
from fathom.core.records.history import History
from fathom.core.records.metric import Metric
from fathom.core.records.mismatch import Mismatch
from fathom.core.records.settings import Settings
from fathom.core.records.target import Target
from fathom.core.records.threshold import Threshold
from fathom.core.run_folder import RUN, json_text, write_over
from fathom.data.prepare import Prepare
from fathom.data.splits import Splits
from fathom.data.together import merged
from fathom.diagnosis.metrics.thresholds import chosen
from fathom.experiment.averaging import mirrored
from fathom.experiment.boundary import boundary_of
from fathom.experiment.circumstances import circumstances_of
from fathom.experiment.dev_looks import count_opening, count_saved, count_threshold, looks_of
from fathom.experiment.diagnosing import diagnosis_of
from fathom.experiment.figures import figure_of
from fathom.experiment.fold_tables import folds_in
from fathom.experiment.identity import test_of
from fathom.experiment.kept_curve import kept_curve
from fathom.experiment.look import Look, look_of
from fathom.experiment.mismatch import mismatch_of
from fathom.experiment.outcome import errors_in
from fathom.experiment.page_of_run import page_of_run
from fathom.experiment.predicting import measured_on_test, predicted
from fathom.experiment.ready import Ready
from fathom.experiment.references import FittedReference
from fathom.experiment.role_errors import RoleErrors
from fathom.experiment.run_metrics import Words, card_of_run, tuned
from fathom.experiment.saving import asked_of, head_of, save, versions, write_opening
from fathom.report.notebook import run_html, text_html
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl


@dataclass(eq=False)
class Run:
    """An experiment carried out: the trained net, its history, its errors by role.

    Attributes:
        experiment: what was trained on what, and how.
        target: what is predicted.
        task: loss, errors and decoding.
        prepare: fitted on train; `run.prepare(rows)` applies it.
        net: the trained module, in evaluation mode; None where the training diverged.
        history: epoch by epoch.
        tables: by role, a polars frame: id, group, truth, prediction, p_<class>, error, weight.
        findings: of data, splits, prepare and training.
        ready: the data, split and prepared; None for a run that was opened from disk.
        fitted: the references, once they are fitted.
        openings: when test was opened, as ISO dates.
        plan: what the bits depend on besides seed and versions: threads and device.
        asked: what the saved diagnosis was asked for: human, goal, tolerance.
        wanted: the metrics that are shown on its page: "metric", "require", "duration" as in `fathom.metrics`.
        command: how the run was made on a command line; "" in Python.
        folder: where the run was saved; None before.
        threshold: of two classes, where predictions are cut when "tuned" is asked for; None before `tune_threshold`.
        made_with: the versions that the bits depend on.
        kept_look, kept_boundary, kept_mismatch: what the folder of a run that was opened had of them.
    """

    experiment: Experiment | None
    target: Target
    task: Task | None
    prepare: Prepare
    net: nn.Module | None
    history: History
    tables: dict[str, pl.DataFrame]
    findings: tuple[Finding, ...] = ()
    ready: Ready | None = None
    fitted: list[FittedReference] | None = None
    openings: list[str] = field(default_factory=list)
    plan: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    wanted: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    folder: Path | None = None
    threshold: Threshold | None = None
    made_with: Mapping[str, str] = field(default_factory=versions)
    kept_look: Look | None = None
    kept_boundary: Boundary | None = None
    kept_mismatch: Mismatch | None = None

    def __post_init__(self) -> None:
        self.findings = Findings(self.findings)

    @classmethod
    def diverged(cls, ready: Ready, what: str, arguments: Mapping[str, Any]) -> Run:
        """The run of a member of `fit_many` whose training diverged: no net, no errors, a finding."""
        found = Finding(id="engine.run.diverged", severity="error", what=what, evidence={k: str(v) for k, v in arguments.items()})
        history = History([], stopped="diverged")
        return cls(None, ready.splits.target, None, ready.prepare, None, history, {}, findings=(found,), ready=ready)

    @property
    def errors(self) -> RoleErrors:
        """An array by role, one error for each example; no "test" until it is opened."""
        return RoleErrors(self.tables, sealed=self._test_rows > 0)

    @property
    def splits(self) -> Splits | None:
        """The data; None for a run that was opened from disk."""
        return None if self.ready is None else self.ready.splits

    @property
    def settings(self) -> Settings:
        """The settings, as resolved for this train set."""
        return self._experiment.settings

    @property
    def _experiment(self) -> Experiment:
        if self.experiment is None:
            raise FathomError("This run diverged: it has no net, no settings and no errors; run.findings says why.")
        return self.experiment

    @property
    def _trained(self) -> tuple[nn.Module, Task]:
        if self.net is None or self.task is None:
            raise FathomError("This run diverged: it has no net; run.findings says why.")
        return self.net, self.task

    @property
    def _test_rows(self) -> int:
        return 0 if "test" in self.tables or self.experiment is None else self.experiment.rows.get("test", 0)

    @property
    def references(self) -> list[FittedReference]:
        """Plain methods on the same split, fitted when they are first asked for; [] where the data are not at hand."""
        if self.fitted is None:
            self.fitted = [] if self.ready is None or self.task is None else self.ready.references(self.task)
        return self.fitted

    @property
    def folds(self) -> Folds | None:
        """The nets behind the errors where every example was dev once (`fit(..., folds=5)`); None for one split."""
        return folds_in(self.tables)

    @cached_property
    def boundary(self) -> Boundary | None:
        """The answers over the plane of two inputs, with examples of train and dev; None where there are not two numbers."""
        return self.kept_boundary if self.splits is None else boundary_of(self)

    @cached_property
    def mismatch(self) -> Mismatch | None:
        """What differs between train_dev and dev; None where one is missing."""
        if self.ready is None or "train_dev" not in self.tables:
            return self.kept_mismatch
        return mismatch_of(self.ready, errors_in(self.tables["train_dev"]))

    @cached_property
    def look(self) -> Look:
        """What is kept of dev's mistakes: the worst, some drawn at random, the slices that do worse than chance allows."""
        return look_of(self) if self.kept_look is None else self.kept_look

    @property
    def mistakes(self) -> pl.DataFrame:
        """The 200 worst dev examples, the worst first: id, the input columns as they were, truth, prediction, p_<class>, error.

        For classes only wrong examples, those that the net was surest of first; for a number the farthest off. Of a run that was
        opened from a folder without them the input columns are missing. `fathom.mistakes(run)` is the error analysis.

        Raises:
            UnusableInput: the run has no dev set.
        """
        if "dev" not in self.tables:
            raise refuse("`mistakes`", expected="a run with a dev set", got=f"{', '.join(self.tables) or 'no errors'}")
        return self.look.worst

    def diagnose(self, *, references: bool | Mapping[str, Any] = True, runs: Path | None = None, **arguments: Any) -> Diagnosis:
        """The ladder of this run, its gaps, verdicts and next steps.

        Args:
            references: True compares with plain methods on the same split (fitted once, some seconds); False leaves them
                out; a mapping of dev errors by name takes their place.
            runs: the folder of runs that it is going to be saved in, whose dev meter is read; a saved run knows its own.
            **arguments: as in `fathom.diagnose`: human, goal, tolerance; `truth={}` keeps to the plain error where classes are rare.
        """
        if isinstance(references, bool):
            references = {r.name: r.errors for r in self.references} if references else {}
        about = {"references": references, "looks": looks_of(self, runs), "curve": kept_curve(self.folder), **arguments}
        about = {"sealed": {"test": self._test_rows} if self._test_rows else {}, **about}
        circumstances = circumstances_of(self._experiment, self.findings, self.folds)
        return diagnosis_of(self.tables, self.prepare.target_scale, circumstances, about, lambda: self.mismatch)

    def metric(self, name: str, *, role: str = "dev", **about: Any) -> Metric:
        """One metric of this run with its interval: `run.metric("f1")`; names and arguments are those of `fathom.metrics`."""
        return card_of_run(self, name, role=role, **about).metric

    def tune_threshold(self, metric: str = "f1", *, require: Words = ()) -> Threshold:
        """The probability from which on the positive class is predicted, as it makes a metric best on dev; kept with the run.

        Args:
            metric: accuracy, precision, recall, specificity, f1 (any f), 'mean accuracy by truth'.
            require: what has to be kept, as in 'precision >= 90%'.

        Returns:
            The threshold; what it reaches on dev is too good, since it was chosen for that, and `checked` is not.

        Raises:
            UnusableInput: not two classes, no dev set, or no threshold that keeps what is required.
        """
        self.threshold = tuned(self, metric, require)
        if self.folder is not None:
            write_over(self.folder / RUN, json_text(head_of(self)))
            count_threshold(self)
        return self.threshold

    def predict(self, rows: Any, *, threshold: float | str | None = None, crops: int = 1) -> pl.DataFrame:
        """Predictions for new rows as people have them.

        Args:
            rows: a file, a polars or pandas frame, a mapping of columns, a Dataset, or an (n, d) array where the run was
                fitted on one. Columns may stand in another order; extra ones are ignored; the target may be there or not.
            threshold: of two classes, the probability from which on the positive one is predicted, or "tuned" for the run's own.
            crops: of each picture, whose answers are averaged: 5 are its middle and corners, 10 these and their mirrors (C4W2-31).

        Returns:
            A polars frame: "prediction" in the user's own labels or unit, and p_<class> for each class; before them the file of
            each picture, where picture files were read.

        Raises:
            UnusableInput: a needed column is missing, or nothing can be read.
        """
        return self.predict_with_findings(rows, threshold=threshold, crops=crops)[0]

    def predict_with_findings(
        self, rows: Any, *, threshold: float | str | None = None, crops: int = 1
    ) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
        """As `predict`, with what was seen while the rows were read: extra columns, values that could not be read."""
        net, task = self._trained
        cut = chosen(self.threshold, threshold)
        said, found = predicted(net, task, self.target, self.prepare, rows, threshold=cut, crops=crops)
        return said, (*found, *mirrored(self.settings, self.prepare, self.target, crops))

    def open_test(self, splits: Splits | None = None) -> float:
        """Measure the net on test, once, at the end of all choices; the opening is written down with its date.

        Args:
            splits: the splits of the run, where it was opened from disk.

        Returns:
            The test error.

        Raises:
            UnusableInput: there is no test set, or other splits than the run's.
        """
        if "test" in self.tables:
            return errors_in(self.tables["test"]).rate
        source = self.splits if splits is None else splits if self.folds is None else merged(splits)
        net, task = self._trained
        self.tables |= measured_on_test(net, task, self.target, self.prepare, test_of(source, self._experiment))
        self.openings.append(datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"))
        if self.folder is not None:
            count_opening(self)
            diagnosis = self.diagnose(**self.asked)
            page = page_of_run(self, self._experiment, diagnosis, self.command)
            write_opening(self.folder, head=head_of(self), table=self.tables["test"], diagnosis=diagnosis, page=page)
        return errors_in(self.tables["test"]).rate

    def figure(self, name: str, *, beside: Run | Sequence[Run] = ()) -> go.Figure:
        """A figure of this run as a plotly object, alone or beside other runs.

        Args:
            name: "ladder", "cost", "errors", "learning_rate", "weight_norm", "confusion" (classes), "residuals" (a number to
                predict) or "boundary" (two inputs).
            beside: other runs: curves are laid over one another, boundaries and confusions stand side by side, ladders are grouped;
                each run is named by the settings that set it apart.

        Returns:
            A `plotly.graph_objects.Figure`: show it, change it, or write it with `figure.write_html(path)`.

        Raises:
            UnusableInput: no figure of that name, one that a run cannot have, or runs that do not go together.

        Example:
            >>> import fathom
            >>> run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=5)
            >>> [trace.name for trace in run.figure("errors").data]
            ['train', 'dev (validation)']
        """
        return figure_of(self, name, [beside] if isinstance(beside, Run) else beside)

    def report(self, path: str | Path, *, diagnosis: Diagnosis | None = None) -> Path:
        """Write the run as one self-contained page.

        Args:
            path: an .html file; written over where it is there.
            diagnosis: the one to show; where left out, with the human level and goal that a saved run was diagnosed with.

        Returns:
            The path of the page.

        Raises:
            UnusableInput: the file cannot be written.
        """
        target = Path(path)
        write_over(target, page_of_run(self, self._experiment, diagnosis or self.diagnose(**self.asked), self.command))
        return target

    def save(
        self, path: str | Path, *, diagnosis: Diagnosis | None = None, command: str = "", finishing: bool = False, counted: bool = False
    ) -> Path:
        """Write the run folder: experiment, history, prepare, weights, errors, mistakes, diagnosis; JSON, safetensors, Parquet.

        Args:
            path: a folder that is new or empty.
            diagnosis: the one to keep; without human level or goal where left out.
            command: how the run was made, for the page.
            finishing: the folder may hold the unfinished training of this run, which is removed.
            counted: the dev meter of the folder of runs knows already that its dev error was shown.

        Raises:
            UnusableInput: the folder holds something already or cannot be written; nothing is left behind.
        """
        folder = Path(path)
        net, _ = self._trained
        diagnosis = diagnosis or self.diagnose(runs=folder.absolute().parent)  # first: it may fit the references, which are saved too
        self.asked, self.command = asked_of(diagnosis), command
        save(
            folder,
            head=head_of(self),
            history=self.history.to_jsonl(),
            prepare=self.prepare.to_json(),
            net=net,
            tables=self.tables,
            references=self.fitted or [],
            look=self.look if "dev" in self.tables and (self.splits or self.kept_look is not None) else None,
            boundary=self.boundary,
            diagnosis=diagnosis,
            page=page_of_run(self, self._experiment, diagnosis, command),
            finishing=finishing,
        )
        self.folder = folder
        count_saved(self, fit=not counted)
        return folder

    def _repr_html_(self) -> str:
        if self.experiment is None:
            return text_html(str(self))
        asked = {**self.asked, "references": self.fitted is not None}  # a notebook does not wait for references to be fitted
        return run_html(self.experiment, self.history, self.diagnose(**asked))

    def __str__(self) -> str:
        if self.experiment is None:
            return f"diverged: {self.findings[0].what}"
        errors = ", ".join(f"{role} {errors_in(table).rate:.2%}" for role, table in self.tables.items())
        return f"{self.experiment.data['name']}: {self.experiment}\n{errors}"

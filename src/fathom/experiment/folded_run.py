"""k nets in place of one: every example of train and dev is held out once, and all figures come from all nets."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.exceptions import FathomError
from fathom.core.expectations import refuse
from fathom.core.picture_nets import for_pictures
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.errors import Errors
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.folds import Folds
from fathom.data.prepare import prepare_splits
from fathom.data.splits import Splits
from fathom.data.splitting.folds import FoldPlan, plan_folds
from fathom.data.together import merged
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.candidate import Candidate
from fathom.experiment.fold_tables import folds_in, pooled_dev, pooled_train
from fathom.experiment.look import look_at
from fathom.experiment.ready import Ready
from fathom.experiment.references import FittedReference
from fathom.experiment.role_errors import RoleErrors
from fathom.experiment.run import Run
from fathom.experiment.run_of import run_of
from fathom.experiment.subsets import Subset, fit_subsets
from fathom.experiment.training import train_all
from fathom.report.notebook import text_html

if TYPE_CHECKING:
    import polars as pl


@dataclass(eq=False)
class FoldedRun:
    """What `fit(..., folds=k)` gives: k nets, and the errors of all of them as if they were one run's.

    The figures are those of nets trained on (k - 1)/k of the examples. What predicts is one net more, `final`, which is trained on all
    of them when it is first asked for (`predict`, `open_test`, `save`); of its own errors only test can tell.

    Attributes:
        runs: one a fold, in order; `runs[j].errors["dev"]` are those of the examples that it held out.
        plan: who was held out when.
        splits: the data, with train and dev as one; test is sealed.
        net, arguments: what was trained.
        progress: of the final net's training.
        audited: what the quick part of the audit saw.

    Example:
        >>> import fathom
        >>> folded = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), folds=5, epochs=20)
        >>> len(folded.runs), len(folded.errors["dev"])
        (5, 142)
    """

    runs: list[Run]
    plan: FoldPlan
    splits: Splits
    net: NetLike | None
    arguments: Mapping[str, Any]
    progress: Progress | None = None
    audited: tuple[Finding, ...] = ()
    tables: dict[str, pl.DataFrame] = field(init=False)
    findings: Findings = field(init=False)

    def __post_init__(self) -> None:
        held_out = [self.plan.held_out(fold) for fold in range(self.plan.folds)]
        train = pooled_train([run.tables["train"] for run in self.runs], self._units)
        self.tables = {"train": train, "dev": pooled_dev([run.tables["dev"] for run in self.runs], self._units, held_out)}
        self.findings = Findings((*self.ready.findings, *self.plan.findings, *_once(self.runs, self.ready.findings)))

    @cached_property
    def ready(self) -> Ready:
        """All examples of train and dev, prepared together for the final net."""
        prepared = prepare_splits(self.splits, pictures=for_pictures(self.net) or bool(self.arguments.get("augment")))
        return Ready(self.splits, *prepared, audited=self.audited, elsewhere=lambda: self.references)

    @property
    def _units(self) -> list[float]:
        """Each net's unit of errors in that of the whole: a number's errors are shares of its own train's baseline."""
        whole = self.ready.prepare.target_scale
        own = [run.prepare.target_scale for run in self.runs]
        return [1.0 if whole is None or scale is None else scale.baseline / whole.baseline for scale in own]

    @property
    def errors(self) -> RoleErrors:
        """By role: "dev" has one error for each example, "train" one for each net that was trained on it; test is sealed."""
        return RoleErrors(self._whole.tables, sealed=self._whole._test_rows > 0)

    @property
    def folds(self) -> Folds:
        """The errors of every fold, and the spread over retraining."""
        found = folds_in(self.tables)
        assert found is not None
        return found

    @cached_property
    def _whole(self) -> Run:
        """The run of all folds; its net is untrained until `final` is asked for."""
        candidate = self._candidate
        held_out = np.flatnonzero(self.plan.of >= 0)
        return Run(
            experiment=candidate.experiment,
            target=self.splits.target,
            task=candidate.task,
            prepare=self.ready.prepare,
            net=candidate.built.module,
            history=self.runs[0].history,
            tables=dict(self.tables),
            findings=self.findings,
            ready=self.ready,
            plan=self.runs[0].plan,
            kept_look=look_at(self.tables["dev"], self.splits.train.take(held_out), self.splits.train, self.splits.target),
        )

    @cached_property
    def _candidate(self) -> Candidate:
        """The net of all examples; where the folds stopped early, it trains as long as the middle one of them was best."""
        arguments = {name: value for name, value in self.arguments.items() if name != "early_stopping"}
        best = [run.history.best_epoch for run in self.runs if run.history.best_epoch is not None]
        if best:
            arguments["epochs"] = round(statistics.median(best))
        return Candidate.of(self.ready, self.net, arguments)

    @cached_property
    def final(self) -> Run:
        """The net that predicts, trained on all examples of train and dev; its errors are those of the folds.

        Raises:
            TrainingDiverged: J became infinite or NaN.
        """
        whole, candidate = self._whole, self._candidate
        trained = train_all([candidate], self.progress)[0]
        if trained.diverged is not None:
            raise trained.diverged
        own = run_of(candidate, trained, self.arguments)
        whole.history, whole.plan = own.history, own.plan
        whole.findings = Findings((*self.findings, *(f for f in own.findings if f.id.startswith("engine."))))
        return whole

    @cached_property
    def references(self) -> list[FittedReference]:
        """Plain methods, fitted in every fold as the nets were, measured on the same examples; some seconds a fold."""
        held_out = np.concatenate([self.plan.held_out(fold) for fold in range(self.plan.folds)])
        order = np.argsort(held_out, kind="stable")
        by_method = zip(*(run.references for run in self.runs), strict=True)
        return [_pooled(each, self._units, order) for each in by_method]

    def diagnose(self, *, references: bool | Mapping[str, Any] = True, **arguments: Any) -> Diagnosis:
        """The ladder of all folds: as `Run.diagnose`; the interval of dev knows of the spread over retraining."""
        return self._whole.diagnose(references=references, **arguments)

    def predict(self, rows: Any) -> pl.DataFrame:
        """Predictions of the final net; see `Run.predict`."""
        return self.final.predict(rows)

    def open_test(self) -> float:
        """Measure the final net on test, once, at the end of all choices; see `Run.open_test`."""
        return self.final.open_test()

    def save(self, path: str | Path, **more: Any) -> Path:
        """Write the run folder of the final net with the errors of all folds; see `Run.save`. `fathom.open_run` opens it as a run."""
        return self.final.save(path, **more)

    def report(self, path: str | Path, **more: Any) -> Path:
        """Write one page; see `Run.report`."""
        return self.final.report(path, **more)

    def __str__(self) -> str:
        return f"{self._whole}\n{self.folds}"

    def _repr_html_(self) -> str:
        return text_html(str(self))


def fit_folds(
    ready: Ready,
    folds: int,
    *,
    net: NetLike | None,
    progress: Progress | None,
    announce: Callable[[Experiment], None] | None,
    arguments: Mapping[str, Any],
) -> FoldedRun:
    """Train one net a fold, as one program where the folds are of one size; see `fit`.

    Raises:
        UnusableInput: too few examples, or splits whose dev is not drawn like train.
        TrainingDiverged: one of the nets diverged.
    """
    splits = ready.splits
    if splits.train_dev is not None or splits.how.goal:
        got, fix = "splits by source", "leave out folds: only the goal's examples may be dev"
        raise refuse("`folds`", expected="train and dev that are drawn alike", got=got, fix=fix)
    whole = merged(splits)
    plan = plan_folds(whole.train, folds, seed=splits.how.seed, stratify=splits.how.stratified or splits.how.method != "made")
    seed = int(arguments.get("seed", 0))
    subsets = [Subset(plan.train(fold), plan.held_out(fold), {"seed": seed + fold}) for fold in range(folds)]
    runs = fit_subsets(whole.train, subsets, net=net, how=whole.how, progress=progress, announce=announce, **arguments)
    if len(runs) < folds or any(run.history.stopped == "interrupted" for run in runs):
        raise KeyboardInterrupt
    diverged = [run for run in runs if run.net is None]
    if diverged:
        raise FathomError(diverged[0].findings[0].what)
    return FoldedRun(runs, plan, whole, net, dict(arguments), progress, ready.audited)


def _once(runs: Sequence[Run], known: Sequence[Finding]) -> list[Finding]:
    """What the folds found that the whole set has not, each kind once."""
    seen = {f.id for f in known}
    found: dict[str, Finding] = {}
    for run in runs:
        found |= {f.id: f for f in run.findings if f.id not in seen and f.id not in found and f.id.startswith(("engine.", "data.subset."))}
    return list(found.values())


def _pooled(each: Sequence[FittedReference], units: Sequence[float], order: Any) -> FittedReference:
    """One method's errors over all folds, in the order of the examples."""
    value = np.concatenate([r.errors.value * unit for r, unit in zip(each, units, strict=True)])[order]
    weight = np.concatenate([r.errors.weight for r in each])[order]
    seconds = sum(r.seconds for r in each)
    return dataclasses.replace(each[0], errors=Errors.of(value, weight), rows=max(r.rows for r in each), seconds=seconds)

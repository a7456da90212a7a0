"""`fathom.ensemble`: several trained nets answer together, by the mean of their outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.percent import percent
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.comparison import Comparison
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.finding import Finding
from fathom.core.records.ladder import Ladder
from fathom.data.augmenting.crops import COUNTS
from fathom.data.preparing.identity import ids_and_groups
from fathom.data.splits import Splits
from fathom.diagnosis.comparison import Candidate, compare_candidates, matched_rows
from fathom.experiment.averaging import averaged
from fathom.experiment.compare import checked_runs
from fathom.experiment.dev_looks import count_comparison
from fathom.experiment.diagnosing import diagnosis_of
from fathom.experiment.outcome import errors_in
from fathom.experiment.role_errors import RoleErrors
from fathom.experiment.run import Run
from fathom.experiment.sample_size import AT_THE_END, subset

if TYPE_CHECKING:
    import polars as pl

NOTE = "the best of the nets is the best on this dev set, which flatters it a little and the average not at all."


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Trained nets that answer together; what is averaged are outputs (probabilities, or the number), never weights (C4W2-30).

    Attributes:
        runs: of the nets.
        crops: of each picture that every net answers, 1 for the picture as it is (C4W2-31).
        splits: the data, which the errors of crops need where a run was opened from disk.
    """

    runs: tuple[Run, ...]
    crops: int = 1
    splits: Splits | None = None

    @cached_property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """By role, as `Run.tables`: what the ensemble says of each example, and its error; test is left out."""
        answers = [dict(run.tables) if self.crops == 1 else _over_crops(run, self.crops, self.splits) for run in self.runs]
        return _tables(self.runs, answers)

    @property
    def errors(self) -> RoleErrors:
        """An array by role, one error for each example."""
        return RoleErrors(self.tables, sealed=self.runs[0]._test_rows > 0)

    @property
    def name(self) -> str:
        """'3 nets', '10 crops', '3 nets, 10 crops'."""
        nets = [f"{len(self.runs)} nets"] if len(self.runs) > 1 else []
        return ", ".join([*nets, *([f"{self.crops} crops"] if self.crops > 1 else [])])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the runs: their folders, or their places."""
        found = [f"net {place}" if run.folder is None else run.folder.resolve().name for place, run in enumerate(self.runs, start=1)]
        return tuple(found if len(set(found)) == len(found) else [f"{name} ({place})" for place, name in enumerate(found, start=1)])

    @property
    def best(self) -> int:
        """The place of the net with the lowest dev error, the first of equal ones."""
        return min(range(len(self.runs)), key=lambda place: errors_in(self.runs[place].tables["dev"]).rate)

    def predict(self, rows: Any, *, threshold: float | None = None) -> pl.DataFrame:
        """Predictions for new rows as people have them, as `Run.predict` gives them; of two classes cut at `threshold`."""
        return self.predict_with_findings(rows, threshold=threshold)[0]

    def predict_with_findings(self, rows: Any, *, threshold: float | None = None) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
        """As `predict`, with what was seen while the rows were read, each thing once."""
        answers, found = zip(*(run.predict_with_findings(rows, crops=self.crops) for run in self.runs), strict=True)
        said = averaged(answers, self.runs[0].target, threshold)
        files = [column for column in answers[0].get_columns() if column.name not in said.columns]
        said = said.select(*files, *said.columns) if files else said
        return said, tuple({str(f): f for each in found for f in each}.values())

    def compare(self, *, seed: int = 0) -> Comparison:
        """The ensemble held against the best of its nets, alone and without crops, on the same dev examples; as `fathom.compare`.

        Args:
            seed: of the bootstrap and the flips.
        """
        run, name = self.runs[self.best], self.names[self.best]
        both = [self._diagnosis(run.tables, run), self._diagnosis(self.tables, self.runs[0])]
        balance = all(d.balance is not None for d in both)
        if not balance:
            both = [self._diagnosis(run.tables, run, truth={}), self._diagnosis(self.tables, self.runs[0], truth={})]
        candidates = [
            Candidate(name=name, label=name, ladder=both[0].ladder, dev=run.tables["dev"], scale=both[0].ladder.scale),
            Candidate(name=self.name, label=self.name, ladder=both[1].ladder, dev=self.tables["dev"], scale=both[1].ladder.scale),
        ]
        count_comparison(self.runs)
        sizes = {"nets": ("1", str(len(self.runs))), "crops": ("1", str(self.crops))}
        differing = {what: pair for what, pair in sizes.items() if pair[0] != pair[1]}
        made = compare_candidates(candidates, differing=differing, balance=balance, notes=(NOTE,) if len(self.runs) > 1 else (), seed=seed)
        return replace(made, notes=tuple(note for note in made.notes if "--seeds" not in note))  # which is of fathom.compare

    @staticmethod
    def _diagnosis(tables: Mapping[str, pl.DataFrame], run: Run, **about: Any) -> Diagnosis:
        sealed = {"test": run._test_rows} if run._test_rows else {}
        tables = {role: table for role, table in tables.items() if role != "test"}
        return diagnosis_of(tables, run.prepare.target_scale, Circumstances(), {"references": {}, "sealed": sealed, **about}, lambda: None)

    def __str__(self) -> str:
        """The dev error of the ensemble, and of each of its nets alone."""
        rows = [(self.name, errors_in(self.tables["dev"]).rate)]
        rows += [(name, errors_in(run.tables["dev"]).rate) for name, run in zip(self.names, self.runs, strict=True)]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  dev {percent(error, 2)}%" for name, error in rows)


def ensemble(*runs: Run | str | Path, crops: int = 1, splits: Splits | None = None) -> Ensemble:
    """Several trained nets as one: the mean of their probabilities, or of the number that they predict (C4W2-30).

    Three to fifteen nets that differ in seed, settings or kind usually err less than each of them, at as many times the cost of an answer.

    Args:
        *runs: runs, or their folders, on the same dev examples; one is enough where it is asked for crops.
        crops: of each picture, that are averaged too: 5 are its middle and corners, 10 these and their mirrors (C4W2-31).
        splits: the data, which the errors of crops need where a run was opened from disk; predictions do not.

    Returns:
        An `Ensemble`: print it; `.errors`, `.predict(rows)`, `.compare()` with the best of its nets.

    Raises:
        UnusableInput: no runs, one of folds or that diverged, other targets, or not the same dev examples.

    Example:
        >>> import fathom
        >>> runs = fathom.fit_many(fathom.split(fathom.sample("wine"), seed=0), epochs=20, settings=[{"seed": k} for k in range(3)])
        >>> together = fathom.ensemble(*runs)
        >>> together.name, len(together.errors["dev"]), together.compare().pairs[0].run
        ('3 nets', 36, '3 nets')
    """
    if crops not in COUNTS:
        raise refuse("`crops`", expected="1, 5 or 10", got=repr(crops))
    if len(runs) < 1 + (crops == 1):
        raise refuse("runs", expected="at least two, or one with crops", got=str(len(runs)))
    given = checked_runs(runs)
    if any(run.folds is not None for run in given):
        raise refuse("runs", expected="runs on one split", got="one of folds, whose dev errors come from several nets")
    _tables(given, [dict(run.tables) for run in given])  # they are of the same examples
    return Ensemble(tuple(given), crops, splits)


def _over_crops(run: Run, crops: int, splits: Splits | None) -> dict[str, pl.DataFrame]:
    """The tables of a run as they are with crops."""
    source = run.splits if splits is None else splits
    if source is None:
        raise refuse("`crops`", expected="the data of the runs", got="runs opened from disk", fix="pass splits=")
    made = {}
    for role, table in run.tables.items():
        data = source.roles.get(role)
        if role == "test" or data is None:
            continue
        data = data.take(subset(len(data), AT_THE_END, 0)) if role == "train" else data
        ids = ids_and_groups(data)[0]
        if len(ids) != table.height or list(map(str, ids)) != list(map(str, table.get_column("id").to_list())):
            fix = "split the same data with the same seed and arguments"
            raise refuse("`splits`", expected=f"the examples of {role} that the run was measured on", got="others", fix=fix)
        made[role] = table.with_columns(run.predict(data, crops=crops).drop("file", strict=False).get_columns())
    return made


def _tables(runs: Sequence[Run], answers: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """What the runs say together, by role that all of them have with the same examples; test stays out."""
    made = {}
    for role, first in answers[0].items():
        if role == "test" or not all(role in each for each in answers):
            continue
        candidates = [
            Candidate(name=f"net {k}", label="", ladder=Ladder(rungs=()), dev=each[role]) for k, each in enumerate(answers, start=1)
        ]
        if role != "dev" and any(c.dev.height != first.height for c in candidates):
            continue
        tables = [first, *(c.dev[matched_rows(candidates[0], c)] for c in candidates[1:])]
        said = averaged(tables, runs[0].target)
        made[role] = first.with_columns(said.get_columns()).with_columns(_error(first, said, runs[0]))
    return made


def _error(truth: pl.DataFrame, said: pl.DataFrame, run: Run) -> pl.Series:
    """The error of each example: 0 or 1 for classes, for a number how far it is off as a share of the baseline."""
    import polars as pl

    true, answer = truth.get_column("truth"), said.get_column("prediction")
    scale = run.prepare.target_scale
    if scale is None:
        return pl.Series("error", (true != answer).to_numpy().astype(np.float64))
    return pl.Series("error", np.abs(true.to_numpy() - answer.to_numpy()) / scale.baseline)

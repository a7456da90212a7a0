"""From a trained candidate to its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fathom.engine.checkpoints import Checkpoints
from fathom.experiment.candidate import Candidate
from fathom.experiment.findings import findings_of, of_checkpoints, skewed
from fathom.experiment.run import Run
from fathom.experiment.sourced import sourced
from fathom.experiment.training import Trained


def run_of(candidate: Candidate, trained: Trained, arguments: Mapping[str, Any], checkpoints: Checkpoints | None = None) -> Run:
    """The run of a candidate; of one that diverged, a run without a net."""
    ready = candidate.ready
    if trained.diverged is not None:
        return Run.diverged(ready, str(trained.diverged), arguments)
    settings, rows = candidate.settings, candidate.experiment.rows["train"]
    return Run(
        experiment=candidate.experiment,
        target=ready.splits.target,
        task=candidate.task,
        prepare=ready.prepare,
        net=candidate.built.module,
        history=trained.history,
        tables=sourced(trained.tables, ready.splits.roles),
        findings=(
            *ready.findings,
            *candidate.findings,
            *findings_of(trained.history, settings, rows),
            *skewed(ready, settings),
            *of_checkpoints(checkpoints),
        ),
        ready=ready,
        plan=trained.plan,
    )

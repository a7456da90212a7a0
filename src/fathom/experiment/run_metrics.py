"""What metrics read of a run: its answers on a role, with the columns of its data, and what its net costs; thresholds tuned on dev."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import nn

from fathom.core.exceptions import TestSealed
from fathom.core.expectations import refuse, shown
from fathom.core.records.experiment import Experiment
from fathom.core.records.scorecard import Scorecard
from fathom.core.records.target import Target
from fathom.core.records.threshold import Threshold
from fathom.core.roles import role_of
from fathom.data.prepare import Prepare
from fathom.data.preparing.identity import ids_and_groups
from fathom.data.splits import Splits
from fathom.diagnosis.metrics.answers import Answers, answers_of
from fathom.diagnosis.metrics.choosing import scorecard
from fathom.diagnosis.metrics.measured import Scene
from fathom.diagnosis.metrics.spelling import read_metric, read_requirement, seconds_of
from fathom.diagnosis.metrics.thresholds import chosen, cut, tune
from fathom.experiment.timing import parameters_of, time_of

if TYPE_CHECKING:
    import polars as pl

Words = str | Sequence[str]


class Measured(Protocol):
    """What is read of a `Run`, which measures itself by this and so cannot be imported here."""

    experiment: Experiment | None
    target: Target
    prepare: Prepare
    net: nn.Module | None
    tables: dict[str, pl.DataFrame]
    threshold: Threshold | None

    @property
    def splits(self) -> Splits | None: ...  # noqa: D102


def card_of_run(
    run: Measured,
    metric: Words,
    require: Words = (),
    *,
    role: str = "dev",
    threshold: float | str | None = None,
    positive: str | None = None,
    duration: str | float | None = None,
) -> Scorecard:
    """The scorecard of a run; see `fathom.metrics`."""
    scene = scene_of_run(run, role_of(role), threshold, positive, duration)
    return scorecard(listed("metric", metric), listed("require", require) if require else [], scene)


def scene_of_run(run: Measured, role: str, threshold: float | str | None, positive: str | None, duration: str | float | None) -> Scene:
    """What is measured of a run."""
    answers, at = answers_in(run, role, positive), chosen(run.threshold, threshold)
    return Scene(role, answers if at is None else cut(answers, at), _costs(run), None if duration is None else seconds_of(duration))


def answers_in(run: Measured, role: str, positive: str | None = None) -> Answers:
    """The answers of a run on a role, with every column of its data where those are at hand.

    Raises:
        TestSealed: the role is test, and it is not opened.
        UnusableInput: the run was not measured there, or `positive` is no class.
    """
    if role not in run.tables:
        if role == "test" and run.experiment is not None and run.experiment.rows.get("test"):
            raise TestSealed("The test set is sealed: expected run.open_test() first, once, at the end of all choices.")
        raise refuse("role", expected=f"one of {', '.join(run.tables) or 'none'}, where the run was measured", got=repr(role))
    classes, scale = run.target.classes, run.prepare.target_scale
    check_positive(positive, classes)
    unit = "" if scale is None else scale.unit
    return answers_of(run.tables[role], classes=classes, positive=positive, unit=unit, columns=_columns(run, role))


def tuned(run: Measured, metric: str, require: Words = ()) -> Threshold:
    """The threshold of a run for a metric, tuned on dev."""
    wanted = [read_requirement(text) for text in (listed("require", require) if require else [])]
    return tune(read_metric(metric), wanted, answers_in(run, "dev"))


def _columns(run: Measured, role: str) -> dict[str, Any]:
    """The columns of the data of a role, where the run's table holds the same examples in the same order."""
    data = None if run.splits is None else run.splits.roles.get(role)
    if data is None or len(data) != run.tables[role].height:
        return {}
    if list(ids_and_groups(data)[0]) != run.tables[role].get_column("id").to_list():
        return {}
    return {name: data.table.get_column(name).to_numpy() for name in data.table.columns if name != run.target.name}


def _costs(run: Measured) -> dict[str, Any]:
    net = run.net
    if net is None:
        return {}
    first = next(net.parameters(), None)
    width = len(run.prepare.names)
    like = torch.zeros((1, width)) if first is None else torch.zeros((1, width), dtype=first.dtype, device=first.device)
    return {"time": lambda: time_of(net, like), "parameters": lambda: parameters_of(net)}


def check_positive(positive: str | None, classes: Iterable[str]) -> None:
    """Refuse a positive class that is none."""
    if positive is not None and positive not in classes:
        raise refuse("positive", expected=f"one of the classes {shown(classes) or '(a number has none)'}", got=repr(positive))


def listed(name: str, words: Words) -> list[str]:
    """One text or several, as a list."""
    found = [words] if isinstance(words, str) else list(words)
    if not found or not all(isinstance(w, str) for w in found):
        raise refuse(f"`{name}`", expected="a text as in 'f1', or several", got=repr(words)[:80])
    return found

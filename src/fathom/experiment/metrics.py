"""Metrics of a run, a file of predictions or a table; thresholds; and a choice among nets (C3W1-04..08, C3W1-15)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import refuse
from fathom.core.records.choice import Choice
from fathom.core.records.scorecard import Scorecard
from fathom.core.roles import role_of
from fathom.diagnosis.metrics.answers import Answers, answers_of
from fathom.diagnosis.metrics.choosing import card_of_values, choose_among, scorecard
from fathom.diagnosis.metrics.measured import Scene
from fathom.diagnosis.metrics.spelling import read_metric, read_requirement, seconds_of
from fathom.diagnosis.metrics.thresholds import chosen, cut
from fathom.diagnosis.predictions import of_table, read_predictions
from fathom.experiment.opening import open_run
from fathom.experiment.run import Run
from fathom.experiment.run_metrics import Words, check_positive, listed, scene_of_run

if TYPE_CHECKING:
    import polars as pl


def metrics(
    source: Run | str | Path | pl.DataFrame,
    metric: Words = "error",
    *,
    require: Words = (),
    role: str = "dev",
    threshold: float | str | None = None,
    positive: str | None = None,
    duration: str | float | None = None,
) -> Scorecard:
    """Metrics of a net, each with its interval, and whether what is required is met.

    Args:
        source: a run, its folder, a file of predictions (columns role, truth, prediction or p_<class>), or such a table.
        metric: 'accuracy', 'error', 'precision', 'recall', 'specificity', 'f1' (any f), 'auc', 'brier', 'log_loss', 'ece', of a number
            'rmse', 'mae', 'r2'; 'time' and 'parameters' of a run; 'recall of CLASS'; 'worst error by COLUMN', 'mean accuracy by COLUMN';
            'error weighted by COLUMN VALUE=10'; 'false positives per 24h'. The first of several is the one to optimize.
        require: 'time <= 100ms', 'recall of yes >= 90%'; one or several.
        role: where it is measured.
        threshold: of two classes, the probability from which on the positive one is predicted; "tuned" for the one of the run.
        positive: of two classes, the one that precision, recall and the like are about; the target's own where left out.
        duration: how long the role's examples lasted, for counts per time: '36h'.

    Returns:
        A `Scorecard`; print it. `card["f1"].estimate` has value, low and high; `card.meets` says whether all requirements are met.

    Raises:
        UnusableInput: no such metric, one that does not go with the target, or something that it needs is not there.
        TestSealed: the role is test, and it is not opened.

    Source:
        C3W1-04..08, C3W1-15.

    Example:
        >>> import fathom
        >>> run = fathom.fit(fathom.split(fathom.sample("breast-cancer"), seed=0), epochs=20)
        >>> card = fathom.metrics(run, ["f1", "auc"], require="recall >= 80%")
        >>> card.meets, 0.9 < card["f1"].estimate.value <= 1
        (True, True)
    """
    scene = scene_of(source, role=role, threshold=threshold, positive=positive, duration=duration)
    return scorecard(listed("metric", metric), listed("require", require) if require else [], scene)


def choose(
    nets: Mapping[str, Any],
    metric: str = "accuracy",
    *,
    require: Words = (),
    role: str = "dev",
    positive: str | None = None,
    duration: str | float | None = None,
) -> Choice:
    """The best net by one metric among those that meet what is required: N metrics, one to optimize, N - 1 to satisfy.

    Args:
        nets: by name, a run or what else `fathom.metrics` reads, or figures that are known: {"accuracy": "90%", "time": "80ms"}.
        metric: the one to optimize.
        require, role, positive, duration: as in `fathom.metrics`.

    Returns:
        A `Choice`; print it. `choice.best` is a name, None where no net meets what is required.

    Raises:
        UnusableInput: see `fathom.metrics`; or a figure that is missing.

    Source:
        C3W1-07.

    Example:
        >>> known = {"A": ("90%", "80ms"), "B": ("92%", "95ms"), "C": ("95%", "1500ms")}
        >>> print(choose({k: {"accuracy": a, "time": t} for k, (a, t) in known.items()}, require="time <= 100ms"))
        best: B, by accuracy (92.0%) among those with time <= 100 ms; C (95.0%) has time 1,500 ms
    """
    rules = listed("require", require) if require else []
    asked, wanted = read_metric(metric), [read_requirement(text) for text in rules]
    if not isinstance(nets, Mapping) or not nets:
        raise refuse("nets", expected="a mapping of name -> run or figures", got=type(nets).__name__)

    def card(name: str, net: Any) -> Scorecard:
        if isinstance(net, Mapping):
            return card_of_values(name, net, asked, wanted)
        return scorecard([metric], rules, scene_of(net, role=role, positive=positive, duration=duration))

    return choose_among({str(name): card(str(name), net) for name, net in nets.items()})


def scene_of(
    source: Any,
    *,
    role: str = "dev",
    threshold: float | str | None = None,
    positive: str | None = None,
    duration: str | float | None = None,
) -> Scene:
    """What is measured, from whatever a user has."""
    role = role_of(role)
    run = open_run(source) if isinstance(source, str | Path) and Path(source).is_dir() else source
    if isinstance(run, Run):
        return scene_of_run(run, role, threshold, positive, duration)
    answers, at = _from_table(source, role, positive), chosen(None, threshold)
    return Scene(role, answers if at is None else cut(answers, at), {}, None if duration is None else seconds_of(duration))


def _from_table(source: Any, role: str, positive: str | None) -> Answers:
    read = read_predictions(source) if isinstance(source, str | Path) else of_table(source) if hasattr(source, "columns") else None
    if read is None:
        got = type(source).__name__
        raise refuse("source", expected="a run, a run's folder, a file of predictions or a table", got=got)
    if role not in read.tables:
        raise refuse("role", expected=f"one of {', '.join(read.tables)}, which the file has", got=repr(role))
    made = answers_of(read.tables[role], classes=() if read.kind == "regression" else None, positive=positive)
    check_positive(positive, made.classes)
    return made

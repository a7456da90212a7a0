"""`fathom fit DATA --target Y`: from a data file to a ladder."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import data_options as on_data
from fathom.cli import scores, typed
from fathom.cli import training_options as on_training
from fathom.core.expectations import number, refuse

if TYPE_CHECKING:
    from rich.console import Console

    from fathom.core.records.diagnosis import Diagnosis
    from fathom.experiment.run import Run


def command(
    data: on_data.DataUnlessResumed = None,
    target: on_data.Target = None,
    dev: on_data.Dev = None,
    test: on_data.Test = None,
    train_dev: on_data.TrainDev = None,
    kind: on_data.Kind = None,
    ignore: on_data.Ignore = None,
    types: on_data.Types = None,
    group: on_data.Group = None,
    time: on_data.Time = None,
    id: on_data.Id = None,
    role: on_data.Role = None,
    text: on_data.Text = None,
    tokens: on_data.Tokens = None,
    source: on_data.Source = None,
    source_input: on_data.SourceInput = False,
    also: on_data.Also = None,
    train_dev_size: on_data.TrainDevSize = None,
    dev_size: on_data.DevSize = None,
    test_size: on_data.TestSize = None,
    like: on_data.Like = None,
    split_seed: on_data.SplitSeed = 0,
    folds: Annotated[int | None, typer.Option(help="Train so many nets; every row of train and dev is dev once.")] = None,
    size: on_data.Size = None,
    net: on_training.Net = None,
    depth: on_training.Depth = None,
    hidden: on_training.Hidden = None,
    activation: on_training.Activation = None,
    batch_norm: on_training.BatchNorm = None,
    dimensions: on_training.Dimensions = None,
    units: on_training.Units = None,
    layers: on_training.Layers = None,
    bidirectional: on_training.Bidirectional = None,
    vectors: on_training.Vectors = None,
    frozen: on_training.Frozen = None,
    augment: on_training.Augment = False,
    augment_by: on_training.AugmentBy = None,
    optimizer: on_training.Optimizer = None,
    learning_rate: on_training.LearningRate = None,
    batch_size: on_training.BatchSize = None,
    epochs: on_training.Epochs = None,
    momentum: on_training.Momentum = None,
    l2: on_training.L2 = None,
    l1: on_training.L1 = None,
    weight_decay: on_training.WeightDecay = None,
    dropout: on_training.Dropout = None,
    keep_prob: on_training.KeepProb = None,
    initialization: on_training.Initialization = None,
    initialization_gain: on_training.InitializationGain = None,
    schedule: on_training.Schedule = None,
    loss: on_training.Loss = None,
    label_smoothing: on_training.LabelSmoothing = None,
    clip_norm: on_training.ClipNorm = None,
    early_stopping: on_training.EarlyStopping = None,
    precision: on_training.Precision = None,
    device: on_training.Device = None,
    seed: Annotated[int, typer.Option(help="Seed of initialization, dropout and batch order.")] = 0,
    data_seed: on_training.DataSeed = None,
    human: Annotated[
        str | None,
        typer.Option("--human", "--floor", "--bayes", help="Human-level error: 1%, 'doctor 1%, team 0.5%', or a file of raters."),
    ] = None,
    goal: Annotated[str | None, typer.Option(help="The dev error that is wanted.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="A gap from which on it matters; 2% where left out.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help=scores.METRIC)] = None,
    require: Annotated[list[str] | None, typer.Option(help=scores.REQUIRE)] = None,
    duration: Annotated[str | None, typer.Option(help=scores.DURATION)] = None,
    tune_threshold: Annotated[bool, typer.Option("--tune-threshold", help="Cut two classes where the metric is best on dev.")] = False,
    no_references: Annotated[bool, typer.Option("--no-references", help="Leave out the plain methods to compare with.")] = False,
    open_test: Annotated[bool, typer.Option("--open-test", help="Measure test too, once, at the end of all choices.")] = False,
    out: Annotated[Path | None, typer.Option(help="The run folder; runs/NAME-1 and so on where left out.")] = None,
    checkpoint_every: Annotated[float, typer.Option(help="Seconds between two checkpoints of the training.")] = 30.0,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the training in this run folder that was cut off; say nothing else.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the verdict.")] = False,
) -> int:
    """Train a network on a data file and draw its ladder: how far it is from where it should be, and why."""
    given = dict(locals())
    from fathom.cli.splits_of_options import name_of
    from fathom.cli.unfinished import options_of
    from fathom.core import run_folder

    if resume is not None:
        defaults = {name: p.default for name, p in inspect.signature(command).parameters.items()}
        return _carry_out({**options_of(resume, given, defaults), "as_json": as_json, "quiet": quiet}, resume)
    if data is None:
        raise refuse("argument DATA", expected="a data file, or sample:NAME", got="nothing: it is missing")
    folder = out or run_folder.next_free(Path("runs"), name_of(data))
    run_folder.check_new(folder)
    return _carry_out(given, folder)


def _carry_out(given: dict[str, Any], folder: Path) -> int:
    """Fit, diagnose, save and show."""
    from fathom.cli.rates import parse_human, parse_rate
    from fathom.cli.unfinished import unfinished
    from fathom.report.screen import console

    scores.check(given["metric"], given["require"])
    rates: dict[str, Any] = {k: parse_rate(given[k], f"--{k}") for k in ("goal", "tolerance") if given[k] is not None}
    rates |= {} if given["human"] is None else {"human": parse_human(given["human"])}
    screen = console(quiet=given["quiet"] and not given["as_json"], to_error=given["as_json"])
    with unfinished(folder, given) as checkpoints:
        run = _fit(given, screen, checkpoints)
        if given["open_test"]:
            run.open_test()
        diagnosis = run.diagnose(references=not given["no_references"], runs=folder.absolute().parent, **rates)
        if given["tune_threshold"]:
            run.tune_threshold(*(given["metric"] or [])[:1])
        run.wanted = {k: given[k] for k in ("metric", "require", "duration") if given[k]}
        run.save(folder, diagnosis=diagnosis, command=typed.command_line("fit", given), finishing=True)
    _show(run, diagnosis, screen, given)
    return 130 if run.history.stopped == "interrupted" else 0


def _fit(given: dict[str, Any], screen: Console, checkpoints: Path) -> Run:
    """Load, split, fit; each part is on the screen before the next one starts."""
    from fathom.cli.folded import fit_folded
    from fathom.cli.spelling import spelled
    from fathom.cli.splits_of_options import splits_of
    from fathom.cli.training_options import settings_of
    from fathom.engine.checkpoints import Checkpoints
    from fathom.experiment.fit import fit
    from fathom.experiment.ready import make_ready
    from fathom.report.progress import progress_bar
    from fathom.report.screen import block, findings, line

    splits = splits_of(given)
    scores.check_target(given["metric"], given["require"], splits.target, tune=given["tune_threshold"])
    ready = make_ready(splits, given["net"])
    data = splits.train
    name = f"{data.name}{' (generated)' if data.generated else ''}"
    line(screen, "data", f"{name}: target {splits.target}, {len(data.inputs):,} input{'s' * (len(data.inputs) != 1)}")
    block(screen, "split", str(splits))
    findings(screen, spelled(ready.findings))
    chosen = {"net": given["net"], "announce": lambda e: _announce(screen, e), **settings_of(given)}
    if given["folds"] is not None:
        return fit_folded(ready, screen, quiet=given["quiet"], folds=given["folds"], **chosen)
    with progress_bar(False if given["quiet"] else None) as progress:
        return fit(
            ready,
            progress=progress,
            checkpoints=Checkpoints(checkpoints, number("--checkpoint-every", given["checkpoint_every"], low=0.0)),
            **chosen,
        )


def _announce(screen: Console, experiment: Any) -> None:
    from fathom.report.screen import experiment as show

    show(screen, experiment)


def _show(run: Run, diagnosis: Diagnosis, screen: Console, given: dict[str, Any]) -> None:
    import json

    from fathom.cli.spelling import spelled
    from fathom.report import screen as screens
    from fathom.report.terminal import show

    screens.trained(screen, run.history)
    screens.findings(screen, spelled(f for f in run.findings if f.id.startswith(("engine.", "data.text.vectors", "data.augment.batches"))))
    screen.print()
    show(diagnosis, screen)
    card = _scores(run, screen, given)
    screens.line(screen, "saved", f"{run.folder} (report.html shows it)")
    if given["as_json"]:
        said = {"run": str(run.folder), "diagnosis": diagnosis.to_json(), "findings": [f.to_json() for f in run.findings], **card}
        print(json.dumps(said | ({} if run.folds is None else {"folds": run.folds.to_json()})))
    elif given["quiet"]:
        print(diagnosis.headline)


def _scores(run: Run, screen: Console, given: dict[str, Any]) -> dict[str, Any]:
    """Show the threshold and the metrics that were asked for; as JSON values too."""
    from fathom.report.screen import line

    made: dict[str, Any] = {}
    if run.threshold is not None:
        line(screen, "threshold", str(run.threshold).removeprefix("threshold "))
        made["threshold"] = run.threshold.to_json()
    if given["metric"] or given["require"]:
        from fathom.experiment.run_metrics import card_of_run

        card = card_of_run(run, given["metric"] or ["error"], given["require"] or (), duration=given["duration"])
        for label, text in scores.entries(card):
            line(screen, label, text)
        made["scorecard"] = card.to_json()
    return made

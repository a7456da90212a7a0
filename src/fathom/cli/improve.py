"""`fathom improve DATA --target Y`: the recipe by the book, carried out."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import data_options as on_data
from fathom.cli import training_options as on_training
from fathom.cli import typed
from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from rich.console import Console

    from fathom.core.records.logbook import Logbook

NOT_KEPT = ("resume", "out", "as_json", "quiet", "budget")
"""Options of the moment: where it goes, how it is shown, how long it may take."""

NOT_OF_FIT = ("budget", "goal", "human", "tolerance", "no_references", "keep_test_sealed", "out", "resume")


def command(
    data: on_data.DataUnlessResumed = None,
    target: on_data.Target = None,
    goal: Annotated[str | None, typer.Option(help="The dev error that is enough, as in 3%.")] = None,
    human: Annotated[str | None, typer.Option("--human", "--floor", "--bayes", help="Human-level error, as in 1% or 0.01.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="A gap from which on it matters; 2% where left out.")] = None,
    budget: Annotated[str, typer.Option(help="Time for all of it: 90s, 2m, 1h.")] = "1m",
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
    size: on_data.Size = None,
    source: on_data.Source = None,
    source_input: on_data.SourceInput = False,
    also: on_data.Also = None,
    train_dev_size: on_data.TrainDevSize = None,
    dev_size: on_data.DevSize = None,
    test_size: on_data.TestSize = None,
    split_seed: on_data.SplitSeed = 0,
    net: Annotated[str | None, typer.Option(help="Of the plain fit, as in fathom fit; the data choose where left out.")] = None,
    hidden: Annotated[str | None, typer.Option(help="Hidden sizes of the plain fit as in 128,64.")] = None,
    activation: on_training.Activation = None,
    batch_norm: on_training.BatchNorm = None,
    dimensions: on_training.Dimensions = None,
    units: on_training.Units = None,
    layers: on_training.Layers = None,
    bidirectional: on_training.Bidirectional = None,
    vectors: on_training.Vectors = None,
    frozen: on_training.Frozen = None,
    optimizer: on_training.Optimizer = None,
    learning_rate: on_training.LearningRate = None,
    batch_size: on_training.BatchSize = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over train of the plain fit.")] = None,
    loss: on_training.Loss = None,
    seed: Annotated[int, typer.Option(help="Of the first start; the others count on from it.")] = 0,
    no_references: Annotated[bool, typer.Option("--no-references", help="Leave out the plain methods that bound the floor.")] = False,
    keep_test_sealed: Annotated[bool, typer.Option("--keep-test-sealed", help="Do not look at test at the end.")] = False,
    out: Annotated[Path | None, typer.Option(help="The run folder of the best net; runs/NAME-1 and so on where left out.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the improvement in this folder that was cut off.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The logbook as JSON on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Fit, then cure bias and variance one knob at a time, as long as dev says that it helps; test is opened once, at the end."""
    given = dict(locals())
    from fathom.cli.splits_of_options import name_of
    from fathom.core import run_folder

    if resume is not None:
        given = _resumed(resume, given)
        return _carry_out(given, resume)
    if data is None:
        raise refuse("argument DATA", expected="a data file, or sample:NAME", got="nothing: it is missing")
    return _carry_out(given, out or run_folder.next_free(Path("runs"), name_of(data)))


def _resumed(folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that an improvement was begun with, and those of the moment.

    Raises:
        UnusableInput: no improvement under way, or other options.
    """
    from fathom.core import run_folder

    defaults = {name: p.default for name, p in inspect.signature(command).parameters.items()}
    others = [name for name, value in given.items() if name not in NOT_KEPT and value != defaults[name]]
    if others:
        named = ", ".join("DATA" if name == "data" else f"--{name.replace('_', '-')}" for name in others)
        raise refuse("--resume", expected="no other options: they are those that it was begun with", got=named)
    if not (folder / run_folder.IMPROVING).is_file():
        got = "an improvement that is finished" if (folder / run_folder.LOGBOOK).is_file() else "a folder without one"
        raise refuse(f"--resume '{folder}'", expected="an improvement that was cut off", got=got)
    kept = run_folder.read_json(folder, run_folder.IMPROVING)
    options = kept.get("options") if isinstance(kept, dict) else None
    if not isinstance(options, dict) or not options or not set(options) <= set(defaults):
        fix = "go on by the same call of fathom.improve" if options == {} else "begin anew elsewhere"
        raise refuse(f"--resume '{folder}'", expected="an improvement of the command line", got="another one", fix=fix)
    return {**given, **options}


def _carry_out(given: Mapping[str, Any], folder: Path) -> int:
    """Load, split, improve; each part is on the screen before the next one starts."""
    from fathom.cli.rates import parse_rate
    from fathom.cli.spelling import spelled
    from fathom.cli.splits_of_options import splits_of
    from fathom.cli.training_options import settings_of
    from fathom.experiment.ready import make_ready
    from fathom.recipe.improve import improve
    from fathom.report import screen as screens
    from fathom.report.progress import progress_bar

    rates = {k: parse_rate(given[k], f"--{k}") for k in ("human", "goal", "tolerance") if given[k] is not None}
    screen = screens.console(quiet=given["quiet"] and not given["as_json"], to_error=given["as_json"])
    ready = make_ready(splits_of(given), given["net"])
    train = ready.splits.train
    screens.line(screen, "data", f"{train.name}: target {ready.splits.target}, {len(train.inputs):,} inputs")
    screens.block(screen, "split", str(ready.splits))
    screens.findings(screen, spelled(ready.findings))
    with progress_bar(False if given["quiet"] else None) as progress:
        log = improve(
            ready,
            net=given["net"],
            budget=given["budget"],
            out=folder,
            references=not given["no_references"],
            open_test=not given["keep_test_sealed"],
            progress=progress,
            told=_screen(screen, given),
            options={name: value for name, value in given.items() if name not in NOT_KEPT},
            **rates,
            **settings_of(given),
        )
    return _show(log, screen, given, folder)


def _screen(screen: Console, given: Mapping[str, Any]) -> Any:
    """Who prints the story as it goes on."""
    from fathom.core.logbook_lines import start_lines, step_lines
    from fathom.recipe.told import Told
    from fathom.report.logbook_terminal import print_lines
    from fathom.report.screen import settings_text

    class Screen(Told):
        steps = 0

        def plain(self, run: Any, diagnosis: Any) -> None:
            started = _Start(f"{run.experiment}; {settings_text(run.experiment)}", diagnosis.ladder, diagnosis.balance is not None)
            print_lines(start_lines(started, min(screen.width, 100)), screen)

        def step(self, entry: Any) -> None:
            self.steps += 1
            print_lines(step_lines(self.steps, entry, min(screen.width, 100)), screen)

        def command(self, changes: Mapping[str, Any]) -> str:
            return fit_command(given, changes)

    return Screen()


class _Start:
    """The plain fit, before there is a logbook."""

    def __init__(self, plain: str, before: Any, balanced: bool) -> None:
        self.plain, self.before, self.balanced = plain, before, balanced


def fit_command(given: Mapping[str, Any], changes: Mapping[str, Any]) -> str:
    """The call of `fathom fit` that makes the best net again.

    Example:
        >>> fit_command({"data": "a.csv", "target": "y", "budget": "1m", "net": None, "seed": 0}, {"hidden": (128, 64), "l2": 3.0})
        'fathom fit a.csv --target y --hidden 128,64 --l2 3.0'
    """
    defaults = {name: p.default for name, p in inspect.signature(command).parameters.items()}
    options = {k: v for k, v in given.items() if k not in NOT_OF_FIT and (k == "data" or v != defaults[k])}
    written = {name: ",".join(map(str, v)) if isinstance(v, tuple) else v for name, v in changes.items()}
    return typed.command_line("fit", {**options, **written})


def _show(log: Logbook, screen: Console, given: Mapping[str, Any], folder: Path) -> int:
    from fathom.core.logbook_lines import end_lines
    from fathom.report import screen as screens
    from fathom.report.logbook_terminal import print_lines

    cut_off = log.ending == "interrupted"
    print_lines(end_lines(log, min(screen.width, 100)), screen)
    saved = (
        f"go on with: fathom improve --resume {folder}"
        if cut_off
        else f"{folder} (logbook.html tells the story, report.html shows the net)"
    )
    screen.print()
    screens.line(screen, "cut off" if cut_off else "saved", saved)
    screens.line(screen, "", log.headline, "bold")
    if given["as_json"]:
        print(json.dumps({"run": str(folder), "logbook": log.to_json()}, allow_nan=False))
    elif given["quiet"]:
        print(log.headline)
    if cut_off:
        return 130
    return 1 if given["goal"] is not None and log.ending != "goal met" else 0

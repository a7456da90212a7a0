"""`fathom fit DATA --target Y`: from a data file to a ladder."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import scores, typed
from fathom.cli.spelling import as_options
from fathom.core.expectations import number, refuse

if TYPE_CHECKING:
    from rich.console import Console

    from fathom.core.records.diagnosis import Diagnosis
    from fathom.core.records.finding import Finding
    from fathom.experiment.run import Run


def command(
    data: Annotated[
        str | None, typer.Argument(help="CSV, TSV, Parquet, NPZ, JSONL, a folder of pictures, or sample:NAME.", show_default=False)
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    dev: Annotated[str | None, typer.Option(*typed.DEV, help="A file with the dev (validation) set.")] = None,
    test: Annotated[str | None, typer.Option(help="A file with the test set.")] = None,
    train_dev: Annotated[str | None, typer.Option(help="A file with a train-dev set.")] = None,
    kind: Annotated[str | None, typer.Option(help="binary, multiclass or regression; detected where left out.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")] = None,
    types: Annotated[list[str] | None, typer.Option(help="A column's kind as in zip=category; may be repeated.")] = None,
    group: Annotated[str | None, typer.Option(help="A column whose values stay in one role (a patient).")] = None,
    time: Annotated[str | None, typer.Option(help="A date or number column: test is the latest.")] = None,
    id: Annotated[str | None, typer.Option(help="A column that names the rows.")] = None,
    role: Annotated[str | None, typer.Option(help="A column with train, dev or test in it.")] = None,
    text: Annotated[str | None, typer.Option(help="The column of texts that the net reads; found where there is one.")] = None,
    tokens: Annotated[
        str | None, typer.Option(help="words or characters; words,3,5000,100: 3 times on train, 5,000 at most, 100 a text.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Where a row comes from, and which counts: COLUMN=GOAL; dev and test are of GOAL.")
    ] = None,
    source_input: Annotated[bool, typer.Option("--source-input", help="The net may see the source column.")] = False,
    also: Annotated[
        list[str] | None, typer.Option(help="A file of another source, to train on; DATA is the goal. May be repeated.")
    ] = None,
    train_dev_size: Annotated[str | None, typer.Option(help="Rows or share of train-dev; 0 for none.")] = None,
    dev_size: Annotated[str | None, typer.Option(help="Rows or share of dev.")] = None,
    test_size: Annotated[str | None, typer.Option(help="Rows or share of test; 0 for none.")] = None,
    like: Annotated[Path | None, typer.Option(help="A run whose cut points are kept, when the data have grown.")] = None,
    split_seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    folds: Annotated[int | None, typer.Option(help="Train so many nets; every row of train and dev is dev once.")] = None,
    size: Annotated[str | None, typer.Option(help="The side that picture files are brought to, as in 64 or 48x64.")] = None,
    net: Annotated[
        str | None,
        typer.Option(
            help="mlp, logistic, softmax, linear; of texts embedding, gru, lstm, rnn; of pictures lenet5, resnet20, resnet, plain."
        ),
    ] = None,
    depth: Annotated[int | None, typer.Option(help="Layers of resnet and plain: 20, 32, 44 and so on.")] = None,
    hidden: Annotated[str | None, typer.Option(help="Hidden sizes as in 128,64.")] = None,
    activation: Annotated[str | None, typer.Option(help="relu, leaky_relu, tanh or sigmoid.")] = None,
    batch_norm: Annotated[bool | None, typer.Option("--batch-norm", help="Normalize z of the hidden layers.")] = None,
    dimensions: Annotated[int | None, typer.Option(help="Of a word's vector, in the nets of texts.")] = None,
    units: Annotated[int | None, typer.Option(help="Of a layer of gru, lstm or rnn.")] = None,
    layers: Annotated[int | None, typer.Option(help="Of gru, lstm or rnn, one above the other.")] = None,
    bidirectional: Annotated[bool | None, typer.Option("--bidirectional", help="gru, lstm or rnn from both ends.")] = None,
    vectors: Annotated[str | None, typer.Option(help="Words' vectors trained elsewhere: word2vec's or GloVe's text, also .gz.")] = None,
    frozen: Annotated[bool | None, typer.Option("--frozen", help="Do not train the words' vectors.")] = None,
    augment: Annotated[bool, typer.Option("--augment", help="Alter train's pictures anew in every epoch, as fits the set.")] = False,
    augment_by: Annotated[
        str | None,
        typer.Option(help="By what: flip, upside_down, crop=2, rotate=10, shear=10, zoom=0.1, color=0.08, pca_color=0.1, cutout=0.25."),
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, adamw, rmsprop, nesterov, momentum or sgd.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", "--lr", help="alpha.")] = None,
    batch_size: Annotated[str | None, typer.Option(help="A number or 'full'.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over train.")] = None,
    momentum: Annotated[float | None, typer.Option(help="beta of sgd, momentum, nesterov.")] = None,
    l2: Annotated[float | None, typer.Option("--l2", "--lambd", help="lambda in lambda/(2m) times the squared weights.")] = None,
    l1: Annotated[float | None, typer.Option(help="lambda in lambda/(2m) times the absolute weights.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="torch's; not together with l2.")] = None,
    dropout: Annotated[str | None, typer.Option(help="Probability of dropping, one or one per hidden layer: 0.2,0.5.")] = None,
    keep_prob: Annotated[str | None, typer.Option(help="1 - dropout.")] = None,
    initialization: Annotated[str | None, typer.Option(help="he, xavier, glorot, random or zeros.")] = None,
    initialization_gain: Annotated[float | None, typer.Option(help="A factor on the initial standard deviation.")] = None,
    schedule: Annotated[str | None, typer.Option(help="cosine, inverse:1, exponential:0.95, root, staircase, or JSON.")] = None,
    loss: Annotated[str | None, typer.Option(help="Of a regression: squared, huber or absolute.")] = None,
    label_smoothing: Annotated[float | None, typer.Option(help="Share of the target spread over all classes.")] = None,
    clip_norm: Annotated[float | None, typer.Option(help="Largest norm of a gradient.")] = None,
    early_stopping: Annotated[int | None, typer.Option(help="Patience in epochs.")] = None,
    precision: Annotated[str | None, typer.Option(help="float32, bfloat16 or float64.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of initialization, dropout and batch order.")] = 0,
    data_seed: Annotated[int | None, typer.Option(help="Seed of the batch order alone.")] = None,
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
    from fathom.cli.unfinished import options_of
    from fathom.core import run_folder

    if resume is not None:
        defaults = {name: p.default for name, p in inspect.signature(command).parameters.items()}
        return _carry_out({**options_of(resume, given, defaults), "as_json": as_json, "quiet": quiet}, resume)
    if data is None:
        raise refuse("argument DATA", expected="a data file, or sample:NAME", got="nothing: it is missing")
    folder = out or run_folder.next_free(Path("runs"), _name_of(data))
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


SETTINGS = (
    *("optimizer", "learning_rate", "epochs", "momentum", "l2", "l1", "weight_decay", "initialization", "initialization_gain"),
    *("loss", "label_smoothing", "clip_norm", "early_stopping", "precision", "device", "seed", "data_seed", "activation", "batch_norm"),
    *("dimensions", "units", "layers", "bidirectional", "vectors", "frozen"),
)


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """The settings and the net's arguments among the options that were given."""
    chosen = {name: given[name] for name in SETTINGS}
    chosen["hidden"] = typed.hidden(given["hidden"])
    chosen["dropout"] = typed.numbers("--dropout", given["dropout"])
    chosen["keep_prob"] = typed.numbers("--keep-prob", given["keep_prob"])
    chosen["batch_size"] = typed.batch_size(given["batch_size"])
    chosen["schedule"] = typed.schedule(given["schedule"])
    chosen["depth"] = given.get("depth")
    chosen["augment"] = given.get("augment_by") or given.get("augment") or None
    return {name: value for name, value in chosen.items() if value is not None}


def _fit(given: dict[str, Any], screen: Console, checkpoints: Path) -> Run:
    """Load, split, fit; each part is on the screen before the next one starts."""
    from fathom.cli.folded import fit_folded
    from fathom.engine.checkpoints import Checkpoints
    from fathom.experiment.fit import fit
    from fathom.experiment.ready import make_ready
    from fathom.report.progress import progress_bar
    from fathom.report.screen import block, findings, line

    splits = _splits(given)
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


def spelled(found: Iterable[Finding]) -> list[Finding]:
    """The findings with their fixes in the way of the command line."""
    return [dataclasses.replace(f, what=as_options(f.what), fix=as_options(f.fix)) for f in found]


def _announce(screen: Console, experiment: Any) -> None:
    from fathom.report.screen import experiment as show

    show(screen, experiment)


def _splits(given: dict[str, Any]) -> Any:
    from fathom.data.load import load
    from fathom.data.splits import split

    about = {k: given[k] for k in ("kind", "group", "time", "id", "role", "text", "tokens") if given.get(k) is not None}
    by = typed.by_source(given)
    types = {**by.pop("types"), **(typed.types(given["types"]) or {})}
    data = load(
        given["data"],
        target=given["target"],
        ignore=tuple(given["ignore"] or ()),
        types=types,
        size=typed.sides(given.get("size")),
        **about,
    )
    others = {k: given[k] for k in ("dev", "test", "train_dev") if given[k] is not None}
    sizes: dict[str, Any] = {k: typed.size(f"--{k.replace('_', '-')}", given[k]) for k in ("dev_size", "test_size") if given[k] is not None}
    rules = {"seed": given["split_seed"], "like": given["like"], **sizes, **by}
    return split(train=data, **others, **rules) if others else split(data, **rules)


def _show(run: Run, diagnosis: Diagnosis, screen: Console, given: dict[str, Any]) -> None:
    import json

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


def _name_of(data: str) -> str:
    return data.removeprefix("sample:") if data.startswith("sample:") else Path(data).name.split(".")[0]

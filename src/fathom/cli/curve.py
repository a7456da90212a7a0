"""`fathom curve DATA --target Y`: errors against the size of train, and what more data would bring."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import typed
from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from fathom.core.records.learning_curve import LearningCurve


def command(
    data: Annotated[str, typer.Argument(help="CSV, TSV, Parquet, NPZ, JSONL, or sample:NAME (fathom samples lists them).")],
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    against: Annotated[str, typer.Option(help="rows of train, or width of the net.")] = "rows",
    sizes: Annotated[str | None, typer.Option(help="Sizes as in 250,500,1000; an eighth to all of train where left out.")] = None,
    repeats: Annotated[int | None, typer.Option(help="Nets of each size; 8, or 4 where train has over 20,000 rows.")] = None,
    goal: Annotated[str | None, typer.Option(help="The error that is wanted: how many rows would it take?")] = None,
    dev: Annotated[str | None, typer.Option(*typed.DEV, help="A file with the dev (validation) set.")] = None,
    kind: Annotated[str | None, typer.Option(help="binary, multiclass or regression; detected where left out.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")] = None,
    types: Annotated[list[str] | None, typer.Option(help="A column's kind as in zip=category; may be repeated.")] = None,
    group: Annotated[str | None, typer.Option(help="A column whose values stay in one role (a patient).")] = None,
    time: Annotated[str | None, typer.Option(help="A date or number column: test is the latest.")] = None,
    id: Annotated[str | None, typer.Option(help="A column that names the rows.")] = None,
    role: Annotated[str | None, typer.Option(help="A column with train, dev or test in it.")] = None,
    source: Annotated[str | None, typer.Option(help="Where a row comes from, and which counts: COLUMN=GOAL.")] = None,
    source_input: Annotated[bool, typer.Option("--source-input", help="The net may see the source column.")] = False,
    also: Annotated[list[str] | None, typer.Option(help="A file of another source, to train on. May be repeated.")] = None,
    train_dev_size: Annotated[str | None, typer.Option(help="Rows or share of train-dev; 0 for none.")] = None,
    split_seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    run: Annotated[
        Path | None,
        typer.Option(help="A run on this data: its split, net and settings are used, and the curve is kept with it, for its advice."),
    ] = None,
    net: Annotated[str | None, typer.Option(help="mlp, logistic, softmax or linear; mlp where left out.")] = None,
    hidden: Annotated[str | None, typer.Option(help="Hidden sizes as in 128,64.")] = None,
    activation: Annotated[str | None, typer.Option(help="relu, leaky_relu, tanh or sigmoid.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, adamw, rmsprop, nesterov, momentum or sgd.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", "--lr", help="alpha.")] = None,
    batch_size: Annotated[str | None, typer.Option(help="A number or 'full'.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the rows, the same at every size.")] = None,
    l2: Annotated[float | None, typer.Option("--l2", "--lambd", help="lambda in lambda/(2m) times the squared weights.")] = None,
    dropout: Annotated[str | None, typer.Option(help="Probability of dropping, one or one per hidden layer: 0.2,0.5.")] = None,
    seed: Annotated[int, typer.Option(help="Of the parts of train and of the nets.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A .html file for the figure, or a .json file for the numbers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the sentence.")] = False,
) -> int:
    """Train nets on parts of train and say what twice the data, or a net twice as wide, would bring."""
    given = dict(locals())
    if out is not None:
        _check_out(out)
    made = _made(given)
    _show(made, as_json, quiet)
    if run is not None:
        _keep(made, run)
    if out is not None:
        _write(made, out)
    return 0


def _made(given: dict[str, Any]) -> LearningCurve:
    from fathom.cli.rates import parse_rate
    from fathom.experiment.learning_curve import learning_curve
    from fathom.report.progress import progress_bar

    like = _Like.of(given["run"])
    splits = _splits(given)
    goal = None if given["goal"] is None else parse_rate(given["goal"], "--goal")
    sizes = None if given["sizes"] is None else [_size(part) for part in given["sizes"].split(",")]
    with progress_bar(False if given["quiet"] else None) as progress:
        return learning_curve(
            splits,
            net=given["net"] or like.net,
            against=given["against"],
            sizes=sizes,
            repeats=given["repeats"],
            goal=goal,
            seed=given["seed"],
            progress=progress,
            **{**like.settings, **_settings(given)},
        )


@dataclass(frozen=True)
class _Like:
    """What is taken from a run where nothing else was said."""

    net: str = "mlp"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path | None) -> _Like:
        """The net and the settings of a run; the house's own where there is none.

        Raises:
            UnusableInput: no run, or one of a net of the user's own, which is not in the folder.
        """
        if folder is None:
            return cls()
        from fathom.experiment.opening import open_records

        experiment = open_records(folder).experiment
        if experiment is None or experiment.net == "custom":
            raise refuse(f"--run '{folder}'", expected="a run of a net of the catalogue", got="one that cannot be built from its folder")
        settings = {f.name: getattr(experiment.settings, f.name) for f in dataclasses.fields(experiment.settings)}
        chosen = {name: value for name, value in settings.items() if name not in ("seed", "data_seed")}
        return cls(experiment.net, {**chosen, **experiment.arguments})


def _splits(given: dict[str, Any]) -> Any:
    from fathom.data.load import load
    from fathom.data.splits import split

    about = {k: given[k] for k in ("kind", "group", "time", "id", "role") if given[k] is not None}
    by = typed.by_source(given)
    types = {**by.pop("types"), **(typed.types(given["types"]) or {})}
    data = load(given["data"], target=given["target"], ignore=tuple(given["ignore"] or ()), types=types, **about)
    if given["run"] is not None:
        return split(data, like=given["run"], **by)
    rules = {"seed": given["split_seed"], **by}
    return split(data, **rules) if given["dev"] is None else split(train=data, dev=given["dev"], **rules)


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """The settings and the net's arguments among the options that were given."""
    chosen = {name: given[name] for name in ("activation", "optimizer", "learning_rate", "epochs", "l2")}
    chosen["hidden"] = typed.hidden(given["hidden"])
    chosen["dropout"] = typed.numbers("--dropout", given["dropout"])
    chosen["batch_size"] = typed.batch_size(given["batch_size"])
    return {name: value for name, value in chosen.items() if value is not None}


def _size(text: str) -> int:
    plain = text.strip().replace("_", "")
    if not plain.isdigit():
        raise refuse("--sizes", expected="whole numbers as in 250,500,1000", got=f"'{text}'")
    return int(plain)


def _show(made: LearningCurve, as_json: bool, quiet: bool) -> None:
    import json

    if as_json:
        print(json.dumps(made.to_json(), allow_nan=False))
    elif quiet:
        print(made.headline)
    else:
        from fathom.report.curve_terminal import show_curve
        from fathom.report.screen import console

        show_curve(made, console())


def _keep(made: LearningCurve, run: Path) -> None:
    """Into the run's folder, and on its page."""
    import sys

    from fathom.experiment.kept_curve import keep_curve

    keep_curve(run, made)
    print(f"The curve is kept in {run}; fathom report {run} writes its page anew with what it says", file=sys.stderr)


def _check_out(out: Path) -> None:
    """Before any net is trained.

    Raises:
        UnusableInput: another ending than .html and .json, a folder, or a place that is not there.
    """
    if out.suffix.lower() not in (".html", ".json"):
        raise refuse(f"--out '{out}'", expected="a file ending in .html or .json", got=f"'{out.suffix}'")
    if out.is_dir() or not out.parent.is_dir():
        got = "a folder" if out.is_dir() else f"no '{out.parent}'"
        raise refuse(f"--out '{out}'", expected="a file in a folder that is there", got=got)


def _write(made: LearningCurve, out: Path) -> None:
    import json
    import sys

    if out.suffix.lower() == ".json":
        out.write_text(json.dumps(made.to_json(), allow_nan=False) + "\n", encoding="utf-8")
    else:
        made.figure().write_html(out, include_plotlyjs=True)
    print(f"The curve is in {out}", file=sys.stderr)

"""`fathom curve DATA --target Y`: errors against the size of train, and what more data would bring."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import data_options as on_data
from fathom.cli import training_options as on_training
from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from fathom.core.records.learning_curve import LearningCurve


def command(
    data: on_data.Data,
    target: on_data.Target = None,
    against: Annotated[str, typer.Option(help="rows of train, or width of the net.")] = "rows",
    sizes: Annotated[str | None, typer.Option(help="Sizes as in 250,500,1000; an eighth to all of train where left out.")] = None,
    repeats: Annotated[int | None, typer.Option(help="Nets of each size; 8, or 4 where train has over 20,000 rows.")] = None,
    goal: Annotated[str | None, typer.Option(help="The error that is wanted: how many rows would it take?")] = None,
    dev: on_data.Dev = None,
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
    split_seed: on_data.SplitSeed = 0,
    run: Annotated[
        Path | None,
        typer.Option(help="A run on this data: its split, net and settings are used, and the curve is kept with it, for its advice."),
    ] = None,
    net: Annotated[str | None, typer.Option(help="As in fathom fit; the data choose where left out.")] = None,
    hidden: on_training.Hidden = None,
    activation: on_training.Activation = None,
    dimensions: on_training.Dimensions = None,
    units: on_training.Units = None,
    layers: on_training.Layers = None,
    bidirectional: on_training.Bidirectional = None,
    vectors: on_training.Vectors = None,
    frozen: on_training.Frozen = None,
    optimizer: on_training.Optimizer = None,
    learning_rate: on_training.LearningRate = None,
    batch_size: on_training.BatchSize = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the rows, the same at every size.")] = None,
    l2: on_training.L2 = None,
    dropout: on_training.Dropout = None,
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
    from fathom.cli.splits_of_options import splits_of
    from fathom.cli.training_options import settings_of
    from fathom.experiment.learning_curve import learning_curve
    from fathom.report.progress import progress_bar

    like = _Like.of(given["run"])
    splits = splits_of({**given, "like": given["run"], "size": given["size"] or like.size})
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
            progress=progress,
            **{**like.settings, **settings_of(given)},
        )


@dataclass(frozen=True)
class _Like:
    """What is taken from a run where nothing else was said."""

    net: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    size: str | None = None

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
        return cls(experiment.net, {**chosen, **experiment.arguments}, _size_of(experiment.data["columns"]))


def _size_of(columns: Sequence[Mapping[str, Any]]) -> str | None:
    """What the picture files of a run were brought to, as in 48x64; None of other data."""
    from fathom.core.records.picture import Picture

    picture = Picture.of_names([c["name"] for c in columns if c["use"] == "input"])
    files = any(c["use"] == "id" for c in columns)
    return f"{picture.height}x{picture.width}" if picture is not None and files else None


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

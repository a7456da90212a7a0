"""`fathom mistakes RUN`: what went wrong on dev, tags by hand, ceilings, slices, likely label errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fathom.core.records.error_analysis import ErrorAnalysis
    from fathom.experiment.run import Run


def command(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    sample: Annotated[int | None, typer.Option(help="Draw so many mistakes at random to be looked at, as in 100; kept in the run.")] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Show one mistake after another and take tags; Ctrl-C keeps what is done.")
    ] = False,
    tag: Annotated[tuple[str, str] | None, typer.Option(help="An id and its tags, as in --tag 12 blurry,dog; '-' where none fits.")] = None,
    comment: Annotated[str | None, typer.Option(help="A comment, beside --tag.")] = None,
    untag: Annotated[str | None, typer.Option(help="An id: forget that it was looked at.")] = None,
    export: Annotated[Path | None, typer.Option(help="Write the mistakes with their tags to a new .csv file.")] = None,
    import_: Annotated[Path | None, typer.Option("--import", help="Take tags from a .csv file with the columns id and tags.")] = None,
    correct: Annotated[
        Path | None, typer.Option(help="Take right labels from a .csv file with the columns id and label (and role).")
    ] = None,
    rows: Annotated[int, typer.Option(help="How many of the worst mistakes.")] = 10,
    columns: Annotated[str | None, typer.Option(help="Input columns: all, or names as in age,city; the most telling that fit.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """What went wrong on dev, why as far as you say, and what mending it would bring at best."""
    given = dict(locals())
    from fathom.experiment.opening import open_records

    opened = open_records(run)
    _change(opened, given)
    if review:
        from fathom.cli.review import review as go_through

        if not go_through(opened, seed=seed):
            return 130
    _show(opened, given)
    return 0


def _change(run: Run, given: dict[str, Any]) -> None:
    """What is to be kept in the run folder; nothing is written where any of it is wrong."""
    from fathom.core.expectations import refuse
    from fathom.core.records.tags import split_tags
    from fathom.experiment.drawn import names_of
    from fathom.experiment.error_analysis import mistakes, with_sample
    from fathom.experiment.mistakes_files import tags_in
    from fathom.experiment.tags_store import change_tags, read_tags

    if given["comment"] is not None and given["tag"] is None:
        raise refuse("--comment", expected="beside --tag", got="alone")
    known = names_of(run.tables["dev"]) if "dev" in run.tables else []
    assert run.folder is not None
    tags = read_tags(run.folder)
    for name in (given["tag"][0] if given["tag"] else None, given["untag"]):
        if name is not None and name not in known:
            raise refuse(f"id '{name[:40]}'", expected="an id of dev", got="none of them", fix=f"see fathom mistakes {run.folder}")
    if given["tag"]:
        tags = tags.tagged(given["tag"][0], split_tags(given["tag"][1]), given["comment"])
    if given["untag"]:
        tags = tags.without(given["untag"])
    if given["import_"]:
        tags, count = tags_in(given["import_"], known, tags)
        _say(given, f"{count:,} examples taken from {given['import_']}")
    if given["sample"] is not None:
        tags = with_sample(tags, given["sample"], given["seed"])
    if given["correct"]:
        mistakes(run, corrections=given["correct"])
    if any(given[name] is not None for name in ("tag", "untag", "import_", "sample")):
        change_tags(run.folder, lambda _: tags)


def _show(run: Run, given: dict[str, Any]) -> None:
    """The analysis in the form that was asked for."""
    import json

    from fathom.core.mistakes_lines import headline
    from fathom.experiment.error_analysis import mistakes

    made = mistakes(run, rows=given["rows"])
    if given["export"]:
        _export(made, run, given)
    if given["as_json"]:
        print(json.dumps(made.to_json(), allow_nan=False))
    elif given["quiet"]:
        print(headline(made))
    else:
        from rich.console import Console

        from fathom.report.mistakes_terminal import show_mistakes

        show_mistakes(made, Console(highlight=False), columns=_columns(given["columns"], made))
        _advise(made, run, given)


def _columns(text: str | None, made: ErrorAnalysis) -> tuple[str, ...] | None:
    """The columns that were asked for."""
    from fathom.core.expectations import did_you_mean, refuse, shown

    if text is None:
        return None
    if text == "all":
        return made.columns
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in made.columns:
            hint = did_you_mean(name, made.columns)
            raise refuse("--columns", expected=f"all, or some of {shown(made.columns)}", got=repr(name[:60]), fix=hint)
    return names


def _export(made: ErrorAnalysis, run: Run, given: dict[str, Any]) -> None:
    """The sample where one was drawn, else all mistakes that are kept with their inputs."""
    from fathom.core.expectations import refuse
    from fathom.experiment.error_analysis import mistakes
    from fathom.experiment.mistakes import MOST
    from fathom.experiment.mistakes_files import write_tags

    path = given["export"]
    if path.suffix.lower() != ".csv":
        raise refuse(f"--export '{path}'", expected="a file ending in .csv", got=f"'{path.suffix}'")
    if path.exists():
        raise refuse(f"--export '{path}'", expected="a new file", got="one that is there already", fix="choose another name")
    listed = made.sample or mistakes(run, rows=MOST).worst
    _say(given, f"{write_tags(path, listed):,} mistakes in {path}; fill in the column tags, then --import {path}")


def _advise(made: ErrorAnalysis, run: Run, given: dict[str, Any]) -> None:
    """How to go on."""
    table = made.table
    if table is None or not made.wrong or table.looked >= table.drawn > 0:
        return
    if not table.drawn:
        text = f"fathom mistakes {run.folder} --sample {min(100, made.wrong)} draws some at random; --review shows them one by one."
    else:
        text = f"fathom mistakes {run.folder} --review goes through those that are left; --export FILE.csv writes them for a spreadsheet."
    _say(given, text)


def _say(given: dict[str, Any], text: str) -> None:
    if not given["quiet"]:
        print(text, file=sys.stderr)

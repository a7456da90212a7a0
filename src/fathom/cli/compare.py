"""`fathom compare RUN RUN ...`: settings that differ, ladders, and the paired difference on dev."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fathom.cli import scores


def command(
    runs: Annotated[list[Path], typer.Argument(help="Run folders; the others are held against the first.")],
    out: Annotated[Path | None, typer.Option(help="An .html file to write the page to; written over where it is there.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and the sign flips.")] = 0,
    seeds: Annotated[
        int | None, typer.Option(help="Nets of each setting: the missing ones are trained, and the verdict minds their spread.")
    ] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Choose the best run by it, as in f1; more are shown.")] = None,
    require: Annotated[list[str] | None, typer.Option(help=scores.REQUIRE)] = None,
    duration: Annotated[str | None, typer.Option(help=scores.DURATION)] = None,
    prefer: Annotated[
        Path | None, typer.Option(help="The one of two runs that you want though the metric says the other: what to change.")
    ] = None,
    elsewhere: Annotated[Path | None, typer.Option(help="With --prefer: rows with the target that are what you care for.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Hold runs against the first one, on the same dev examples."""
    import json
    import sys

    from fathom.core.expectations import refuse

    if len(runs) < 2:
        raise refuse("arguments", expected="at least two run folders", got=str(len(runs)))
    if out is not None:
        _check_out(out)
    scores.check(metric, require)
    if prefer is not None or elsewhere is not None:
        return _prefer(runs, prefer, elsewhere, as_json)
    from fathom.cli.remade import remade_splits
    from fathom.experiment.compare import compare

    splits = None if seeds is None else remade_splits(runs[0])
    about: dict[str, Any] = {"metric": metric or (), "require": require or (), "duration": duration}
    made = compare(runs[0], runs[1], *runs[2:], report=out, seed=seed, seeds=seeds, splits=splits, **about)
    if as_json:
        print(json.dumps(made.to_json(), allow_nan=False))
    elif quiet:
        print(made.headline)
    else:
        from rich.console import Console

        from fathom.report.comparison_terminal import show_comparison

        show_comparison(made, Console(highlight=False))
    if out is not None and not quiet:
        print(f"The page is in {out}", file=sys.stderr)
    return 0 if made.choice is None or made.choice.best is not None else 1


def _prefer(runs: list[Path], prefer: Path | None, elsewhere: Path | None, as_json: bool) -> int:
    """What to change when the metric says one run and the user wants the other."""
    import json
    import textwrap
    from contextlib import suppress

    from fathom.cli.remade import remade_splits
    from fathom.core.exceptions import UnusableInput
    from fathom.core.expectations import refuse
    from fathom.experiment.disagree import disagree

    others = [run for run in runs if prefer is None or run.resolve() != prefer.resolve()]
    if prefer is None or len(runs) != 2 or len(others) != 1:
        raise refuse("--prefer", expected="one of two runs", got=f"{prefer or 'nothing'} of {', '.join(map(str, runs))}")
    splits = None
    with suppress(UnusableInput):  # without the data truth alone makes slices
        splits = remade_splits(prefer)
    made = disagree(prefer, others[0], elsewhere=elsewhere, splits=splits)
    if as_json:
        print(json.dumps(made.to_json(), allow_nan=False))
        return 0
    for text in str(made).splitlines():
        print(textwrap.fill(text, 80, subsequent_indent="     " if text.startswith("  ") else ""))
    return 0


def _check_out(out: Path) -> None:
    """Before any run is opened.

    Raises:
        UnusableInput: another ending than .html, a folder, or a place that is not there.
    """
    from fathom.core.expectations import refuse

    if out.suffix.lower() not in (".html", ".htm"):
        raise refuse(f"--out '{out}'", expected="a file ending in .html", got=f"'{out.suffix}'")
    if out.is_dir() or not out.parent.is_dir():
        raise refuse(
            f"--out '{out}'", expected="a file in a folder that is there", got="a folder" if out.is_dir() else f"no '{out.parent}'"
        )

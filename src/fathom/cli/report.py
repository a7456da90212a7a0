"""`fathom report RUN`: the page of a saved run, written anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fathom.cli import scores


def command(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    out: Annotated[Path | None, typer.Option(help="The page; RUN/report.html where left out.")] = None,
    human: Annotated[
        str | None,
        typer.Option("--human", "--floor", "--bayes", help="Human-level error: 1%, 'doctor 1%, team 0.5%', or a file of raters."),
    ] = None,
    goal: Annotated[str | None, typer.Option(help="The dev error that is wanted.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="A gap from which on it matters.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help=scores.METRIC)] = None,
    require: Annotated[list[str] | None, typer.Option(help=scores.REQUIRE)] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Show the page in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing on success.")] = False,
) -> None:
    """Write the page of a saved run anew: one file that needs no network; human level, goal and tolerance as saved or as given."""
    import json

    from fathom.cli.rates import parse_human, parse_rate
    from fathom.core.run_folder import REPORT
    from fathom.experiment.opening import open_records

    typed = {"goal": goal, "tolerance": tolerance}
    rates: dict[str, Any] = {name: parse_rate(text, f"--{name}") for name, text in typed.items() if text is not None}
    rates |= {} if human is None else {"human": parse_human(human)}
    scores.check(metric, require)
    opened = open_records(run)
    if metric or require:
        opened.wanted = {**opened.wanted, "metric": metric or [], "require": require or []}
    diagnosis = opened.diagnose(**{**opened.asked, **rates})
    page = opened.report(out or run / REPORT, diagnosis=diagnosis)
    if as_json:
        print(json.dumps({"page": str(page), "headline": diagnosis.headline}))
    elif not quiet:
        print(page)
    if open_page and not _shown(page):
        print(f"No browser could be started; open {page} yourself.", file=sys.stderr)


def _shown(page: Path) -> bool:
    import webbrowser

    return webbrowser.open(page.resolve().as_uri())

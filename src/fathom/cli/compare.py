"""`fathom compare RUN RUN ...`: settings that differ, ladders, and the paired difference on dev."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[list[Path], typer.Argument(help="Run folders; the others are held against the first.")],
    out: Annotated[Path | None, typer.Option(help="An .html file to write the page to; written over where it is there.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and the sign flips.")] = 0,
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
    from fathom.experiment.compare import compare

    made = compare(runs[0], runs[1], *runs[2:], report=out, seed=seed)
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

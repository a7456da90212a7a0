"""`fathom ensemble RUN RUN ...`: what several saved nets reach together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[list[Path], typer.Argument(help="Run folders; one is enough with --crops.")],
    crops: Annotated[int, typer.Option(help="Crops of each picture that are averaged too: 5, or 10 with their mirrors.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and the sign flips.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> None:
    """Average the answers of saved nets, and hold that against the best of them on dev."""
    import json

    from fathom.cli.remade import remade_splits
    from fathom.experiment.ensemble import ensemble

    together = ensemble(*runs, crops=crops, splits=remade_splits(runs[0]) if crops > 1 else None)
    made = together.compare(seed=seed)
    if as_json:
        errors = {role: float(values.mean()) for role, values in together.errors.items()}
        print(json.dumps({"ensemble": together.name, "errors": errors, "comparison": made.to_json()}, allow_nan=False))
    elif quiet:
        print(made.headline)
    else:
        from rich.console import Console

        from fathom.report.comparison_terminal import show_comparison

        print(f"{together}\n")
        show_comparison(made, Console(highlight=False))

"""`fathom predict RUN DATA`: predictions for new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    data: Annotated[str, typer.Argument(help="New rows: CSV, Parquet, JSONL, NPZ, a folder of pictures; the target may be missing.")],
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file; CSV on stdout where left out.")] = None,
    threshold: Annotated[
        str | None, typer.Option(help="Of two classes: predict the positive one from this probability on, or 'tuned'.")
    ] = None,
    beside: Annotated[list[Path] | None, typer.Option("--with", help="Another run whose answers are averaged in; may be repeated.")] = None,
    crops: Annotated[int, typer.Option(help="Crops of each picture that are averaged: 5, or 10 with their mirrors.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing on success.")] = False,
) -> None:
    """Predict new rows: the prediction and its probabilities, in the user's own labels."""
    import json

    from fathom.cli.rates import parse_rate
    from fathom.core.expectations import refuse
    from fathom.experiment.ensemble import ensemble
    from fathom.experiment.opening import open_run

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise refuse(f"--out '{out}'", expected="a file ending in .csv or .parquet", got=f"'{out.suffix}'")
    if out is not None and out.exists():
        raise refuse(f"--out '{out}'", expected="a new file", got="one that is there already", fix="choose another name")
    at = None if threshold is None else "tuned" if threshold == "tuned" else parse_rate(threshold, "--threshold")
    if beside:
        if isinstance(at, str):
            raise refuse("--threshold tuned", expected="a probability where runs are averaged", got="'tuned', which is of one run")
        table, found = ensemble(run, *beside, crops=crops).predict_with_findings(data, threshold=at)
    else:
        table, found = open_run(run).predict_with_findings(data, threshold=at, crops=crops)
    for finding in found:
        if not quiet:
            print(f"{finding.severity}: {finding.what}", file=sys.stderr)
    if as_json:
        print(json.dumps({"predictions": table.to_dicts(), "findings": [f.to_json() for f in found]}))
    elif out is None:
        sys.stdout.write(table.write_csv())
    else:
        _write(table, out)
        if not quiet:
            print(f"{table.height:,} predictions in {out}", file=sys.stderr)


def _write(table: object, out: Path) -> None:
    """Write aside and rename, so that a file is whole or not there."""
    from fathom.core.expectations import refuse

    aside = out.with_name(f".{out.name}.partial")
    try:
        getattr(table, "write_csv" if out.suffix == ".csv" else "write_parquet")(aside)
        aside.replace(out)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise refuse(f"--out '{out}'", expected="a place that can be written", got=error.strerror or str(error)) from None

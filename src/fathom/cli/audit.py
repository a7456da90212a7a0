"""`fathom audit DATA --target Y`: what would make the figures of a split worth less than they look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fathom.cli import typed
from fathom.cli.fit import _splits, spelled

if TYPE_CHECKING:
    from fathom.core.records.audit import Audit


def command(
    data: Annotated[str, typer.Argument(help="CSV, TSV, Parquet, NPZ, JSONL, or sample:NAME (fathom samples lists them).")],
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
    source: Annotated[str | None, typer.Option(help="Where a row comes from, and which counts: COLUMN=GOAL.")] = None,
    source_input: Annotated[bool, typer.Option("--source-input", help="The net may see the source column.")] = False,
    also: Annotated[list[str] | None, typer.Option(help="A file of another source, to train on. May be repeated.")] = None,
    train_dev_size: Annotated[str | None, typer.Option(help="Rows or share of train-dev; 0 for none.")] = None,
    dev_size: Annotated[str | None, typer.Option(help="Rows or share of dev.")] = None,
    test_size: Annotated[str | None, typer.Option(help="Rows or share of test; 0 for none.")] = None,
    like: Annotated[Path | None, typer.Option(help="A run whose cut points are kept, when the data have grown.")] = None,
    split_seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of what the audit draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Audit a data file as it would be split, or splits as they are: leaks, copies, shifted sets, wrong labels."""
    from fathom.data.auditing.audit import audit

    found = audit(_splits(dict(locals())), seed=seed)
    _show(found, as_json=as_json, quiet=quiet)
    return 0 if found.ok else 1


def _show(found: Audit, *, as_json: bool, quiet: bool) -> None:
    import dataclasses

    if as_json:
        print(json.dumps(found.to_json()))
    elif quiet:
        print(found.headline)
    else:
        from fathom.report.audit_screen import show
        from fathom.report.screen import console

        show(dataclasses.replace(found, findings=tuple(spelled(found.findings))), console())

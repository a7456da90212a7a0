"""`fathom split DATA --target Y`: split a file into train, dev and test, or plan the sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import data_options as on_data
from fathom.cli import typed
from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from fathom.data.splits import Splits


def command(
    data: Annotated[str, typer.Argument(help="CSV, TSV, Parquet, NPZ, JSONL, or sample:NAME; with --plan a number of rows too.")],
    target: on_data.Target = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only the sizes, and what dev could tell.")] = False,
    tell: Annotated[str | None, typer.Option(help="Two rates that dev is to tell apart, as in 97%,97.1%; with --plan.")] = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for train, dev and test: CSV, or Parquet where DATA is.")] = None,
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
    dev: Annotated[str | None, typer.Option("--dev", "--dev-size", "--val", help="Rows or share of dev.")] = None,
    test: Annotated[str | None, typer.Option("--test", "--test-size", help="Rows or share of test.")] = None,
    no_test: Annotated[bool, typer.Option("--no-test", help="Train and dev alone.")] = False,
    like: Annotated[Path | None, typer.Option(help="A run, or a folder of fathom split, whose cut points are kept.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the sizes.")] = False,
) -> int:
    """Split a data file into train, dev and test, or plan the sizes."""
    given = dict(locals())
    from fathom.core.run_folder import check_new

    if no_test and test is not None:
        raise refuse("--test", expected="--test or --no-test", got="both", fix="leave one out")
    if out is not None and not plan:
        check_new(out)
    sizes = {"dev_size": typed.size("--dev", dev), "test_size": 0 if no_test else typed.size("--test", test)}
    _check_plan(plan, tell, one_source=not (source or also))
    if plan:
        from fathom.cli.split_plan import show_plan

        show_plan(_rows(given), sizes, tell, as_json)
        return 0
    splits = _split(given, sizes)
    if out is not None:
        _write(splits, out, parquet=data.lower().endswith((".parquet", ".pq")))
    _show(splits, out, as_json, quiet)
    return 0


def _check_plan(plan: bool, tell: str | None, *, one_source: bool) -> None:
    if tell is not None and not plan:
        raise refuse("--tell", expected="--plan beside it", got="--tell alone")
    if plan and not one_source:
        raise refuse("--plan", expected="a set of one source", got="--source or --also", fix="split without --plan shows the sizes")


def _rows(given: Mapping[str, Any]) -> int:
    plain = given["data"].replace(",", "").replace("_", "")
    if plain.isdigit():
        return int(plain)
    from fathom.cli.splits_of_options import dataset_of

    return len(dataset_of(given))


def _split(given: Mapping[str, Any], sizes: Mapping[str, Any]) -> Splits:
    from fathom.cli.splits_of_options import dataset_of
    from fathom.data.splits import split

    asked = {name: value for name, value in {**sizes, **typed.by_source(given)}.items() if value is not None}
    return split(dataset_of(given), like=given["like"], seed=given["seed"], **asked)


def _write(splits: Splits, out: Path, parquet: bool) -> None:
    """A table for each role, and the record of how, which --like reads."""
    from fathom.core.run_folder import write_json, written_aside
    from fathom.data.splitting.like import SPLIT

    with written_aside(out) as folder:
        for role, part in splits.roles.items():
            if parquet:
                part.table.write_parquet(folder / f"{role}.parquet")
            else:
                part.table.write_csv(folder / f"{role}.csv")
        write_json(folder / SPLIT, splits.how.to_json())


def _show(splits: Splits, out: Path | None, as_json: bool, quiet: bool) -> None:
    rows = {role: len(part) for role, part in splits.roles.items()}
    if as_json:
        print(json.dumps({**splits.to_json(), "out": None if out is None else str(out)}))
        return
    if quiet:
        print(", ".join(f"{n:,} {role}" for role, n in rows.items()))
        return
    print(splits)
    for found in splits.findings:
        print(found)
    if out is not None:
        print(f"written to {out}")

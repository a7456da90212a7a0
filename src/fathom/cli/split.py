"""`fathom split DATA --target Y`: split a file into train, dev and test, or plan the sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import typed
from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from fathom.data.splits import Splits


def command(
    data: Annotated[str, typer.Argument(help="CSV, TSV, Parquet, NPZ, JSONL, or sample:NAME; with --plan a number of rows too.")],
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only the sizes, and what dev could tell.")] = False,
    tell: Annotated[str | None, typer.Option(help="Two rates that dev is to tell apart, as in 97%,97.1%; with --plan.")] = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for train, dev and test: CSV, or Parquet where DATA is.")] = None,
    group: Annotated[str | None, typer.Option(help="A column whose values stay in one role (a patient).")] = None,
    time: Annotated[str | None, typer.Option(help="A date or number column: test is the latest.")] = None,
    id: Annotated[str | None, typer.Option(help="A column that names the rows.")] = None,
    role: Annotated[str | None, typer.Option(help="A column with train, dev or test in it.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where a row comes from, and which counts: COLUMN=GOAL; dev and test are of GOAL.")
    ] = None,
    source_input: Annotated[bool, typer.Option("--source-input", help="The net may see the source column.")] = False,
    also: Annotated[
        list[str] | None, typer.Option(help="A file of another source, to train on; DATA is the goal. May be repeated.")
    ] = None,
    train_dev_size: Annotated[str | None, typer.Option(help="Rows or share of train-dev; 0 for none.")] = None,
    dev: Annotated[str | None, typer.Option("--dev", "--dev-size", "--val", help="Rows or share of dev.")] = None,
    test: Annotated[str | None, typer.Option("--test", "--test-size", help="Rows or share of test.")] = None,
    no_test: Annotated[bool, typer.Option("--no-test", help="Train and dev alone.")] = False,
    like: Annotated[Path | None, typer.Option(help="A run, or a folder of fathom split, whose cut points are kept.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the sizes.")] = False,
) -> int:
    """Split a data file into train, dev and test, or plan the sizes."""
    from fathom.core.run_folder import check_new

    if no_test and test is not None:
        raise refuse("--test", expected="--test or --no-test", got="both", fix="leave one out")
    if out is not None and not plan:
        check_new(out)
    about = {"target": target, "group": group, "time": time, "id": id, "role": role}
    given = {k: v for k, v in about.items() if v is not None}
    by = typed.by_source({"source": source, "source_input": source_input, "also": also, "train_dev_size": train_dev_size})
    given["types"] = by.pop("types")
    sizes = {"dev_size": typed.size("--dev", dev), "test_size": 0 if no_test else typed.size("--test", test)}
    _check_plan(plan, tell, one_source=not (source or also))
    if plan:
        from fathom.cli.split_plan import show_plan

        show_plan(_rows(data, given), sizes, tell, as_json)
        return 0
    splits = _split(data, given, {**sizes, **by}, like, seed)
    if out is not None:
        _write(splits, out, parquet=data.lower().endswith((".parquet", ".pq")))
    _show(splits, out, as_json, quiet)
    return 0


def _check_plan(plan: bool, tell: str | None, *, one_source: bool) -> None:
    if tell is not None and not plan:
        raise refuse("--tell", expected="--plan beside it", got="--tell alone")
    if plan and not one_source:
        raise refuse("--plan", expected="a set of one source", got="--source or --also", fix="split without --plan shows the sizes")


def _rows(data: str, given: dict[str, Any]) -> int:
    plain = data.replace(",", "").replace("_", "")
    if plain.isdigit():
        return int(plain)
    from fathom.data.load import load

    return len(load(data, **given))


def _split(data: str, given: dict[str, Any], sizes: dict[str, Any], like: Path | None, seed: int) -> Splits:
    from fathom.data.load import load
    from fathom.data.splits import split

    asked = {k: v for k, v in sizes.items() if v is not None}
    return split(load(data, **given), like=like, seed=seed, **asked)


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

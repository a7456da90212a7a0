"""The options that say what the data are and how they are split, each spelled once for all commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fathom.cli import typed

DATA = "CSV, TSV, Parquet, NPZ, JSONL, a folder of pictures, or sample:NAME (fathom samples lists them)."

Data = Annotated[str, typer.Argument(help=DATA)]
DataUnlessResumed = Annotated[str | None, typer.Argument(help=DATA, show_default=False)]
Target = Annotated[str | None, typer.Option(help="The column to predict.")]

Dev = Annotated[str | None, typer.Option(*typed.DEV, help="A file with the dev (validation) set.")]
Test = Annotated[str | None, typer.Option(help="A file with the test set.")]
TrainDev = Annotated[str | None, typer.Option(help="A file with a train-dev set.")]

Kind = Annotated[str | None, typer.Option(help="binary, multiclass or regression; detected where left out.")]
Ignore = Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")]
Types = Annotated[list[str] | None, typer.Option(help="A column's kind as in zip=category; may be repeated.")]
Group = Annotated[str | None, typer.Option(help="A column whose values stay in one role (a patient).")]
Time = Annotated[str | None, typer.Option(help="A date or number column: test is the latest.")]
Id = Annotated[str | None, typer.Option(help="A column that names the rows.")]
Role = Annotated[str | None, typer.Option(help="A column with train, dev or test in it.")]
Text = Annotated[str | None, typer.Option(help="The column of texts that the net reads; found where there is one.")]
Tokens = Annotated[str | None, typer.Option(help="words or characters; words,3,5000,100: 3 times on train, 5,000 at most, 100 a text.")]
Size = Annotated[str | None, typer.Option(help="The side that picture files are brought to, as in 64 or 48x64.")]

Source = Annotated[str | None, typer.Option(help="Where a row comes from, and which counts: COLUMN=GOAL; dev and test are of GOAL.")]
SourceInput = Annotated[bool, typer.Option("--source-input", help="The net may see the source column.")]
Also = Annotated[list[str] | None, typer.Option(help="A file of another source, to train on; DATA is the goal. May be repeated.")]

TrainDevSize = Annotated[str | None, typer.Option(help="Rows or share of train-dev; 0 for none.")]
DevSize = Annotated[str | None, typer.Option(help="Rows or share of dev.")]
TestSize = Annotated[str | None, typer.Option(help="Rows or share of test; 0 for none.")]
Like = Annotated[Path | None, typer.Option(help="A run whose cut points are kept, when the data have grown.")]
SplitSeed = Annotated[int, typer.Option(help="Seed of the split.")]

"""`fathom samples`: the data sets that come with installed packages."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """List the data sets that come with installed packages."""
    from rich.console import Console
    from rich.table import Table

    from fathom.data.samples import samples

    if as_json:
        print(json.dumps([s.to_json() for s in samples()]))
        return
    right = ("rows", "columns")
    table = Table(box=None, pad_edge=False)
    for title in ("sample", *right, "kind", "target", "from"):
        table.add_column(title, justify="right" if title in right else "left")
    for s in samples():
        source = s.source if s.installed else f"{s.source}: not installed"
        table.add_row(s.name, f"{s.rows:,}", f"{s.columns:,}", s.kind, s.target, "generated" if s.generated else source)
    Console().print(table)
    print("\nsample:NAME stands for a data file in every command.")

"""`fathom nets`: the networks of the catalogue."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from fathom.core.records.record import plain


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """List the networks of the catalogue."""
    from rich.console import Console
    from rich.table import Table

    from fathom.nets.catalogue import CATALOGUE

    if as_json:
        print(
            json.dumps([{"name": e.name, "about": e.about, "kinds": e.kinds, "arguments": plain(e.arguments)} for e in CATALOGUE.values()])
        )
        return
    table = Table("net", "for", "arguments", "about", box=None, pad_edge=False)
    for e in CATALOGUE.values():
        arguments = ", ".join(f"{k}={v}" for k, v in e.arguments.items())
        table.add_row(e.name, ", ".join(e.kinds), arguments, e.about)
    Console().print(table)

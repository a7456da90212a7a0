"""The general table as lines of text, for the terminal and `str(diagnosis)`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from fathom.core.ladder_figures import ends_figure, error_figure, role_name
from fathom.core.records.estimate import Estimate
from fathom.core.records.general_table import COLUMNS, ROWS, GeneralTable
from fathom.core.records.ladder import Ladder

Line = tuple[tuple[str, str], ...]

SEVERAL = 3
"""Sources from which on each has a line of its own; two are the table's columns."""


def general_lines(table: GeneralTable | None, ladder: Ladder, width: int, *, plain: bool = False) -> Iterator[Line]:
    """The table, then each source by role where there are several, then what it says.

    Args:
        table: nothing is drawn where there is none.
        ladder: whose decimals the figures have.
        width: columns of the screen.
        plain: whether the ladder is one of balanced errors, and this table is not.
    """
    if table is None:
        return
    heads = [("plain error on" if plain else "error on"), *table.heads]
    body = [[name, *(_cell(table.cell(row, c), ladder) for c in COLUMNS)] for row, name in ROWS.items()]
    yield from _grid([heads, *body], width)
    if len(table.sources) >= SEVERAL:
        yield ()
        yield from _grid(list(_by_source(table.sources, ladder)), width)
    for text in table.says:
        for i, part in enumerate(textwrap.wrap(text, width - 13)):
            yield ((f"  {'table' if i == 0 else '':<11}", "faint"), (part, ""))


def _by_source(sources: Mapping[str, Mapping[str, Estimate]], ladder: Ladder) -> Iterator[list[str]]:
    roles = [role for role in ("train", "train_dev", "dev") if any(role in of for of in sources.values())]
    yield ["source", *(role_name(role).removesuffix(" (validation)") for role in roles)]
    for name, of in sources.items():
        short = name if len(name) <= 20 else f"{name[:19]}\u2026"
        yield [short, *(_cell(of.get(role), ladder) for role in roles)]


def _cell(estimate: Estimate | None, ladder: Ladder) -> str:
    if estimate is None:
        return "-"
    ends = ends_figure(estimate.low, estimate.high, ladder)
    return error_figure(estimate.value, ladder) + (f" ({ends})" if ends else "")


def _grid(rows: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    """Columns of equal width; intervals are left out where they do not fit."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    if 2 + sum(widths) + 3 * (len(widths) - 1) > width:
        rows = [[cell.partition(" (")[0] if j and i else cell for j, cell in enumerate(row)] for i, row in enumerate(rows)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for i, row in enumerate(rows):
        text = "   ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        yield ((f"  {text}", "" if i else "faint"),)

"""The section of a page on kinds of data: the general table, errors by source, and what differs between train_dev and dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.general_table import COLUMNS, ROWS, GeneralTable
from fathom.core.records.ladder import Ladder
from fathom.core.records.mismatch import Mismatch
from fathom.report.page_markup import Html, cut, each, element, prose
from fathom.report.page_numbers import error, interval, role_name

SHOWN = 12
"""Columns that differ which are listed."""

LONG = 60
"""Characters of a name."""


def general(d: Diagnosis) -> Html | None:
    """The section; None where neither is known."""
    if d.general is None and (d.mismatch is None or not d.mismatch.shifts):
        return None
    return element(
        "section", element("h2", "Kinds of data"), _table(d), _sources(d.general, d.ladder), _says(d.general), _shifts(d.mismatch)
    )


def _table(d: Diagnosis) -> Html | None:
    if d.general is None:
        return None
    table = d.general
    heads = ["Plain error on" if d.balance is not None else "Error on", *(cut(head, LONG) for head in table.heads)]
    rows = ((name, [_cell(table.cell(row, column), d.ladder) for column in COLUMNS]) for row, name in ROWS.items())
    return _grid(heads, [(name, cells) for name, cells in rows])


def _sources(table: GeneralTable | None, ladder: Ladder) -> Html | None:
    """Each source by role, where there are more than the table has columns."""
    if table is None or len(table.sources) <= len(COLUMNS):
        return None
    roles = [role for role in ("train", "train_dev", "dev") if any(role in of for of in table.sources.values())]
    rows = [(cut(name, LONG), _row(of, roles, ladder)) for name, of in table.sources.items()]
    return _grid(["Source", *map(role_name, roles)], rows)


def _row(of: Mapping[str, Estimate], roles: Sequence[str], ladder: Ladder) -> list[str]:
    return [_cell(of.get(role), ladder) for role in roles]


def _cell(estimate: Estimate | None, ladder: Ladder) -> str:
    if estimate is None:
        return "-"
    ends = interval(estimate.low, estimate.high, ladder)
    return error(estimate.value, ladder) + (f" ({ends})" if ends else "")


def _says(table: GeneralTable | None) -> Html | None:
    if table is None or not table.says:
        return None
    return element("ul", each("li", (prose(f"{text[:1].upper()}{text[1:]}") for text in table.says)), class_="bare sayings")


def _shifts(seen: Mismatch | None) -> Html | None:
    """The columns that differ, the largest difference first."""
    if seen is None or not seen.shifts:
        return None
    rows = [(cut(s.column, LONG), [cut(s.says, 200), f"{s.effect:.2f}"]) for s in seen.shifts[:SHOWN]]
    more = len(seen.shifts) - SHOWN
    text = (
        f"{len(seen.shifts)} of {seen.tested} tests, adjusted by Holm; the size is the largest difference of the two distributions, 0 to 1."
    )
    listed = _grid(["What differs", "How", "Size"], rows)
    return element("div", listed, element("p", f"{text}{f' {more} more are not listed.' if more > 0 else ''}", class_="faint"))


def _grid(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> Html:
    head = element("thead", element("tr", each("th", heads, scope="col")))
    body = element("tbody", *(element("tr", element("th", name, scope="row"), each("td", cells)) for name, cells in rows))
    return element("div", element("table", head, body, class_="figures"), class_="scroll")

"""Mistakes as a table of plain text: what was predicted and how surely, then as many input columns as fit, the most telling first."""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fathom.core.amount import amount
from fathom.core.diagnosis_lines import Line
from fathom.core.percent import percent
from fathom.core.records.mistake import Mistake

WIDEST_ID, WIDEST_LABEL, WIDEST_CELL, WIDEST_TAGS = 14, 16, 12, 24

MARK = "x"


def mistakes_table(listed: Sequence[Mistake], columns: Sequence[str], width: int, *, number: bool, asked: bool = False) -> Iterator[Line]:
    """A head and a row a mistake.

    Args:
        listed: at least one.
        columns: the input columns, the most telling first.
        width: of the screen.
        number: whether a number is predicted.
        asked: the columns were asked for: what does not fit goes into further tables below.
    """
    fixed = _fixed(listed, number)
    there = [name for name in columns if any(name in m.inputs for m in listed)]
    tags = [clean(", ".join(m.tags), WIDEST_TAGS) for m in listed]
    ending = [["tags", *tags]] if any(tags) else []
    if not there and (spare := width - _room([*fixed, *ending])) > 0:  # of pictures the name of the file is all there is to see
        fixed = _fixed(listed, number, WIDEST_ID + spare)
    left = there
    while True:
        taken = _fitting(left, listed, width - _room([*fixed, *ending]))
        cells = [*fixed, *([_head(name), *(cell(m.inputs.get(name)) for m in listed)] for name in taken), *ending]
        yield from _rows(cells, [i < len(fixed) for i in range(len(cells))])
        left = left[max(len(taken), 1) :]
        if not left:
            return
        if not asked:
            yield ((f"  {len(left):,} more input column{'s' * (len(left) != 1)}; --columns all, or --columns a,b", "faint"),)
            return
        yield ()


def _fixed(listed: Sequence[Mistake], number: bool, widest: int = WIDEST_ID) -> list[list[str]]:
    """Id, truth, prediction, how surely or how far off; '?' after an id whose label is suspect."""
    names = ["id", *(clean(m.id, widest) for m in listed)]
    truth = ["truth", *(cell(m.truth, WIDEST_LABEL) for m in listed)]
    said = ["predicted", *(cell(m.prediction, WIDEST_LABEL) for m in listed)]
    if number:
        return [names, truth, said, ["error", *(f"{percent(m.error, 0)}%" for m in listed)]]
    likely = [["label?", *(clean(m.likely, WIDEST_LABEL) for m in listed)]] if any(m.likely for m in listed) else []
    return [names, truth, said, ["surely", *("" if m.sure is None else sure_text(m.sure) for m in listed)], *likely]


def sure_text(p: float) -> str:
    """A probability as people read it; never a rounded 100%."""
    return f"{100 * p:.0f}%" if p <= 0.99 else f"{100 * p:.1f}%" if p <= 0.999 else ">99.9%"


def _head(name: str) -> str:
    return clean(name, WIDEST_CELL)


def _fitting(columns: Sequence[str], listed: Sequence[Mistake], room: int) -> list[str]:
    """The first columns, as many as fit; one at least where there is any."""
    taken: list[str] = []
    for name in columns:
        room -= 2 + max(map(size_of, [_head(name), *(cell(m.inputs.get(name)) for m in listed)]))
        if room < 0 and taken:
            break
        taken.append(name)
        if room < 0:
            break
    return taken


def _room(cells: Sequence[Sequence[str]]) -> int:
    return sum(2 + max(map(size_of, column)) for column in cells)


def _rows(cells: Sequence[Sequence[str]], plain: Sequence[bool]) -> Iterator[Line]:
    """The head faint, inputs faint, the rest plain; numbers to the right."""
    sizes = [max(map(size_of, column)) for column in cells]
    right = [all(_is_number(text) for text in column[1:]) for column in cells]
    for i in range(len(cells[0])):
        parts = []
        for column, size, to_right, own in zip(cells, sizes, right, plain, strict=True):
            blank = " " * (size - size_of(column[i]))
            text = f"  {blank}{column[i]}" if to_right else f"  {column[i]}{blank}"
            parts.append((text, "" if own and i else "faint"))
        yield tuple(parts)


def _is_number(text: str) -> bool:
    plain = text.replace(",", "").rstrip("%").lstrip(">")
    try:
        float(plain or "nan")
    except ValueError:
        return False
    return True


def cell(value: Any, most: int = WIDEST_CELL) -> str:
    """A value of the data in a few letters.

    Example:
        >>> cell(0.123456), cell(None), cell(True), cell("x" * 40)
        ('0.1235', 'missing', 'yes', 'xxxxxxxxxxx…')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return amount(float(value)) if math.isfinite(value) and abs(value) < 1e15 else str(value)[:most]
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value.isoformat(" ", "minutes"))
    return clean(str(value), most)


def clean(text: str, most: int) -> str:
    """One line of signs that can be printed, cut."""
    plain = "".join(" " if sign.isspace() else sign if unicodedata.category(sign)[0] != "C" else "\ufffd" for sign in text[: 4 * most])
    if size_of(plain) <= most and len(text) <= 4 * most:
        return plain
    while size_of(plain) >= most:
        plain = plain[:-1]
    return f"{plain}…"


def size_of(text: str) -> int:
    """Cells of a terminal: two for wide signs, none for those that combine."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def tagged_table(listed: Sequence[Mistake], shares: Mapping[str, float], width: int) -> Iterator[Line]:
    """The examples by their tags, as C3W2-02 has them: a column a tag, a mark where it fits, comments, and the % of total below."""
    if not listed:
        return
    names = ["id", *(clean(m.id, WIDEST_ID) for m in listed), "...", "% of total"]
    columns, room = [names], width - _room([names]) - 2
    for tag, share in shares.items():
        column = [clean(tag, WIDEST_CELL), *(MARK if tag in m.tags else "" for m in listed), "", f"{percent(share, 0)}%"]
        room -= 2 + max(map(size_of, column))
        if room < 0:
            break
        columns.append(column)
    if any(m.comment for m in listed) and room >= 14:
        columns.append(["comments", *(clean(m.comment, room - 2) for m in listed), "", ""])
    yield from _marks(columns)
    yield ()


def _marks(columns: Sequence[Sequence[str]]) -> Iterator[Line]:
    sizes = [max(map(size_of, column)) for column in columns]
    for i in range(len(columns[0])):
        texts = [f"  {column[i]}{' ' * (size - size_of(column[i]))}" for column, size in zip(columns, sizes, strict=True)]
        yield tuple((text, "faint" if i == 0 or j == 0 else "") for j, text in enumerate(texts))

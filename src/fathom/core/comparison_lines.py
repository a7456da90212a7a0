"""A comparison as lines of text, each piece with its meaning, as `fathom.core.diagnosis_lines` has them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from fathom.core.amount import short
from fathom.core.diagnosis_lines import Line
from fathom.core.ladder_figures import ends_figure, error_figure, role_name
from fathom.core.percent import decimals_of, percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.roles import ROLES

WIDEST = 28
"""Letters of a run's name or of a setting."""

BETWEEN = 3
"""Blanks between two columns."""

MEANING = {"better": "low", "worse": "high", "no difference that this dev set can show": "unclear"}
ON_SCREEN = {"no difference that this dev set can show": "no difference shown"}


class Compared(Protocol):
    """What is read of a `ComparedRun`."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def ladder(self) -> Ladder: ...  # noqa: D102


class Pair(Protocol):
    """What is read of a `PairedDifference`."""

    @property
    def run(self) -> str: ...  # noqa: D102
    @property
    def against(self) -> str: ...  # noqa: D102
    @property
    def decisive(self) -> Estimate: ...  # noqa: D102
    @property
    def p(self) -> float: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def says(self) -> str: ...  # noqa: D102


class Chosen(Protocol):
    """What is read of a `Choice`."""

    @property
    def says(self) -> str: ...  # noqa: D102
    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def rows(self) -> Sequence[tuple[str, str]]: ...  # noqa: D102


class Drawable(Protocol):
    """What is read of a `Comparison`, which prints itself by these lines and so cannot be imported here."""

    @property
    def headline(self) -> str: ...  # noqa: D102
    @property
    def runs(self) -> Sequence[Compared]: ...  # noqa: D102
    @property
    def differing(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: D102
    @property
    def pairs(self) -> Sequence[Pair]: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def choice(self) -> Chosen | None: ...  # noqa: D102


def lines_of(c: Drawable, width: int = 80) -> list[Line]:
    """The whole comparison: headline, settings that differ, errors, paired differences, notes."""
    lines: list[Line] = [((text, "title"),) for text in textwrap.wrap(c.headline, width)]
    for section in (_settings(c, width), _errors(c, width), _pairs(c, width), _choice(c, width), _notes(c, width)):
        listed = list(section)
        lines += [(), *listed] if listed else []
    return lines


def points(e: Estimate, ladder: Ladder) -> tuple[str, str]:
    """A difference and its ends in points of percent, rounded as the ladder's figures: ('-3.5', '-6.0 to -1.2').

    Example:
        >>> from fathom.core.records.rung import Rung
        >>> points(Estimate(value=-0.035, low=-0.06, high=-0.012), Ladder(rungs=(Rung(name="dev", estimate=Estimate(value=0.046)),)))
        ('-3.5', '-6.0 to -1.2')
    """
    places = decimals_of(ladder)
    return f"{'+' if e.value > 0 else ''}{percent(e.value, places)}", ends_figure(e.low, e.high, ladder)


def probability(p: float) -> str:
    """A p-value as people read it.

    Example:
        >>> probability(0.0314), probability(1.0), probability(0.00001)
        ('p = 0.031', 'p = 1', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def roles_of(c: Drawable) -> list[str]:
    """The roles that at least one of the runs was measured on, or keeps sealed."""
    return [role for role in ROLES if any(role in run.ladder or role in run.ladder.sealed for run in c.runs)]


def role_text(ladder: Ladder, role: str) -> tuple[str, str]:
    """('4.6%', '1.9 to 9.8') of a role; ('sealed', '') where it was not opened."""
    if role not in ladder:
        return ("sealed" if role in ladder.sealed else "-"), ""
    e = ladder[role].estimate
    return error_figure(e.value, ladder), ends_figure(e.low, e.high, ladder)


def _settings(c: Drawable, width: int) -> Iterator[Line]:
    """A row a setting, a column a run; a paragraph a run where the columns do not fit."""
    if not c.differing:
        yield (("No setting differs, and neither does the data.", "faint"),)
        return
    yield (("Settings that differ", "title"),)
    names = [short(name, WIDEST) for name in c.differing]
    table = [["", *(short(run.name, WIDEST) for run in c.runs)]]
    table += [[name, *(short(v, WIDEST) for v in values)] for name, values in zip(names, c.differing.values(), strict=True)]
    sizes = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    if sum(sizes) + BETWEEN * len(sizes) <= width:
        for i, row in enumerate(table):
            cells = "".join(f"{cell:<{size + BETWEEN}}" for cell, size in zip(row[1:], sizes[1:], strict=True))
            yield ((f"  {row[0]:<{sizes[0] + 1}}", "faint"), (f" {cells}", "faint" if i == 0 else ""))
        return
    for i, run in enumerate(c.runs):
        yield from _entry(run.name, "; ".join(f"{name} {values[i]}" for name, values in c.differing.items()), width)


def _errors(c: Drawable, width: int) -> Iterator[Line]:
    """A row a run, a column a role; intervals only where there is room for them."""
    yield (("Errors", "title"),)
    roles = roles_of(c)
    heads = [role_name(role) for role in roles]
    for intervals in (True, False):
        rows = [[_cell(*role_text(run.ladder, role), intervals) for role in roles] for run in c.runs]
        left = max(len(short(run.name, WIDEST)) for run in c.runs)
        sizes = [max(len(head), *(len(row[i]) for row in rows)) for i, head in enumerate(heads)]
        if sum(sizes) + left + BETWEEN * len(sizes) + 2 <= width:
            break
    yield ((f"  {'':<{left}}" + "".join(f"{'':<{BETWEEN}}{h:<{s}}" for h, s in zip(heads, sizes, strict=True)), "faint"),)
    for run, row in zip(c.runs, rows, strict=True):
        cells = "".join(f"{'':<{BETWEEN}}{cell:<{size}}" for cell, size in zip(row, sizes, strict=True))
        yield ((f"  {short(run.name, WIDEST):<{left}}", "faint"), (cells, ""))


def _cell(value: str, ends: str, intervals: bool) -> str:
    return f"{value} ({ends})" if intervals and ends else value


def _pairs(c: Drawable, width: int) -> Iterator[Line]:
    """A row a pair, and below it what it says."""
    first = c.runs[0]
    yield ((f"Dev error against {short(first.name, WIDEST)}, on the same {c.n:,} examples", "title"),)
    rows = [(short(p.run, WIDEST), *points(p.decisive, first.ladder), probability(p.p)) for p in c.pairs]
    sizes = [max(len(row[i]) for row in rows) for i in range(4)]
    for pair, row in zip(c.pairs, rows, strict=True):
        ends = f"({row[2]})" if row[2] else ""
        figures = f"   {row[1]:>{sizes[1]}} points   {ends:<{sizes[2] + 2}}   {row[3]:<{sizes[3]}}   "
        yield ((f"  {row[0]:<{sizes[0]}}", ""), (figures, ""), (ON_SCREEN.get(pair.verdict, pair.verdict), MEANING[pair.verdict]))
        for part in textwrap.wrap(pair.says, width - 4):
            yield ((f"    {part}", "faint"),)


def _choice(c: Drawable, width: int) -> Iterator[Line]:
    """The metrics of each run, and the best by them."""
    if c.choice is None:
        return
    yield (("Metrics", "title"),)
    for name, text in c.choice.rows:
        yield from _entry(name, text, width)
    yield from _entry("", c.choice.says, width)
    for note in c.choice.notes:
        yield from _entry("", note, width)


def _notes(c: Drawable, width: int) -> Iterator[Line]:
    for note in c.notes:
        yield from _entry("note", note, width)


def _entry(label: str, text: str, width: int) -> Iterator[Line]:
    """A label on the left, the text wrapped under itself."""
    size = max(9, len(short(label, WIDEST)))
    for i, part in enumerate(textwrap.wrap(text, width - size - 4)):
        yield ((f"  {short(label, WIDEST) if i == 0 else '':<{size}}  ", "faint"), (part, ""))

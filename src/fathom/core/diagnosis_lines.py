"""A diagnosis as lines of text, each piece with its meaning, so that `str(diagnosis)` and the terminal show the same.

A line is a tuple of (text, meaning); the meaning is "" or one of MEANINGS, which whoever draws turns into a color or leaves.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Protocol

from fathom.core.amount import short
from fathom.core.general_lines import general_lines
from fathom.core.ladder_figures import ends_figure, error_figure, gap_figure, own_unit, plain_figure, role_name, standing_text
from fathom.core.records.balance import Balance
from fathom.core.records.finding import Finding
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.general_table import GeneralTable
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference, best_of
from fathom.core.records.rung import Rung
from fathom.core.records.step import Step

Line = tuple[tuple[str, str], ...]

MEANINGS = ("title", "faint", "bar", "reach", "high", "low", "unclear", "warning", "error")

FULL, REACH = "█", "░"
LEAST_BAR, MOST_BAR = 6, 40
"""Cells of the longest bar; where there is room for fewer the bars are left out."""

GAPS_BETWEEN = 10
"""Blanks of a line: two before each of its five pieces."""


class Drawable(Protocol):
    """What is read of a `Diagnosis`, which prints itself by these lines and so cannot be imported here."""

    @property
    def headline(self) -> str: ...  # noqa: D102
    @property
    def ladder(self) -> Ladder: ...  # noqa: D102
    @property
    def gaps(self) -> Mapping[str, Gap]: ...  # noqa: D102
    @property
    def floor(self) -> Floor: ...  # noqa: D102
    @property
    def focus(self) -> str | None: ...  # noqa: D102
    @property
    def goal(self) -> float | None: ...  # noqa: D102
    @property
    def steps(self) -> tuple[Step, ...]: ...  # noqa: D102
    @property
    def findings(self) -> tuple[Finding, ...]: ...  # noqa: D102
    @property
    def references(self) -> Mapping[str, Reference]: ...  # noqa: D102
    @property
    def baseline(self) -> Mapping[str, Reference]: ...  # noqa: D102
    @property
    def balance(self) -> Balance | None: ...  # noqa: D102
    @property
    def general(self) -> GeneralTable | None: ...  # noqa: D102
    @property
    def measured(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def inferred(self) -> tuple[str, ...]: ...  # noqa: D102


def text_of(line: Line) -> str:
    """The plain text of a line."""
    return "".join(text for text, _ in line).rstrip()


def lines_of(d: Drawable, width: int = 80) -> list[Line]:
    """The whole diagnosis: headline, ladder, what is unclear, findings, next steps, what was inferred."""
    lines = [_styled(text, "title") for text in textwrap.wrap(d.headline, width)]
    general = general_lines(d.general, d.ladder, width, plain=d.balance is not None)
    for section in (_ladder(d, width), general, _remarks(d, width), _steps(d, width), _inferred(d, width)):
        listed = list(section)
        lines += [(), *listed] if listed else []
    return lines


def _styled(text: str, meaning: str) -> Line:
    return ((text, meaning),)


def _ladder(d: Drawable, width: int) -> Iterator[Line]:
    """Rungs, and between two of them the gap."""
    by_end = {gap.end: gap for gap in d.gaps.values()}
    cells = {rung.name: _cells(rung, d) for rung in d.ladder}
    sizes = [max(len(row[i]) for row in cells.values()) for i in range(3)]
    sizes[1] = max([sizes[1], *(len(_gap_value(g, d)) for g in by_end.values())])
    sizes[2] = max([sizes[2], *(len(ends_figure(g.low, g.high, d.ladder)) for g in by_end.values())])
    about = _abouts(d, width - sum(sizes) - GAPS_BETWEEN)
    sizes.append(max(map(len, about.values()), default=0))
    bars = min(width - sum(sizes) - GAPS_BETWEEN, MOST_BAR)
    largest = max((r.estimate.high or r.estimate.value for r in d.ladder), default=0.0)
    for rung in d.ladder:
        if rung.name in by_end:
            yield _gap_line(by_end[rung.name], d, sizes)
        bar = _bar(rung, largest, bars) if bars >= LEAST_BAR else ()
        yield _rung_line(rung, (*cells[rung.name], about[rung.name]), sizes, bar)
    for role, n in d.ladder.sealed.items():
        yield _styled(f"  {role_name(role):<{sizes[0]}}  sealed (n = {n:,})", "faint")


def _cells(rung: Rung, d: Drawable) -> tuple[str, str, str]:
    """Name, value and interval."""
    e = rung.estimate
    return role_name(rung.name), error_figure(e.value, d.ladder), ends_figure(e.low, e.high, d.ladder)


SHAPES = ((30, True), (30, False), (14, False))
"""How what stands beside a rung is shortened, least first: letters of the unit, and whether 'at most' is spelled out."""


def _abouts(d: Drawable, room: int) -> dict[str, str]:
    """What stands beside each rung, in the longest form that leaves room for bars, or else, that fits."""
    forms = [{rung.name: _about(rung, d, *shape) for rung in d.ladder} for shape in SHAPES]
    for left in (room - LEAST_BAR, room + 2):  # without bars the two blanks before them are free too
        for form in forms:
            if max(map(len, form.values()), default=0) <= left:
                return form
    return {name: short(text, max(room + 2, 1)) for name, text in forms[-1].items()}


def _about(rung: Rung, d: Drawable, most: int, spelled: bool) -> str:
    """The error in the target's unit, how many examples it is of or how it is known, and the plain error."""
    n = rung.estimate.n
    known = rung.note or (f"n = {n:,}" if n is not None else "")
    if not spelled:
        known = known.replace("at most: ", "\u2264 ")
    own = own_unit(rung.estimate.value, d.ladder, most)
    return ", ".join(filter(None, (own, known, plain_figure(rung.name, d.balance))))


def _rung_line(rung: Rung, cells: tuple[str, str, str, str], sizes: list[int], bar: Line) -> Line:
    name, value, interval, about = cells
    text = f"  {name:<{sizes[0]}}  {value:>{sizes[1]}}  "
    return ((text, ""), (f"{interval:<{sizes[2]}}  {about:<{sizes[3]}}  ", "faint"), *bar)


def _bar(rung: Rung, largest: float, width: int) -> Line:
    """Solid up to the lower limit (the value, where there is none), shaded up to the upper one."""
    if not largest > 0:
        return ()
    e = rung.estimate
    solid = round(width * (e.value if e.low is None else e.low) / largest)
    end = round(width * (e.value if e.high is None else e.high) / largest)
    if rung.note.startswith("at most"):
        solid, end = 0, round(width * e.value / largest)
    return ((FULL * solid, "bar"), (REACH * max(end - solid, 0), "reach"))


def _gap_line(gap: Gap, d: Drawable, sizes: list[int]) -> Line:
    text = f"  {'':<{sizes[0]}}  {_gap_value(gap, d):>{sizes[1]}}  "
    interval = f"{ends_figure(gap.low, gap.high, d.ladder):<{sizes[2]}}  "
    return ((text, ""), (interval, "faint"), (f"{gap.title}: ", ""), (gap.verdict, gap.verdict))


def _gap_value(gap: Gap, d: Drawable) -> str:
    """With a blank for the percent sign of the rungs above and below."""
    figure = gap_figure(gap, d)
    return f"{figure} " if figure else ""


def _remarks(d: Drawable, width: int) -> Iterator[Line]:
    """Why the error is a balanced one, errors, what the gaps have to say, the references, the other findings."""
    if d.balance is not None:
        yield from _entry("balanced", "faint", f"{d.balance}; human and goal are read in it too.", width)
    for finding in d.findings:
        if finding.severity == "error":
            yield from _finding(finding, width)
    for gap in d.gaps.values():
        if gap.says:
            label, meaning = ("unclear", "unclear") if gap.verdict == "unclear" else ("note", "faint")
            yield from _entry(label, meaning, gap.says, width)
    if d.goal is not None and "dev" in d.ladder:
        yield from _entry("goal", "faint", d.measured[-1], width)
    best = best_of(d.references, d.baseline)
    if best is not None and not any(f.id == "diagnosis.reference.behind" for f in d.findings):
        yield from _entry("reference", "faint", f"the net is {standing_text(best, d.ladder)}.", width)
    for finding in d.findings:
        if finding.severity != "error" and not _said(finding, d.headline):
            yield from _finding(finding, width)


def _said(finding: Finding, headline: str) -> bool:
    """Does the headline say it, and the ladder show its figures?"""
    return finding.id == "diagnosis.dev.too_small" and "class" not in finding.evidence and finding.what.partition(":")[0] in headline


def _finding(finding: Finding, width: int) -> Iterator[Line]:
    meaning = finding.severity if finding.severity in MEANINGS else "faint"
    yield from _entry(finding.severity, meaning, " ".join(filter(None, (finding.what, finding.fix))), width)


def _steps(d: Drawable, width: int) -> Iterator[Line]:
    if not d.steps:
        return
    needed = d.focus is None or d.gaps[d.focus].verdict != "low"
    yield _styled("Next steps" if needed else "Next steps, if it has to get better", "title")
    for i, step in enumerate(d.steps, start=1):
        text = f"{step.what}{': ' + step.how if step.how else ''}"
        for j, part in enumerate(textwrap.wrap(text, width - 5)):
            yield ((f"{i:>3}. " if j == 0 else "     ", "faint"), (part, ""))
        for part in textwrap.wrap(f"{step.why} ({step.source})" if step.source else step.why, width - 5):
            yield ((f"     {part}", "faint"),)


def _inferred(d: Drawable, width: int) -> Iterator[Line]:
    """Assumptions, apart from what was measured."""
    for i, sentence in enumerate(d.inferred):
        yield from _entry("inferred" if i == 0 else "", "faint", sentence, width)


def _entry(label: str, meaning: str, text: str, width: int) -> Iterator[Line]:
    """A label on the left, the text wrapped under itself."""
    for i, part in enumerate(textwrap.wrap(text, width - 13)):
        yield ((f"  {label if i == 0 else '':<11}", meaning), (part, ""))

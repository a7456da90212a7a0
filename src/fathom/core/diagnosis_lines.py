"""A diagnosis as lines of text, each piece with its meaning, so that `str(diagnosis)` and the terminal show the same.

A line is a tuple of (text, meaning); the meaning is "" or one of MEANINGS, which whoever draws turns into a color or leaves.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Protocol

from fathom.core.percent import between, decimals_of, percent
from fathom.core.records.balance import Balance
from fathom.core.records.finding import Finding
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference
from fathom.core.records.rung import Rung
from fathom.core.records.step import Step

Line = tuple[tuple[str, str], ...]

MEANINGS = ("title", "faint", "bar", "reach", "high", "low", "unclear", "warning", "error")

FULL, REACH = "█", "░"
STANDING = {"ahead": "ahead of", "level": "level with", "behind": "behind"}
NAMES = {"train_dev": "train-dev", "dev": "dev (validation)"}


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
    def balance(self) -> Balance | None: ...  # noqa: D102
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
    for section in (_ladder(d, width), _remarks(d, width), _steps(d, width), _inferred(d, width)):
        listed = list(section)
        lines += [(), *listed] if listed else []
    return lines


def _styled(text: str, meaning: str) -> Line:
    return ((text, meaning),)


def _ladder(d: Drawable, width: int) -> Iterator[Line]:
    """Rungs, and between two of them the gap."""
    by_end = {gap.end: gap for gap in d.gaps.values()}
    cells = {rung.name: _cells(rung, d) for rung in d.ladder}
    sizes = [max(len(row[i]) for row in cells.values()) for i in range(4)]
    sizes[1] = max([sizes[1], *(len(_gap_value(g, d)) for g in by_end.values())])
    sizes[2] = max([sizes[2], *(len(_gap_interval(g, d)) for g in by_end.values())])
    bars = max(min(width - sum(sizes) - 12, 40), 6)
    largest = max((r.estimate.high or r.estimate.value for r in d.ladder), default=0.0)
    for rung in d.ladder:
        if rung.name in by_end:
            yield _gap_line(by_end[rung.name], d, sizes)
        yield _rung_line(rung, cells[rung.name], sizes, _bar(rung, largest, bars))
    for role, n in d.ladder.sealed.items():
        yield _styled(f"  {role:<{sizes[0]}}  sealed (n = {n:,})", "faint")


def _cells(rung: Rung, d: Drawable) -> tuple[str, str, str, str]:
    """Name, value, interval, and n with the own unit or the note."""
    places, e = decimals_of(d.ladder), rung.estimate
    interval = "" if e.low is None or e.high is None else f"{percent(e.low, places)} to {percent(e.high, places)}"
    about = [rung.note or (f"n = {e.n:,}" if e.n is not None else ""), _plain(rung, d.balance)]
    if d.ladder.scale is not None:
        about.insert(0, f"{e.value * d.ladder.scale:.4g} {d.ladder.unit}".strip())
    return NAMES.get(rung.name, rung.name), f"{percent(e.value, places)}%", interval, ", ".join(filter(None, about))


def _plain(rung: Rung, balance: Balance | None) -> str:
    """The plain error beside the balanced one."""
    if balance is None or rung.name not in balance.plain:
        return ""
    return f"plain {percent(balance.plain[rung.name].estimate.value, decimals_of(balance.plain))}%"


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
    interval = f"{_gap_interval(gap, d):<{sizes[2]}}  "
    return ((text, ""), (interval, "faint"), (f"{gap.title}: ", ""), (gap.verdict, gap.verdict))


def _gap_value(gap: Gap, d: Drawable) -> str:
    """As the difference of the two printed rungs; nothing where only the two ends of a bias are known."""
    if _only_bounded(gap, d):
        return ""
    start = d.floor.value if gap.name == "avoidable_bias" else d.ladder[gap.start].estimate.value
    figure = between(start, d.ladder[gap.end].estimate.value, decimals_of(d.ladder))
    return f"{figure} " if figure.startswith("-") else f"+{figure} "


def _gap_interval(gap: Gap, d: Drawable) -> str:
    if gap.low is None or gap.high is None:
        return ""
    places = decimals_of(d.ladder)
    return f"{percent(gap.low, places)} to {percent(gap.high, places)}"


def _only_bounded(gap: Gap, d: Drawable) -> bool:
    return gap.name == "avoidable_bias" and d.floor.known == "bounded by reference"


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
    if d.references and not any(f.id == "diagnosis.reference.behind" for f in d.findings):
        yield from _entry("reference", "faint", _reference(d, next(iter(d.references))), width)
    for finding in d.findings:
        if finding.severity != "error" and not _said(finding, d.headline):
            yield from _finding(finding, width)


def _said(finding: Finding, headline: str) -> bool:
    """Does the headline say it, and the ladder show its figures?"""
    return finding.id == "diagnosis.dev.too_small" and finding.what.partition(":")[0] in headline


def _finding(finding: Finding, width: int) -> Iterator[Line]:
    meaning = finding.severity if finding.severity in MEANINGS else "faint"
    yield from _entry(finding.severity, meaning, " ".join(filter(None, (finding.what, finding.fix))), width)


def _reference(d: Drawable, name: str) -> str:
    """'the net is level with boosted trees: dev differs by 0.4 points (-0.1 to 0.9), on the same examples.'"""
    reference, places = d.references[name], decimals_of(d.ladder)
    gap = reference.ahead
    text = f"the net is {STANDING[reference.standing]} {name}: dev differs by {percent(gap.value, places)} points"
    if gap.low is not None and gap.high is not None:
        text += f" ({percent(gap.low, places)} to {percent(gap.high, places)})"
    return text + (", on the same examples." if reference.paired else ".")


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

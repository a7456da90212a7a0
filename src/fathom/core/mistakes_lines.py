"""An error analysis as lines of text, each piece with its meaning, as `fathom.core.diagnosis_lines` has them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Protocol

from fathom.core.amount import amount, short
from fathom.core.diagnosis_lines import Line
from fathom.core.mistakes_table import WIDEST_ID, clean, mistakes_table, size_of, tagged_table
from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.label_rule import LabelRule
from fathom.core.records.mistake import Mistake
from fathom.core.records.relabeled import Relabeled
from fathom.core.records.slices import Slices
from fathom.core.records.step import Step
from fathom.core.records.suspect import Suspect
from fathom.core.records.tag_table import TagTable

WIDEST_TAG = 24
SUSPECTS = 5
"""Likely label errors on the screen."""

WEAK = 0.2
"""A dev error, from which on the net's word against a label counts for little."""

EXAMPLES = 8
"""Of the sample, with their tags."""


class Drawable(Protocol):
    """What is read of an `ErrorAnalysis`, which prints itself by these lines and so cannot be imported here."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> Estimate: ...  # noqa: D102
    @property
    def wrong(self) -> int: ...  # noqa: D102
    @property
    def number(self) -> bool: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def scale(self) -> float | None: ...  # noqa: D102
    @property
    def worst(self) -> Sequence[Mistake]: ...  # noqa: D102
    @property
    def sample(self) -> Sequence[Mistake]: ...  # noqa: D102
    @property
    def columns(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def table(self) -> TagTable | None: ...  # noqa: D102
    @property
    def slices(self) -> Slices | None: ...  # noqa: D102
    @property
    def suspects(self) -> Sequence[Suspect]: ...  # noqa: D102
    @property
    def suspected(self) -> int: ...  # noqa: D102
    @property
    def labels(self) -> LabelRule | None: ...  # noqa: D102
    @property
    def relabeled(self) -> Sequence[Relabeled]: ...  # noqa: D102
    @property
    def steps(self) -> Sequence[Step]: ...  # noqa: D102
    @property
    def notes(self) -> Sequence[str]: ...  # noqa: D102


def lines_of(a: Drawable, width: int = 80, *, columns: Sequence[str] | None = None) -> list[Line]:
    """The whole analysis: the error, the worst mistakes, causes and ceilings, slices, labels, what to do.

    Args:
        a: the analysis.
        width: of the screen.
        columns: the input columns that are wanted; as many of the most telling as fit where None.
    """
    lines: list[Line] = [((text, "title"),) for text in textwrap.wrap(headline(a), width)]
    sections = (_worst(a, width, columns), _causes(a, width), _slices(a, width), _labels(a, width), _steps(a, width))
    for section in sections:
        listed = list(section)
        lines += [(), *listed] if listed else []
    return lines


def headline(a: Drawable) -> str:
    """'dev 10.5% (6.1 to 17.5): 12 of 114 wrong.'"""
    error = f"dev {_error(a.error)}"
    if a.number:
        own = "" if a.scale is None else f", {amount(a.error.value * a.scale)} {short(a.unit, 30)} on average".rstrip()
        return f"{error} of the baseline's error{own}; {a.wrong:,} of {a.error.n or 0:,} examples are off."
    return f"{error}: {a.wrong:,} of {a.error.n or 0:,} wrong."


def _error(e: Estimate, places: int = 1) -> str:
    ends = "" if e.low is None or e.high is None else f" ({percent(e.low, places)} to {percent(e.high, places)})"
    return f"{percent(e.value, places)}%{ends}"


def _worst(a: Drawable, width: int, columns: Sequence[str] | None) -> Iterator[Line]:
    """A row a mistake, as many columns as fit."""
    if not a.worst:
        return
    order = "the farthest off first" if a.number else "those that the net was surest of first"
    yield ((f"The worst {len(a.worst):,} of {a.wrong:,}, {order}", "title"),)
    yield from mistakes_table(a.worst, columns if columns is not None else a.columns, width, number=a.number, asked=columns is not None)
    yield from _words(a.worst, width)


def _words(listed: Sequence[Mistake], width: int) -> Iterator[Line]:
    """The words that counted most, of the mistakes that have a text."""
    marked = [m for m in listed if m.words]
    if not marked:
        return
    yield ()
    yield (("Words that pulled most toward these answers", "title"),)
    ids = [clean(m.id, WIDEST_ID) for m in marked]
    size = max(map(size_of, ids))
    for name, m in zip(ids, marked, strict=True):
        words = clean(" · ".join(clean(word, 24) for word in m.words), width - size - 4)
        yield ((f"  {name}{' ' * (size - size_of(name))}  ", "faint"), (words, ""))


def _causes(a: Drawable, width: int) -> Iterator[Line]:
    """The table of C3W2-02."""
    table = a.table
    if table is None:
        return
    if not table.tags:
        yield (("Causes", "title"),)
        yield from _text(table.note or f"Looked at {table.looked:,}, and no tag fits any.", width)
        return
    how = "all looked at" if table.looked == table.drawn == table.wrong and not a.number else f"{table.looked:,} looked at, drawn at random"
    yield ((f"Causes of the {table.wrong:,} mistakes ({how})" if not a.number else f"Causes of the error ({how})", "title"),)
    yield from tagged_table(
        [m for m in a.sample or a.worst if m.tags or m.comment][:EXAMPLES], {t.tag: t.share.value for t in table.tags}, width
    )
    yield from ceilings(table)
    yield from _text("Examples may have several causes: shares may add up to over 100%.", width)
    for said in (table.first, table.note):
        yield from _text(said, width) if said else ()


def ceilings(table: TagTable) -> Iterator[Line]:
    """'fix blurry: 10.0% to 6.1% at best (5.2 to 7.1)', a row a tag."""
    rows = [(short(t.tag, WIDEST_TAG), f"{t.count:,}", *_share(t.share), *_ceiling(table.error, t.ceiling)) for t in table.tags]
    sizes = [max(len(row[i]) for row in rows) for i in range(6)]
    for name, count, share, of, best, ends in rows:
        figures = f"{count:>{sizes[1]}}  {share:>{sizes[2]}} {of:<{sizes[3]}}  "
        yield ((f"  {name:<{sizes[0]}}  ", ""), (figures, "faint"), (f"{best:>{sizes[4]}} at best", ""), (f" {ends}", "faint"))


def _share(e: Estimate) -> tuple[str, str]:
    if e.low is None or e.high is None or e.low == e.high:
        return f"{percent(e.value, 0)}%", ""
    return f"{percent(e.value, 0)}%", f"({percent(e.low, 0)} to {percent(e.high, 0)})"


def _ceiling(error: Estimate, e: Estimate) -> tuple[str, str]:
    places = 1 if error.value >= 0.005 else 2
    text = f"fix: {percent(error.value, places)}% to {percent(e.value, places)}%"
    if e.low is None or e.high is None or e.low == e.high:
        return text, ""
    return text, f"({percent(e.low, places)} to {percent(e.high, places)})"


def _slices(a: Drawable, width: int) -> Iterator[Line]:
    """A row a slice."""
    if a.slices is None:
        return
    yield (("Where dev does worse than chance allows", "title"),)
    if not a.slices.found:
        said = "The data were not at hand to cut it." if not a.slices.tried else f"Nowhere, of {a.slices.tried:,} slices that were tried."
        yield from _text(f"{said} {a.slices.note}".strip(), width)
        return
    worse = "error" if a.number else "wrong"
    figures = [
        (f"{percent(s.error.value, 0)}% {worse}", f"of {s.n:,}", f"rest {percent(s.rest.value, 0)}%", _p(s.p)) for s in a.slices.found
    ]
    sizes = [0, *(max(len(row[i]) for row in figures) for i in range(4))]
    rows = [(short(s.says, max(width - sum(sizes) - 9, 12)), *row) for s, row in zip(a.slices.found, figures, strict=True)]
    sizes[0] = max(len(row[0]) for row in rows)
    for s, row in zip(a.slices.found, rows, strict=True):
        cells = f"  {row[1]:>{sizes[1]}} {row[2]:<{sizes[2]}}  {row[3]:>{sizes[3]}}  {row[4]:<{sizes[4]}}"
        meaning = "faint" if s.within else ""
        yield ((f"  {row[0]:<{sizes[0]}}", meaning), (cells, "faint"))
        if s.within:
            yield ((f"    explained by: {short(s.within, width - 22)}", "faint"),)
    yield from _text(f"{a.slices.tried:,} slices were tried, and p is corrected for all of them. {a.slices.note}".strip(), width)


def _p(p: float) -> str:
    return "p < 0.002" if p < 0.002 else f"p = {p:.2g}"


def _labels(a: Drawable, width: int) -> Iterator[Line]:
    """The rule of C3W2-04, the suspects, and what corrections changed."""
    if a.labels is None and not a.suspects and not a.relabeled:
        return
    yield (("Labels", "title"),)
    if a.labels is not None:
        meaning = {"fix": "high", "leave": "low", "unclear": "unclear"}[a.labels.verdict]
        yield from _entry(a.labels.verdict, meaning, a.labels.says, width)
    for each in a.relabeled:
        yield from _entry("corrected", "faint", _relabeled(each), width)
    if a.suspects:
        right = " (some that the net got right)" if any(s.predicted for s in a.suspects) else ""
        listed = f"{a.suspected:,} label{'s' * (a.suspected != 1)} may be wrong{right}; a person has to look{_grain(a)}. The likeliest:"
        yield from _entry("suspects", "faint", listed, width)
        for s in a.suspects[:SUSPECTS]:
            role = "" if s.role == "dev" else f"{s.role} "
            text = f"{role}id {short(s.id, 20)}: labeled {short(s.label, 20)}, likely {short(s.likely, 20)} ({_sure(s.p_likely)} sure)"
            yield ((f"  {'':<11}", ""), (short(text, width - 13), ""))


def _grain(a: Drawable) -> str:
    return ", and a net that is wrong so often is wrong about many of them" if a.error.value > WEAK else ""


def _relabeled(r: Relabeled) -> str:
    before, after = _error(r.before), _error(r.after)
    return f"{r.role}: {r.changed:,} label{'s' * (r.changed != 1)} set right, {r.confirmed:,} confirmed; {before} becomes {after}."


def _sure(p: float) -> str:
    return f"{100 * p:.0f}%" if p <= 0.99 else ">99%"


def _steps(a: Drawable, width: int) -> Iterator[Line]:
    if a.steps:
        yield (("Next steps", "title"),)
    for i, step in enumerate(a.steps, start=1):
        for j, part in enumerate(textwrap.wrap(step.what, width - 5)):
            yield ((f"{i:>3}. " if j == 0 else "     ", "faint"), (part, ""))
        for part in textwrap.wrap(f"{step.why}; {step.how} ({step.source})", width - 5):
            yield ((f"     {part}", "faint"),)
    for note in a.notes:
        yield from _entry("note", "faint", note, width)


def _text(text: str, width: int) -> Iterator[Line]:
    for part in textwrap.wrap(text, width - 2):
        yield ((f"  {part}", "faint"),)


def _entry(label: str, meaning: str, text: str, width: int) -> Iterator[Line]:
    for i, part in enumerate(textwrap.wrap(text, width - 13)):
        yield ((f"  {label if i == 0 else '':<11}", meaning), (part, ""))

"""A text whose words are marked by what they did."""

from __future__ import annotations

from collections.abc import Sequence

from fathom.core.records.marked_text import MarkedWord
from fathom.report.page_markup import Html, cut, element

MARKED = "Marked: the words that pulled most toward the answer that was given; underlined: those that spoke for the truth."

LONGEST = 500
"""Characters of a text that are shown."""

BEFORE = 80
"""Characters before the first marked word, where a text is long."""

STRONG = 0.5


def marked_text(text: str, words: Sequence[MarkedWord]) -> Html:
    """The text, every piece of it escaped, its words in elements of their own; of a long text the part around the marked words.

    Example:
        >>> marked_text("a <b> c", [MarkedWord(start=2, end=5, pull=1.0)])
        '<bdi>a <mark class="strong">&#60;b&#62;</mark> c</bdi>'
    """
    inside = [w for w in words if w.end <= len(text)]
    start = _start(text, inside)
    end = min(len(text), start + LONGEST)
    pieces: list[object] = ["…"] if start else []
    at = start
    for w in inside:
        if w.start < at or w.end > end:
            continue
        pieces += [text[at : w.start], _mark(text[w.start : w.end], w.pull)]
        at = w.end
    return element("bdi", *pieces, cut(text[at:], max(end - at, 1)))


def _start(text: str, words: Sequence[MarkedWord]) -> int:
    """0 where the whole text has room, else a little before its first marked word."""
    if len(text) <= LONGEST or not words or max(w.end for w in words) <= LONGEST:
        return 0
    strongest = max(words, key=lambda w: abs(w.pull))
    first = min((w.start for w in words if w.end > strongest.end - LONGEST // 2), default=strongest.start)
    return max(0, first - BEFORE)


def _mark(word: str, pull: float) -> Html:
    if pull < 0:
        return element("u", word)
    return element("mark", word, class_="strong" if pull >= STRONG else None)

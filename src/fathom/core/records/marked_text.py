"""The words of a text that counted most for a wrong answer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fathom.core.expectations import number, refuse, whole
from fathom.core.records.record import Record

TELLING = 0.25
"""Of the strongest word's pull, from which on a word is named."""

MOST_WORDS = 100
"""Words of one text that a file may mark."""


@dataclass(frozen=True, kw_only=True)
class MarkedWord(Record):
    """A word and what it did.

    Attributes:
        start, end: where it stands in its text, in characters.
        pull: toward the answer that was given and away from the truth, as a share of the strongest word's; negative for a word that
            spoke for the truth.

    Example:
        >>> print(MarkedWord(start=0, end=3, pull=-0.5))
        0 to 3: -0.50
    """

    start: int
    end: int
    pull: float

    def __str__(self) -> str:
        return f"{self.start} to {self.end}: {self.pull:+.2f}"


@dataclass(frozen=True, kw_only=True)
class MarkedTexts(Record):
    """Of several examples the words that counted most.

    Attributes:
        column: the column of the texts.
        words: by id of the example, in the order of the text.

    Example:
        >>> marked = MarkedTexts(column="said", words={"7": (MarkedWord(start=0, end=3, pull=1.0), MarkedWord(start=4, end=8, pull=-0.2))})
        >>> marked.toward("7", "not good")
        ['not']
    """

    column: str
    words: Mapping[str, tuple[MarkedWord, ...]] = field(default_factory=dict)

    def toward(self, name: str, text: str, most: int = 5) -> list[str]:
        """The words that pulled an example toward its answer, the strongest first, each once."""
        pulling = sorted((w for w in self.words.get(name, ()) if w.pull >= TELLING), key=lambda w: -w.pull)
        return list(dict.fromkeys(text[w.start : w.end] for w in pulling))[:most]

    def to_json(self) -> dict[str, Any]:
        """JSON values, short: [start, end, pull] a word."""
        return {"column": self.column, "words": {name: [[w.start, w.end, w.pull] for w in words] for name, words in self.words.items()}}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> MarkedTexts:
        """Read what `to_json` wrote; the file may have been made by someone else.

        Raises:
            UnusableInput: a word that cannot be.
        """
        return cls(column=str(values["column"]), words={str(name): _words(listed) for name, listed in dict(values["words"]).items()})

    def __str__(self) -> str:
        return f"words marked in {len(self.words):,} texts of '{self.column}'"


def _words(listed: Sequence[Any]) -> tuple[MarkedWord, ...]:
    """Words one after another."""
    if not isinstance(listed, list) or len(listed) > MOST_WORDS:
        raise refuse("marked words", expected=f"a list of at most {MOST_WORDS}", got=type(listed).__name__)
    words = tuple(
        MarkedWord(
            start=whole("start", start, low=0),
            end=whole("end", end, low=1),
            pull=number("pull", pull, low=-1.0, high=1.0),
        )
        for start, end, pull in listed
    )
    if any(w.start >= w.end for w in words) or any(a.end > b.start for a, b in itertools.pairwise(words)):
        raise refuse("marked words", expected="words one after another", got="words that overlap")
    return words

"""The table of an error analysis: shares and ceilings of the causes of mistakes, from the sample that was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record
from fathom.core.records.tag_share import TagShare


@dataclass(frozen=True, kw_only=True)
class TagTable(Record):
    """Shares and ceilings of the tags (C3W2-02); an example may have several, so that shares may add up to over 100%.

    Attributes:
        error: of dev, that a ceiling begins at.
        wrong: mistakes on dev (examples, for a number to predict).
        drawn: of them, drawn at random; all of them where no sample was drawn and every one was looked at.
        looked: of those drawn, looked at; shares are of these.
        tags: the largest share first; () where nothing can be said.
        untagged: looked at, and no tag fits.
        first: what to work on, and whether the sample can tell it from the next.
        note: why there are no shares, or what to bear in mind; "" where nothing is.

    Example:
        >>> print(TagTable(error=Estimate(value=0.1), wrong=400, drawn=100, looked=0, note="Nothing was looked at yet."))
        Nothing was looked at yet.
    """

    error: Estimate
    wrong: int
    drawn: int
    looked: int
    tags: tuple[TagShare, ...] = ()
    untagged: int = 0
    first: str = ""
    note: str = ""

    def __getitem__(self, tag: str) -> TagShare:
        for each in self.tags:
            if each.tag.casefold() == tag.casefold():
                return each
        raise KeyError(tag)

    def __str__(self) -> str:
        return "\n".join(filter(None, [*map(str, self.tags), self.first, self.note]))

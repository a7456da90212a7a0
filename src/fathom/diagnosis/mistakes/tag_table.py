"""From tags to the table of an error analysis: shares and ceilings, and what to work on first (C3W2-01, C3W2-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fathom.core.records.estimate import Estimate
from fathom.core.records.tag_share import TagShare
from fathom.core.records.tag_table import TagTable
from fathom.core.records.tags import LABEL, Tagged, Tags
from fathom.diagnosis.mistakes.ceiling import ceiling, share
from fathom.diagnosis.paired import mcnemar

ENOUGH = 100
"""Mistakes that the course looks at; it takes five to ten minutes."""

SURE = 0.05


def tag_table(tags: Tags, *, error: Estimate, wrong: Sequence[str], drawn: Sequence[str], repeated: bool = False) -> TagTable:
    """Shares and ceilings from what was seen.

    Only what was drawn at random counts: of the worst mistakes, or of those that somebody picked, shares are biased. Where every
    mistake was looked at no draw is needed, and shares are exact.

    Args:
        tags: what was seen.
        error: of dev.
        wrong: the ids of all mistakes (of all examples, for a number).
        drawn: the ids that were drawn at random, in their order; () where none were.
        repeated: drawn in proportion to the error, with repetition, as for a number: a share is then one of the whole error.
    """
    everything = not repeated and bool(wrong) and all(name in tags.examples for name in wrong)
    names = list(wrong) if everything else [name for name in drawn if name in tags.examples]
    looked, of = len(names), None if repeated else len(wrong)
    base = TagTable(error=error, wrong=len(wrong), drawn=len(wrong) if everything else len(drawn), looked=looked)
    if not looked:
        return _replaced(base, note=_nothing(tags, base))
    seen = [tags.examples[name] for name in names]
    counts = {tag: sum(tag in each.tags for each in seen) for tag in tags.names}
    rows = [_row(tag, k, looked, of, error.value) for tag, k in counts.items() if k]
    rows.sort(key=lambda row: -row.count)
    untagged = sum(not each.tags for each in seen)
    return _replaced(base, tags=tuple(rows), untagged=untagged, first=_first(rows, seen, everything), note=_note(base, repeated))


def _replaced(base: TagTable, **changes: object) -> TagTable:
    from dataclasses import replace

    return replace(base, **changes)  # type: ignore[arg-type]


def _row(tag: str, k: int, looked: int, of: int | None, error: float) -> TagShare:
    found = share(k, looked, of)
    return TagShare(tag=tag, count=k, share=found, ceiling=ceiling(error, found))


def _first(rows: Sequence[TagShare], seen: Sequence[Tagged], exact: bool) -> str:
    """What to work on first, and whether it can be told from the next: McNemar's test on the same examples (C3W2-06)."""
    causes = [row for row in rows if row.tag != LABEL]
    if not causes:
        return ""
    best = causes[0]
    text = f"Work on '{best.tag}' first: it has a part in the most mistakes."
    if len(causes) == 1:
        return text
    second = causes[1]
    only = [sum(a.tag in each.tags and b.tag not in each.tags for each in seen) for a, b in ((best, second), (second, best))]
    if best.count == second.count or (not exact and mcnemar(*only) > SURE):
        told = f"'{best.tag}' and '{second.tag}' come first; {len(seen):,} examples cannot tell which is the larger."
        return told if not exact else f"'{best.tag}' and '{second.tag}' have a part in equally many mistakes: take the one that costs less."
    return text


def _nothing(tags: Tags, base: TagTable) -> str:
    """Why there are no shares yet."""
    if not base.wrong:
        return "There is no mistake to look at."
    ask = f"look at {min(ENOUGH, base.wrong):,} of the {base.wrong:,} mistakes, drawn at random"
    if base.drawn:
        return f"{base.drawn:,} mistakes were drawn at random; none of them was looked at yet."
    if tags.examples:
        return f"Shares of examples that somebody picked would be biased: {ask}."
    return f"Nothing was looked at yet: {ask}."


def _note(base: TagTable, repeated: bool) -> str:
    left = base.drawn - base.looked
    said = [f"{left:,} of the {base.drawn:,} that were drawn are still to be looked at."] if left else []
    if repeated:
        said.append("Drawn in proportion to the error: a share is one of the whole dev error.")
    return " ".join(said)


def shares_of(tags: Mapping[str, Sequence[str]], drawn: Sequence[str], error: Estimate) -> TagTable:
    """The table from bare tags, all examples of `drawn` looked at; for figures that come from elsewhere.

    Example:
        >>> made = shares_of({"1": ["dog"], "2": []}, ["1", "2"], Estimate(value=0.1))
        >>> print(made["dog"].ceiling.value)
        0.05
    """
    seen = Tags(examples={name: Tagged(tags=tuple(tags.get(name, ()))) for name in drawn})
    return tag_table(seen, error=error, wrong=[*drawn, ""], drawn=drawn)
